import type { Reply } from "../conversation.ts";
import { YES_NO_HINTS } from "../hearing/choices.ts";
import { sentencesIn, worded } from "../saying/sentences.ts";
import type { StateOf } from "../state.ts";

const HINTS = ["opening hours", "when are you open", "where are you", "parking", "insurance", "how can I pay"];

/** Asks for the question. */
export function askQuestion(state: StateOf<"question">): Reply {
  return {
    locale: state.locale,
    say: [worded(sentencesIn(state.locale).question, state.tries)],
    then: { verb: "listen", state, keys: "one", hints: HINTS },
  };
}

/** Asks whether there is anything else; `before` is the answer to the last question. */
export function askForMore(state: StateOf<"answer">, before: readonly string[] = []): Reply {
  return {
    locale: state.locale,
    say: [...before, worded(sentencesIn(state.locale).anythingElse, state.tries)],
    then: { verb: "listen", state, keys: "one", hints: [...YES_NO_HINTS, ...HINTS] },
  };
}
