import type { Reply, Step } from "../conversation.ts";
import { hearYesNo } from "../hearing/choices.ts";
import { sentencesIn } from "../saying/sentences.ts";
import { clinicOf, type StateOf } from "../state.ts";
import { worded } from "./again.ts";
import { askMenu } from "./ask-menu.ts";
import { askForService } from "./service.ts";

/** Says that there is no appointment to move or cancel, and offers to book one. */
export function askToBook(state: StateOf<"none">): Reply {
  return {
    locale: state.locale,
    say: [worded(sentencesIn(state.locale).noAppointment, state.tries)],
    then: { verb: "listen", state, keys: "one", hints: ["yes", "no", "yes please", "no thank you"] },
  };
}

const BOOK = /\b(?:book|make)(?: (?:1|it|an appointment))?\b/;

/** Shall one be booked instead? */
export const none: Step<StateOf<"none">> = {
  ask: askToBook,

  hear(state, { keys, words }, caller) {
    const yes = hearYesNo(keys, words, BOOK);
    if (yes === null) return null;
    return yes ? askForService(state, caller) : askMenu({ step: "menu", ...clinicOf(state), tries: 0 });
  },
};
