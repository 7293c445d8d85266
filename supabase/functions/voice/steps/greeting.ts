import { greet } from "../asking/greeting.ts";
import type { Step } from "../conversation.ts";
import type { StateOf } from "../state.ts";
import { withFacts } from "./facts.ts";

/** The call has come in. */
export const greeting: Step<StateOf<"greeting">> = {
  ask: (_state, caller) => withFacts(null, caller, greet),
  hear: (_state, _heard, caller) => withFacts(null, caller, greet),
};
