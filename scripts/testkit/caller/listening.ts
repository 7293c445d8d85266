/** What Twilio makes of an answer at a <Gather> or a <Record>: pure rules, nothing is sent from here. */
import { type Answer, speakingTime } from "./answers.ts";
import type { Parameters } from "./line.ts";
import type { Gather, RecordVerb } from "./verbs.ts";

/** How a <Gather> ended. `seconds` is how long it took on a real line, after the prompt. */
export type Gathered =
  | { readonly kind: "input"; readonly params: Parameters; readonly seconds: number; readonly lost: string }
  | { readonly kind: "nothing"; readonly seconds: number; readonly unheard: string | null }
  | { readonly kind: "hangup" };

/** Applies the rules of <Gather> to an answer. */
export function gathered(gather: Gather, answer: Answer): Gathered {
  if (answer.kind === "hangup") return { kind: "hangup" };
  // Who talks on the phone and then puts it down is gone before the speech is recognised.
  if (answer.kind === "recording" && answer.endedBy === "hangup") return { kind: "hangup" };
  if (answer.kind === "silence") return nothing(gather, null);
  if ("early" in answer && answer.early && !gather.bargeIn) {
    return nothing(gather, "the clinic was still talking and does not listen while it does");
  }
  if (answer.kind === "keys") return keyed(gather, answer.keys);

  const words = answer.words;
  if (!gather.listensFor.includes("speech")) return nothing(gather, "the clinic only listens for keys here");
  if (words === "") return nothing(gather, null);
  const confidence = answer.kind === "speech" ? answer.confidence ?? 0.92 : 0.92;
  const params = { SpeechResult: words, Confidence: String(confidence), Language: "en-US" };
  return { kind: "input", params, seconds: speakingTime(words) + 1, lost: "" };
}

function keyed(gather: Gather, keys: string): Gathered {
  if (!gather.listensFor.includes("dtmf")) return nothing(gather, "the clinic only listens for words here");
  const end = gather.finishOnKey === "" ? -1 : keys.indexOf(gather.finishOnKey);
  const full = gather.numDigits === null || gather.numDigits === 0 ? Infinity : gather.numDigits;
  const finished = end >= 0 && end < full;
  const digits = keys.slice(0, finished ? end : Math.min(full, keys.length));
  // The finishing key alone is no input: Twilio goes on as if nobody had answered.
  if (digits === "") return nothing(gather, null);
  return {
    kind: "input",
    params: { Digits: digits, FinishedOnKey: finished ? gather.finishOnKey : "", msg: "Gather End" },
    seconds: digits.length * 0.5 + (finished || digits.length >= full ? 0 : gather.timeout),
    lost: keys.slice(digits.length + (finished ? 1 : 0)),
  };
}

function nothing(gather: Gather, unheard: string | null): Gathered {
  return { kind: "nothing", seconds: gather.timeout, unheard };
}

/** The parameters of the action request that `actionOnEmptyResult` asks for. */
export function emptyResult(gather: Gather): Parameters {
  return gather.listensFor.includes("dtmf") ? { Digits: "", FinishedOnKey: "", msg: "Gather End" } : {};
}

/** How a <Record> ended. */
export type Recorded =
  /** `digits`: the key that ended it, or "hangup"; null when silence or the longest length did. */
  | { readonly kind: "recording"; readonly seconds: number; readonly words: string; readonly digits: string | null }
  /** Silence, or a key at once: there is nothing to keep, and Twilio makes no action request. */
  | { readonly kind: "empty"; readonly seconds: number }
  | { readonly kind: "hangup" };

/** Applies the rules of <Record> to an answer; words count as talking after the beep. */
export function recorded(record: RecordVerb, answer: Answer): Recorded {
  if (answer.kind === "hangup") return { kind: "hangup" };
  if (answer.kind === "keys" && [...answer.keys].some((key) => record.finishOnKey.includes(key))) {
    return { kind: "empty", seconds: 0 };
  }
  if (answer.kind === "silence" || answer.kind === "keys") return { kind: "empty", seconds: record.timeout };

  const talked = answer.kind === "recording" ? answer.seconds : speakingTime(answer.words);
  const end = answer.kind === "recording" ? answer.endedBy : undefined;
  if (talked === 0) return end === "hangup" ? { kind: "hangup" } : { kind: "empty", seconds: record.timeout };
  const tooLong = talked > record.maxLength;
  // A key that does not finish this recording is only a tone in it.
  const ends = end === "hangup" || (end !== undefined && record.finishOnKey.includes(end));
  return {
    kind: "recording",
    seconds: tooLong ? record.maxLength : talked,
    words: answer.words,
    digits: ends && !tooLong ? end : null,
  };
}
