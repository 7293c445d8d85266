import { type Caller, type Heard, type Plan, type Step } from "./conversation.ts";
import { hearCommand } from "./hearing/choices.ts";
import type { State } from "./state.ts";
import { STEPS } from "./steps.ts";
import { again } from "./asking/again.ts";
import { recordMessage } from "./asking/message.ts";

/**
 * Decides what a turn comes to. With this module come all steps and all that they understand, which `turn.ts` loads
 * behind a call's first answer.
 */
export async function planLaterTurn(state: State, heard: Heard, caller: Caller): Promise<Plan> {
  // Each step only ever gets its own state, which the compiler cannot see through the lookup.
  const step: Step<State> = STEPS[state.step];
  if (!("tries" in state)) return await step.hear(state, heard, caller) ?? step.ask(state, caller);

  const command = hearCommand(heard.keys, heard.words);
  if (command === "message") return recordMessage(state, "message");
  if (command === "repeat") return step.ask({ ...state, tries: 0 }, caller);
  const isSilent = heard.keys === "" && heard.words === "";
  const plan = isSilent ? null : await step.hear(state, heard, caller);
  return plan ?? again(state, (next) => step.ask(next, caller));
}
