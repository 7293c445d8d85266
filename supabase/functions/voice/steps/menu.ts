import { askMenu, greet } from "../asking/menu.ts";
import { askQuestion } from "../asking/question.ts";
import { askWho } from "../asking/verification.ts";
import type { Step } from "../conversation.ts";
import { announcesQuestion, type Errand, hearErrand } from "../hearing/errands.ts";
import { clinicOf, type StateOf } from "../state.ts";
import { withFacts } from "./facts.ts";
import { lookUp } from "./question.ts";
import { askForService } from "./service.ts";

/** The call has come in. */
export const greeting: Step<StateOf<"greeting">> = {
  ask: (_state, caller) => withFacts(null, caller, greet),
  hear: (_state, _heard, caller) => withFacts(null, caller, greet),
};

const KEYS: ReadonlyMap<string, Errand> = new Map([["1", "book"], ["2", "move"], ["3", "cancel"], ["4", "question"]]);

/** What is the call about? */
export const menu: Step<StateOf<"menu">> = {
  ask: (state) => askMenu(state),

  hear(state, { keys, words }, caller) {
    const errand = keys === "" ? hearErrand(words) : KEYS.get(keys);
    switch (errand) {
      case "book":
        return askForService(state, caller);
      case "move":
      case "cancel":
        return askWho(state, errand, caller);
      case "question":
        return keys !== "" || announcesQuestion(words)
          ? askQuestion({ step: "question", ...clinicOf(state), tries: 0 })
          : lookUp(state, words, caller);
      default:
        return null;
    }
  },
};
