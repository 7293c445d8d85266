import type { Reply } from "../conversation.ts";
import { sentencesIn, worded } from "../saying/sentences.ts";
import type { StateOf } from "../state.ts";

const HINTS = [
  "book an appointment",
  "make an appointment",
  "move my appointment",
  "cancel my appointment",
  "I have a question",
  "leave a message",
];

/** Asks what the caller would like. */
export function askMenu(state: StateOf<"menu">, before: readonly string[] = []): Reply {
  return {
    locale: state.locale,
    say: [...before, worded(sentencesIn(state.locale).menu, state.tries)],
    then: { verb: "listen", state, keys: "one", hints: HINTS },
  };
}
