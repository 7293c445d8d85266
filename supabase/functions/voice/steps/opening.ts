import type { Failure, Slot } from "../../_shared/contracts.ts";
import { hearMore, hearName, hearNumber } from "../hearing/choices.ts";
import type { Caller, Plan, Question, Reply, Step } from "../conversation.ts";
import { hearDay } from "../hearing/day-words.ts";
import { hearOfferedTime, MOST_READ, toOffer } from "../openings.ts";
import { sentencesIn } from "../saying/sentences.ts";
import { spokenDate, spokenTime } from "../saying/spoken-time.ts";
import { clinicOf, type Search, searchOf, type StateOf } from "../state.ts";
import { addDays, startOfDay, toMinute } from "../wall-clock.ts";
import { again } from "./again.ts";
import { claim } from "./claim.ts";
import { askOtherDay, searchFor } from "./day.ts";
import { withFacts } from "./facts.ts";
import { findOpenings } from "./search.ts";

/** Reads openings aloud: weekday, date, time and provider of each. */
export function readOpenings(search: Search, slots: readonly Slot[], before: readonly string[] = []): Reply {
  const sentences = sentencesIn(search.locale);
  const read = slots.slice(0, MOST_READ).map((slot) => ({
    date: spokenDate(slot.starts_local, search.locale),
    time: spokenTime(slot.starts_local),
    provider: slot.provider_name,
  }));
  const [first] = read;
  const sameDay = first !== undefined && read.every(({ date }) => date === first.date);
  return {
    locale: search.locale,
    say: [
      ...before,
      sameDay ? sentences.openingsOn(read.length, first.date) : sentences.openings(read.length),
      ...read.map(({ date, time, provider }, index) =>
        sentences.opening(index + 1, sameDay ? time : sentences.openingWithDate(date, time), provider)
      ),
      sentences.openingsEnd,
    ],
    then: {
      verb: "listen",
      state: { step: "opening", ...searchOf(search), tries: 0, offers: slots.slice(0, MOST_READ).map(toOffer) },
      keys: "one",
      hints: read.flatMap(({ time, provider }) => [time, provider]),
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
function askAgain(state: StateOf<"opening">): Reply {
  const sentences = sentencesIn(state.locale);
  const [first] = state.offers;
  const sameDay = state.offers.every(({ local }) => local.slice(0, 10) === first?.local.slice(0, 10));
  const times = state.offers.map(({ local }) =>
    sameDay ? spokenTime(local) : sentences.openingWithDate(spokenDate(local, state.locale), spokenTime(local))
  );
  return {
    locale: state.locale,
    say: [state.tries === 1 ? sentences.openingAgain(times) : sentences.openingLast(times)],
    then: { verb: "listen", state, keys: "one", hints: times },
  };
}

/** Which of the openings that were read? */
export const opening: Step<StateOf<"opening">> = {
  ask: (state, caller) => state.tries === 0 ? findOpenings(searchOf(state), caller) : askAgain(state),

  async hear(state, { keys, words }, caller): Promise<Plan | null> {
    const number = hearNumber(keys, words, state.offers.length);
    const offer = number === null ? undefined : state.offers[number - 1];
    if (offer !== undefined) return claim(state, offer, caller);
    if (keys !== "") {
      return hearMore(keys, words) ? findOpenings({ ...searchOf(state), after: lastOf(state) }, caller) : null;
    }

    const timed = hearOfferedTime(words, state.offers);
    if (timed !== null) return claim(state, timed, caller);
    if (/\b(?:an)?other day\b|\bdifferent day\b/i.test(words)) {
      return askOtherDay(state, [sentencesIn(state.locale).allRight]);
    }
    const wish = await hearDay(words, state.locale, state.asked);
    if (wish !== null) {
      // "In the afternoon" alone means the days that are being talked about.
      const sameDays = wish.hours !== undefined && wish.from === state.asked
        ? { from: startOfDay(state.from), to: addDays(startOfDay(state.to), 1), hours: wish.hours }
        : wish;
      return findOpenings(searchFor(sameDays, state), caller, words);
    }
    if (hearMore(keys, words)) return findOpenings({ ...searchOf(state), after: lastOf(state) }, caller);
    return withProvider(state, words, caller);
  },
};

function lastOf(state: StateOf<"opening">): number {
  return Math.max(...state.offers.map(({ second }) => second));
}

/**
 * "With Dr. Reed, please." Names do not travel in URLs, so Postgres is asked for them; the choice itself then costs a
 * turn of its own.
 */
function withProvider(state: StateOf<"opening">, words: string, caller: Caller): Question {
  return withFacts(state, caller, (facts) => {
    const index = hearName(words, facts.providers.map(({ name }) => name));
    const provider = index === null ? undefined : facts.providers[index]?.id;
    if (provider === undefined) return again(state, askAgain);

    const [theirs, ...more] = state.offers.filter((offer) => offer.provider === provider);
    const { after: _heardBefore, ...search } = searchOf(state);
    return {
      locale: state.locale,
      say: [],
      then: {
        verb: "go",
        state: theirs !== undefined && more.length === 0
          ? { step: "claim", ...searchOf(state), offer: theirs }
          : { step: "search", ...search, provider },
      },
    };
  });
}
