import type { Reply } from "../conversation.ts";
import { sentencesIn, worded } from "../saying/sentences.ts";
import type { StateOf } from "../state.ts";

/** Asks for the caller's name. */
export function askName(state: StateOf<"name">, before: readonly string[] = []): Reply {
  return {
    locale: state.locale,
    say: [...before, worded(sentencesIn(state.locale).name, state.tries)],
    then: { verb: "listen", state, keys: "one", hints: [] },
  };
}

/** Asks for a number to call back, because the caller's own is withheld. */
export function askPhone(state: StateOf<"phone">): Reply {
  return {
    locale: state.locale,
    say: [worded(sentencesIn(state.locale).phone, state.tries)],
    then: { verb: "listen", state, keys: "many", hints: [] },
  };
}
