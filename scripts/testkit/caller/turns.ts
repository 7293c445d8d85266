/** What is kept of a call, for whoever reads it afterwards or watches it live. */
import type { Answer } from "./answers.ts";
import type { Exchange, Failure, WebhookRequest } from "./line.ts";
import type { Ending } from "./perform.ts";
import type { Gather, RecordVerb, Verb } from "./verbs.ts";

/** One question of the clinic and what the caller did. */
export interface Asked {
  readonly verb: "Gather" | "Record";
  readonly answer: Answer;
}

/** One voice request and all that followed from its answer, up to the next request. */
export interface Turn {
  /** From 1. */
  readonly turn: number;
  readonly request: WebhookRequest;
  /** null when no answer came. */
  readonly status: number | null;
  /** From sending the request to the last byte of its answer. */
  readonly ms: number;
  readonly attempts: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly verbs: readonly Verb[];
  /** What Twilio's debugger would warn of. */
  readonly warnings: readonly string[];
  /** Why this answer was of no use, if so; the fallback URL is asked next. */
  readonly failure: Failure | null;
  readonly said: readonly string[];
  readonly asked: readonly Asked[];
  /** The answers to exact copies of the request that were sent before the one that counts. */
  readonly earlier: readonly Exchange[];
}

/** A turn that is still going on. */
export interface OpenTurn extends Turn {
  verbs: readonly Verb[];
  warnings: readonly string[];
  failure: Failure | null;
  readonly said: string[];
  readonly asked: Asked[];
}

/** A turn as it stands when its answer is in; the last of the exchanges is the one that counts. */
export function openTurn(turn: number, last: Exchange, earlier: readonly Exchange[]): OpenTurn {
  return { ...last, turn, verbs: [], warnings: [], said: [], asked: [], earlier };
}

/** A recording as Twilio would keep it. */
export interface Recording {
  readonly sid: string;
  readonly url: string;
  readonly seconds: number;
  /** What was said, for a test to compare; only a transcription would tell the clinic. */
  readonly words: string;
}

/** A call that is over. */
export interface Call {
  readonly callSid: string;
  readonly to: string;
  readonly from: string;
  readonly turns: readonly Turn[];
  /** Everything the clinic said, in order. */
  readonly said: readonly string[];
  readonly recordings: readonly Recording[];
  readonly ending: Ending;
  /** How long it would have taken on a real line; the CallDuration that was reported. */
  readonly seconds: number;
  /** The answers to the status callbacks, and to what else was posted beside the conversation. */
  readonly callbacks: readonly Exchange[];
}

/** What happens during a call, as it happens. */
export type CallEvent =
  /** An answer is in, and about to be performed. */
  | { readonly type: "reply"; readonly turn: Turn }
  | { readonly type: "said"; readonly text: string }
  | { readonly type: "asking"; readonly verb: Gather | RecordVerb }
  | { readonly type: "answer"; readonly verb: Gather | RecordVerb; readonly answer: Answer }
  | { readonly type: "recorded"; readonly seconds: number; readonly words: string }
  | { readonly type: "note"; readonly text: string }
  /** All that belongs to the turn is known now. */
  | { readonly type: "turn"; readonly turn: Turn };
