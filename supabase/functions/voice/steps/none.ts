import { askMenu } from "../asking/menu.ts";
import { askToBook } from "../asking/appointment.ts";
import type { Step } from "../conversation.ts";
import { hearYesNo } from "../hearing/choices.ts";
import { clinicOf, type StateOf } from "../state.ts";
import { askForService } from "./service.ts";

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
