import type { Reply, Step } from "../conversation.ts";
import { sentencesIn } from "../saying/sentences.ts";
import { uniform } from "../hearing/uniform.ts";
import type { StateOf } from "../state.ts";
import { worded } from "./again.ts";
import { recordMessage } from "./message.ts";
import { askForService } from "./service.ts";

type Errand = "book" | "move" | "cancel" | "question";

/** What one can call for: its key, and words for it. The first that fits counts: "cancel" before "appointment". */
const ERRANDS: readonly { errand: Errand; key: string; words: RegExp }[] = [
  {
    errand: "cancel",
    key: "3",
    words: /\b(?:cancel|cancell?ed|cancellation|call off|drop|not coming|can't (?:come|make))\b/,
  },
  {
    errand: "move",
    key: "2",
    words: /\b(?:move|reschedule|re schedule|change|postpone|push back|shift|another time)\b/,
  },
  {
    errand: "question",
    key: "4",
    words: /\b(?:question|ask|information|opening (?:hours|times)|how|where|when are)\b/,
  },
  {
    errand: "book",
    key: "1",
    words:
      /\b(?:book|booking|appointments?|schedule|make|arrange|check ?up|see (?:a|the|my|someone)|come in|slot|visit|1|yes)\b/,
  },
];

/** Asks what the caller would like. It offers what is done here; the rest is understood all the same. */
export function askMenu(state: StateOf<"menu">): Reply {
  return {
    locale: state.locale,
    say: [worded(sentencesIn(state.locale).menu, state.tries)],
    then: {
      verb: "listen",
      state,
      keys: "one",
      hints: ["book an appointment", "make an appointment", "leave a message"],
    },
  };
}

/** What is the call about? */
export const menu: Step<StateOf<"menu">> = {
  ask: askMenu,

  hear(state, heard, caller) {
    const text = uniform(heard.words);
    const chosen = ERRANDS.find(({ key, words }) => heard.keys === "" ? words.test(text) : key === heard.keys);
    if (chosen === undefined) return null;
    return chosen.errand === "book" ? askForService(caller) : recordMessage(state, chosen.errand);
  },
};
