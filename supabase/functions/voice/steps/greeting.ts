import type { Caller, Question, Step } from "../conversation.ts";
import { sentencesIn } from "../saying/sentences.ts";
import type { StateOf } from "../state.ts";
import { withFacts } from "./facts.ts";
import { askMenu } from "./ask-menu.ts";

/** The call has come in: the clinic introduces itself. Who is calling is none of what is said. */
export const greeting: Step<StateOf<"greeting">> = {
  ask: (_state, caller) => greet(caller),
  hear: (_state, _heard, caller) => greet(caller),
};

function greet(caller: Caller): Question {
  return withFacts(null, caller, (facts, clinic) => {
    const { name, greeting: own, emergency_number } = facts.clinic;
    const sentences = sentencesIn(facts.clinic.locale);
    // A clinic's own greeting may have its name in it already.
    const introduction = own === null ? sentences.welcome(name) : own.includes(name) ? own : `${name}. ${own}`;
    const menu = askMenu({ step: "menu", ...clinic, tries: 0 });
    return { ...menu, say: [introduction, sentences.emergency(emergency_number), ...menu.say] };
  });
}
