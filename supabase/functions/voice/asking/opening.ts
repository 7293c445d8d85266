import type { Slot } from "../../_desk/operations/answers.ts";
import type { Failure } from "../../_desk/operations/operation.ts";
import type { Reply } from "../conversation.ts";
import { MOST_READ, toOffer } from "../openings.ts";
import { sentencesIn } from "../saying/sentences.ts";
import { spokenDate, spokenMoment, spokenTime } from "../saying/spoken-time.ts";
import { clinicOf, type Search, searchOf, type StateOf } from "../state.ts";
import { addDays, startOfDay, toMinute } from "../../_desk/clock.ts";
import { askOtherDay } from "./day.ts";

/** Reads openings aloud: weekday, date, time and provider of each. */
export function readOpenings(search: Search, slots: readonly Slot[], before: readonly string[] = []): Reply {
  const sentences = sentencesIn(search.locale);
  const read = slots.slice(0, MOST_READ);
  const dates = read.map(({ starts_local }) => spokenDate(starts_local, search.locale));
  const [onlyDate, ...otherDates] = new Set(dates);
  const isOneDay = onlyDate !== undefined && otherDates.length === 0;
  return {
    locale: search.locale,
    say: [
      ...before,
      isOneDay ? sentences.openingsOn(read.length, onlyDate) : sentences.openings(read.length),
      ...read.map(({ starts_local, provider_name }, index) => {
        const when = isOneDay ? spokenTime(starts_local) : spokenMoment(starts_local, search.locale);
        return sentences.opening(index + 1, when, provider_name);
      }),
      sentences.openingsEnd,
    ],
    then: {
      verb: "listen",
      state: { step: "opening", ...searchOf(search), tries: 0, offers: read.map(toOffer) },
      keys: "one",
      hints: read.flatMap(({ starts_local, provider_name }) => [spokenTime(starts_local), provider_name]),
    },
  };
}

/** Says why a time cannot be had, and what there is instead. */
export function offerInstead(search: Search, { alternatives }: Failure, why: string): Reply {
  const sentences = sentencesIn(search.locale);
  const [first] = alternatives;
  const last = alternatives.at(-1);
  if (first === undefined || last === undefined) return askOtherDay(search, [why, sentences.noOther]);
  // Asking for more goes on from these, which may lie outside of what was looked for.
  const around: Search = {
    ...clinicOf(search),
    service: search.service,
    moving: search.moving,
    from: toMinute(first.starts_local),
    to: addDays(startOfDay(last.starts_local), 31),
  };
  return readOpenings(around, alternatives, [why, sentences.insteadThereIs]);
}

/** Asks again without asking Postgres: the times are known, and the names were heard before. */
export function readOpeningsAgain(state: StateOf<"opening">): Reply {
  const sentences = sentencesIn(state.locale);
  const isOneDay = new Set(state.offers.map(({ local }) => startOfDay(local))).size === 1;
  const times = state.offers.map(({ local }) => isOneDay ? spokenTime(local) : spokenMoment(local, state.locale));
  return {
    locale: state.locale,
    say: [state.tries === 1 ? sentences.openingAgain(times) : sentences.openingLast(times)],
    then: { verb: "listen", state, keys: "one", hints: times },
  };
}
