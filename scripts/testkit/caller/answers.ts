/** What a caller does when it is their turn, and how people write it down. */
import type { Gather, RecordVerb } from "./verbs.ts";

/** `early` interrupts the prompt that is being played; otherwise the caller listens to the end first. */
export type Answer =
  | { readonly kind: "silence" }
  | { readonly kind: "keys"; readonly keys: string; readonly early?: boolean }
  | { readonly kind: "speech"; readonly words: string; readonly confidence?: number; readonly early?: boolean }
  /** Talking for so long, then waiting in silence, or pressing a key, or hanging up. */
  | { readonly kind: "recording"; readonly seconds: number; readonly words: string; readonly endedBy?: string }
  | { readonly kind: "hangup" };

/** What the caller knows when they have to answer. */
export interface Heard {
  /** Which turn of the call this is, from 1. */
  readonly turn: number;
  /** Everything said since the last answer, the question at the end. */
  readonly said: readonly string[];
  /** The verb that waits for the answer. */
  readonly asked: Gather | RecordVerb;
}

/** Answers the clinic; a script's list, a keyboard, or a function that decides from what it heard. */
export type Answering = (heard: Heard) => Answer | Promise<Answer>;

/**
 * An answer from its written form: keys, words, nothing, or one of
 * `say:WORDS`, `record:WORDS`, `record:SECONDS`, `early:ANSWER`, `hangup`, `hangup:LAST WORDS`.
 * A recording that closes with ` #` is ended by that key.
 */
export function writtenAnswer(text: string): Answer {
  const line = text.trim();
  if (line === "") return { kind: "silence" };
  if (/^[0-9*#]+$/.test(line)) return { kind: "keys", keys: line };
  const [, form, rest = ""] = /^(say|record|early|hangup)(?::\s*(.*))?$/is.exec(line) ?? [];
  switch (form?.toLowerCase()) {
    case "say":
      return spoken(rest);
    case "record":
      return recorded(rest);
    case "hangup":
      return rest === "" ? { kind: "hangup" } : { ...recorded(rest), endedBy: "hangup" };
    case "early": {
      const answer = writtenAnswer(rest);
      return answer.kind === "keys" || answer.kind === "speech" ? { ...answer, early: true } : answer;
    }
    default:
      return spoken(line);
  }
}

/** Gives the written answers one after the other, then stays silent, as a caller would who has put the phone aside. */
export function scripted(answers: readonly string[]): Answering {
  const rest = answers.map(writtenAnswer);
  return () => rest.shift() ?? { kind: "silence" };
}

/** How long it takes to say something, at an unhurried 150 words a minute. */
export function speakingTime(words: string): number {
  const count = words.split(/\s+/).filter((word) => word !== "").length;
  return Math.max(1, Math.round(count / 2.5));
}

function spoken(words: string): Answer {
  return words === "" ? { kind: "silence" } : { kind: "speech", words };
}

function recorded(rest: string): Extract<Answer, { kind: "recording" }> {
  const [, talk = "", key] = /^(.*?)(?:\s*([#*]))?$/s.exec(rest) ?? [];
  const seconds = /^\d{1,4}$/.test(talk) ? Number(talk) : null;
  const length = seconds ?? (talk === "" ? 0 : speakingTime(talk));
  return {
    kind: "recording",
    seconds: length,
    words: seconds === null ? talk : "",
    ...(key !== undefined && { endedBy: key }),
  };
}
