import type { Reply } from "../conversation.ts";
import { YES_NO_HINTS } from "../hearing/choices.ts";
import { sentencesIn, worded } from "../saying/sentences.ts";
import type { StateOf } from "../state.ts";

/** Says that there is no appointment to move or cancel, and offers to book one. */
export function askToBook(state: StateOf<"none">): Reply {
  return {
    locale: state.locale,
    say: [worded(sentencesIn(state.locale).noAppointment, state.tries)],
    then: { verb: "listen", state, keys: "one", hints: YES_NO_HINTS },
  };
}
