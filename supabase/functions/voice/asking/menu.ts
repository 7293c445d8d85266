import type { Facts } from "../clinics.ts";
import type { Reply } from "../conversation.ts";
import { sentencesIn, worded } from "../saying/sentences.ts";
import type { Clinic, StateOf } from "../state.ts";

/** The clinic introduces itself, and asks what the caller would like. Who is calling is none of what is said. */
export function greet(facts: Facts, clinic: Clinic): Reply {
  const { name, greeting: own, emergency_number } = facts.clinic;
  const sentences = sentencesIn(clinic.locale);
  // A clinic's own greeting may have its name in it already.
  const introduction = own === null ? sentences.welcome(name) : own.includes(name) ? own : `${name}. ${own}`;
  return askMenu({ step: "menu", ...clinic, tries: 0 }, [introduction, sentences.emergency(emergency_number)]);
}

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
