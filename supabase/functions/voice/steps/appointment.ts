import { appointmentsOn, readAppointments, readMoreAppointments, tellChosen } from "../asking/appointment.ts";
import type { Step } from "../conversation.ts";
import { hearMore, hearNumber } from "../hearing/choices.ts";
import { hearDay } from "../hearing/day-words.ts";
import { hearOfferedTime } from "../hearing/offered-times.ts";
import type { Booked, StateOf } from "../state.ts";

/** Which of the appointments is it about? */
export const appointment: Step<StateOf<"appointment">> = {
  ask: (state) => readAppointments(state),

  async hear(state, { keys, words }) {
    const chosen = await hearAppointment(state, keys, words);
    if (chosen !== null) return tellChosen(state, chosen);
    return hearMore(keys, words) ? readMoreAppointments(state) : null;
  },
};

/** By its number on the page; in words also by any of its time, weekday and date. */
async function hearAppointment(state: StateOf<"appointment">, keys: string, words: string): Promise<Booked | null> {
  const page = appointmentsOn(state);
  const chosen = page[(hearNumber(keys, words, page.length) ?? 0) - 1];
  if (chosen !== undefined || keys !== "") return chosen ?? null;
  const timed = hearOfferedTime(words, state.appointments);
  if (timed !== null) return timed;
  const wish = await hearDay(words, state.locale, state.asked);
  const meant = wish === null ? [] : state.appointments.filter(({ local }) => local >= wish.from && local < wish.to);
  return meant.length === 1 ? meant[0] ?? null : null;
}
