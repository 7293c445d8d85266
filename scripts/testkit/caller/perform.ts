/** Performs a TwiML document verb by verb, as Twilio does, until it leads elsewhere or ends. */
import { type Answer, speakingTime } from "./answers.ts";
import type { Method, Parameters } from "./line.ts";
import { emptyResult, gathered, recorded } from "./listening.ts";
import { BadTwiml } from "./twiml.ts";
import type { Gather, RecordVerb, Verb } from "./verbs.ts";

/** How a call came to its end. */
export interface Ending {
  readonly how:
    | "hangup"
    | "end of document"
    | "caller"
    | "rejected"
    | "application error"
    | "turn limit"
    | "refused";
  /** What the last status callback calls it. */
  readonly status: "completed" | "busy" | "no-answer";
  readonly detail: string;
}

export const HUNG_UP: Ending = { how: "caller", status: "completed", detail: "the caller hung up" };

/** The next request to make. A last one only reports what was recorded: the caller is gone. */
export interface Request {
  readonly kind: "request" | "last request";
  readonly url: string;
  readonly method: Method;
  readonly params: Parameters;
}

/** Where a document leads. */
export type Next = Request | { readonly kind: "end"; readonly ending: Ending };

/** The call in which a document is performed. */
export interface Scene {
  /** The URL that the document came from, which its relative URLs start at. */
  readonly url: string;
  /** Nobody has picked up yet. */
  readonly ringing: boolean;
  say(text: string): void;
  note(text: string): void;
  /** Lets so many seconds go by on the line. Nobody waits for them. */
  pass(seconds: number): void;
  ask(verb: Gather | RecordVerb): Promise<Answer>;
  /** The answer came while these prompts, the last words said, were being played. */
  interrupted(prompts: readonly string[]): void;
  /** Keeps a recording, and gives the parameters that tell of it; `digits` is what ended it, other than silence. */
  keep(record: RecordVerb, recorded: { seconds: number; words: string; digits: string | null }): Parameters;
}

/** Performs the verbs in order. Throws BadTwiml when one of them cannot be carried out. */
export async function perform(verbs: readonly Verb[], scene: Scene): Promise<Next> {
  for (const verb of verbs) {
    const next = await performOne(verb, scene);
    if (next !== null) return next;
  }
  return end("end of document", "the TwiML ended, so Twilio hung up");
}

/** null: go on with the next verb. */
async function performOne(verb: Verb, scene: Scene): Promise<Next | null> {
  switch (verb.verb) {
    case "Say":
      scene.say(verb.text);
      scene.pass(speakingTime(verb.text));
      return null;
    case "Pause":
      scene.note(`pause ${verb.seconds} s`);
      scene.pass(verb.seconds);
      return null;
    case "Gather":
      return await performGather(verb, scene);
    case "Record":
      return await performRecord(verb, scene);
    case "Redirect":
      return { kind: "request", url: resolved(verb.url, scene), method: verb.method, params: {} };
    case "Hangup":
      return end("hangup", "the clinic hung up");
    case "Reject":
      // A call that has been answered cannot be rejected any more: it is hung up.
      if (!scene.ringing) return end("hangup", "the clinic hung up");
      return end("rejected", "the clinic rejected the call", verb.reason === "busy" ? "busy" : "no-answer");
  }
}

async function performGather(gather: Gather, scene: Scene): Promise<Next | null> {
  for (const prompt of gather.prompts) {
    if (prompt.verb === "Say") scene.say(prompt.text);
    else scene.note(`pause ${prompt.seconds} s`);
  }
  const answer = await scene.ask(gather);
  const early = "early" in answer && answer.early === true && gather.bargeIn;
  if (early) scene.interrupted(gather.prompts.flatMap((prompt) => prompt.verb === "Say" ? [prompt.text] : []));
  for (const prompt of early ? [] : gather.prompts) {
    scene.pass(prompt.verb === "Say" ? speakingTime(prompt.text) : prompt.seconds);
  }

  const result = gathered(gather, answer);
  if (result.kind === "hangup") return { kind: "end", ending: HUNG_UP };
  scene.pass(result.seconds);
  if (result.kind === "nothing") {
    if (result.unheard !== null) scene.note(`not heard: ${result.unheard}`);
    return gather.actionOnEmptyResult ? toAction(gather, emptyResult(gather), scene) : null;
  }
  if (result.lost !== "") scene.note(`the keys ${result.lost} came too late`);
  return toAction(gather, result.params, scene);
}

async function performRecord(record: RecordVerb, scene: Scene): Promise<Next | null> {
  if (record.playBeep) scene.note("beep");
  const result = recorded(record, await scene.ask(record));
  if (result.kind === "hangup") return { kind: "end", ending: HUNG_UP };
  scene.pass(result.seconds);
  if (result.kind === "empty") {
    scene.note("nothing was recorded");
    return null;
  }
  const next = toAction(record, scene.keep(record, result), scene);
  return result.digits === "hangup" ? { ...next, kind: "last request" } : next;
}

function end(how: Ending["how"], detail: string, status: Ending["status"] = "completed"): Next {
  return { kind: "end", ending: { how, status, detail } };
}

function toAction(verb: Gather | RecordVerb, params: Parameters, scene: Scene): Request {
  return { kind: "request", url: resolved(verb.action, scene), method: verb.method, params };
}

/** A URL as written in the document; nothing written means the document's own. */
function resolved(written: string, scene: Scene): string {
  if (!URL.canParse(written, scene.url)) {
    throw new BadTwiml({ code: 11100, reason: `"${written}" is not a URL` });
  }
  return new URL(written, scene.url).href;
}
