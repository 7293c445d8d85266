/** The verbs that a clinic's TwiML is made of, with every default filled in. */
import type { Method } from "./line.ts";

export interface Say {
  readonly verb: "Say";
  readonly text: string;
}
export interface Pause {
  readonly verb: "Pause";
  readonly seconds: number;
}
export interface Gather {
  readonly verb: "Gather";
  /** As written; empty means the document's own URL. */
  readonly action: string;
  readonly method: Method;
  readonly listensFor: readonly ("dtmf" | "speech")[];
  readonly numDigits: number | null;
  /** Empty: no key ends the input. */
  readonly finishOnKey: string;
  readonly timeout: number;
  readonly actionOnEmptyResult: boolean;
  readonly bargeIn: boolean;
  readonly prompts: readonly (Say | Pause)[];
}
/** Named apart from TypeScript's own Record. */
export interface RecordVerb {
  readonly verb: "Record";
  readonly action: string;
  readonly method: Method;
  readonly timeout: number;
  readonly finishOnKey: string;
  readonly maxLength: number;
  readonly playBeep: boolean;
  /** Where to tell of the finished recording, apart from the action. */
  readonly recordingStatusCallback: string | null;
  /** Where to send the written words, when asked to transcribe. */
  readonly transcribeCallback: string | null;
}
export interface Redirect {
  readonly verb: "Redirect";
  readonly url: string;
  readonly method: Method;
}
export interface Hangup {
  readonly verb: "Hangup";
}
export interface Reject {
  readonly verb: "Reject";
  readonly reason: "rejected" | "busy";
}
export type Verb = Say | Pause | Gather | RecordVerb | Redirect | Hangup | Reject;
