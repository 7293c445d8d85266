import type { Success } from "../../_shared/contracts.ts";
import type { Reply, Step } from "../conversation.ts";
import { hearMore, hearNumber } from "../hearing/choices.ts";
import { hearDay } from "../hearing/day-words.ts";
import { hearOfferedTime, MOST_READ } from "../openings.ts";
import { sentencesIn } from "../saying/sentences.ts";
import { spokenDate, spokenTime } from "../saying/spoken-time.ts";
import { type Booked, type Clinic, clinicOf, type Errand, MOST_APPOINTMENTS, type StateOf } from "../state.ts";
import { toMinute, type WallClock } from "../wall-clock.ts";
import { worded } from "./again.ts";
import { askCancel } from "./cancel.ts";
import { askDay } from "./day.ts";
import { askToBook } from "./none.ts";

type Listed = Success<"list_appointments">["appointments"];

/** Tells callers who proved who they are which appointments they have, and asks what their errand needs. */
export function tellAppointments(clinic: Clinic, errand: Errand, listed: Listed): Reply {
  const sentences = sentencesIn(clinic.locale);
  const appointments = listed.slice(0, MOST_APPOINTMENTS).map((slot): Booked => ({
    appointment: slot.appointment_id,
    service: slot.service_id,
    local: toMinute(slot.starts_local),
  }));
  const [only, ...others] = appointments;
  const [slot] = listed;
  if (only === undefined || slot === undefined) return askToBook({ step: "none", ...clinicOf(clinic), tries: 0 });
  if (others.length === 0) {
    return goOn(clinic, errand, only, [
      sentences.oneAppointment(
        slot.service_name,
        slot.provider_name,
        spokenDate(slot.starts_local, clinic.locale),
        spokenTime(slot.starts_local),
      ),
    ]);
  }
  return readAppointments(
    { step: "appointment", ...clinicOf(clinic), tries: 0, errand, page: 0, appointments },
    [sentences.someAppointments(appointments.length)],
  );
}

/** Reads a page of the list by date and time: the state has no names, and whose appointments they are knows the rest. */
function readAppointments(state: StateOf<"appointment">, before: readonly string[] = []): Reply {
  const sentences = sentencesIn(state.locale);
  const page = appointmentsOn(state).map(({ local }) => when(local, state));
  return {
    locale: state.locale,
    say: [
      ...before,
      worded(sentences.whichAppointment, state.tries),
      ...page.map((date, index) => sentences.appointmentChoice(index + 1, date)),
      state.appointments.length > MOST_READ ? sentences.more : "",
    ],
    then: { verb: "listen", state, keys: "one", hints: page },
  };
}

function appointmentsOn({ appointments, page }: StateOf<"appointment">): Booked[] {
  return appointments.slice(page * MOST_READ, (page + 1) * MOST_READ);
}

/** An appointment's date and time as one says them. */
function when(local: WallClock, { locale }: Clinic): string {
  return sentencesIn(locale).openingWithDate(spokenDate(local, locale), spokenTime(local));
}

function goOn(clinic: Clinic, errand: Errand, booked: Booked, before: readonly string[]): Reply {
  if (errand === "cancel") return askCancel({ step: "cancel", ...clinicOf(clinic), tries: 0, booked }, before);
  const { service } = booked;
  const keeps = sentencesIn(clinic.locale).keepsItsTime;
  return askDay({ step: "day", ...clinicOf(clinic), tries: 0, service, moving: booked }, [...before, keeps]);
}

/** Which of the appointments is it about? */
export const appointment: Step<StateOf<"appointment">> = {
  ask: (state) => readAppointments(state),

  async hear(state, { keys, words }) {
    const chosen = await hearAppointment(state, keys, words);
    if (chosen !== null) {
      return goOn(state, state.errand, chosen, [sentencesIn(state.locale).thatAppointment(when(chosen.local, state))]);
    }
    const pages = Math.ceil(state.appointments.length / MOST_READ);
    return pages > 1 && hearMore(keys, words)
      ? readAppointments({ ...state, tries: 0, page: (state.page + 1) % pages })
      : null;
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
