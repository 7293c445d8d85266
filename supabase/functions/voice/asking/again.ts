import type { Plan, Reply } from "../conversation.ts";
import type { Clinic } from "../state.ts";
import { recordMessage } from "./message.ts";

/** Asks again, in other words; when that was in vain twice, a message is taken instead. */
export function again<State extends Clinic & { tries: number }, P extends Plan>(
  state: State,
  ask: (state: State) => P,
): P | Reply {
  return state.tries < 2 ? ask({ ...state, tries: state.tries + 1 }) : recordMessage(state, "not_understood");
}
