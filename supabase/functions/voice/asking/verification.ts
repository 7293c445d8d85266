import type { Caller, Reply } from "../conversation.ts";
import { sentencesIn, worded } from "../saying/sentences.ts";
import { type AppointmentErrand, type Clinic, clinicOf, type StateOf } from "../state.ts";

/** Asks for what proves who is calling: the date of birth, and before it the number if the caller withholds theirs. */
export function askWho(clinic: Clinic, errand: AppointmentErrand, caller: Caller): Reply {
  return askProof({ ...clinicOf(clinic), tries: 0, errand, wrong: 0 }, caller);
}

/** The same, with the number of tries that went wrong before. */
export function askProof(
  state: Omit<StateOf<"birth">, "step">,
  caller: Caller,
  before: readonly string[] = [],
): Reply {
  return caller.phone === null
    ? askNumber({ ...state, step: "number" }, before)
    : askBirth({ ...state, step: "birth" }, before);
}

/** Asks for the number under which the clinic knows the caller. */
export function askNumber(state: StateOf<"number">, before: readonly string[] = []): Reply {
  return {
    locale: state.locale,
    say: [...before, worded(sentencesIn(state.locale).ownNumber, state.tries)],
    then: { verb: "listen", state, keys: "many", hints: [] },
  };
}

/** Asks for the date of birth. */
export function askBirth(state: StateOf<"birth">, before: readonly string[] = []): Reply {
  return {
    locale: state.locale,
    say: [...before, worded(sentencesIn(state.locale).birth, state.tries)],
    then: { verb: "listen", state, keys: "date", hints: [] },
  };
}
