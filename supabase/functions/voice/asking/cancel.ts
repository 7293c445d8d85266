import type { Slot } from "../../_desk/operations/answers.ts";
import type { Reply } from "../conversation.ts";
import { YES_NO_HINTS } from "../hearing/choices.ts";
import { sentencesIn, worded } from "../saying/sentences.ts";
import { spokenDate, spokenMoment, spokenTime } from "../saying/spoken-time.ts";
import type { Clinic, StateOf } from "../state.ts";
import { sayGoodbye } from "./endings.ts";

/** Reads back what would be cancelled, unless `before` has named it already. */
export function askCancel(state: StateOf<"cancel">, before: readonly string[] = []): Reply {
  const sentences = sentencesIn(state.locale);
  const named = sentences.thatAppointment(spokenMoment(state.booked.local, state.locale));
  return {
    locale: state.locale,
    say: [...(before.length > 0 ? before : [named]), worded(sentences.cancel, state.tries)],
    then: { verb: "listen", state, keys: "one", hints: [...YES_NO_HINTS, "keep it"] },
  };
}

/** The appointment is cancelled: says which it was. */
export function sayCancelled({ locale }: Pick<Clinic, "locale">, slot: Slot): Reply {
  const { service_name, provider_name, starts_local } = slot;
  const [date, time] = [spokenDate(starts_local, locale), spokenTime(starts_local)];
  return sayGoodbye(locale, [sentencesIn(locale).cancelled(service_name, provider_name, date, time)]);
}
