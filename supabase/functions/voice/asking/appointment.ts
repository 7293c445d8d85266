import { toMinute } from "../../_desk/clock.ts";
import { listAppointments } from "../../_desk/operations/booking.ts";
import type { Success } from "../../_desk/operations/operation.ts";
import type { Reply } from "../conversation.ts";
import { YES_NO_HINTS } from "../hearing/choices.ts";
import { MOST_READ } from "../openings.ts";
import { sentencesIn, worded } from "../saying/sentences.ts";
import { spokenDate, spokenMoment, spokenTime } from "../saying/spoken-time.ts";
import {
  type AppointmentErrand,
  type Booked,
  type Clinic,
  clinicOf,
  MOST_APPOINTMENTS,
  type StateOf,
} from "../state.ts";
import { askCancel } from "./cancel.ts";
import { askDay } from "./day.ts";

type Listed = Success<typeof listAppointments>["appointments"];

/** Tells callers who proved who they are which appointments they have, and asks what their errand needs. */
export function tellAppointments(clinic: Clinic, errand: AppointmentErrand, listed: Listed): Reply {
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
export function readAppointments(state: StateOf<"appointment">, before: readonly string[] = []): Reply {
  const sentences = sentencesIn(state.locale);
  const page = appointmentsOn(state).map(({ local }) => spokenMoment(local, state.locale));
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

/** Reads the next page, after the last one the first; null when there is no other. */
export function readMoreAppointments(state: StateOf<"appointment">): Reply | null {
  const pages = Math.ceil(state.appointments.length / MOST_READ);
  return pages > 1 ? readAppointments({ ...state, tries: 0, page: (state.page + 1) % pages }) : null;
}

/** The appointments that are read together. */
export function appointmentsOn({ appointments, page }: StateOf<"appointment">): Booked[] {
  return appointments.slice(page * MOST_READ, (page + 1) * MOST_READ);
}

/** Says which appointment was chosen, and asks what the errand needs. */
export function tellChosen(state: StateOf<"appointment">, chosen: Booked): Reply {
  const named = sentencesIn(state.locale).thatAppointment(spokenMoment(chosen.local, state.locale));
  return goOn(state, state.errand, chosen, [named]);
}

function goOn(clinic: Clinic, errand: AppointmentErrand, booked: Booked, before: readonly string[]): Reply {
  if (errand === "cancel") return askCancel({ step: "cancel", ...clinicOf(clinic), tries: 0, booked }, before);
  const { service } = booked;
  const keeps = sentencesIn(clinic.locale).keepsItsTime;
  return askDay({ step: "day", ...clinicOf(clinic), tries: 0, service, moving: booked }, [...before, keeps]);
}

/** Says that there is no appointment to move or cancel, and offers to book one. */
export function askToBook(state: StateOf<"none">): Reply {
  return {
    locale: state.locale,
    say: [worded(sentencesIn(state.locale).noAppointment, state.tries)],
    then: { verb: "listen", state, keys: "one", hints: YES_NO_HINTS },
  };
}
