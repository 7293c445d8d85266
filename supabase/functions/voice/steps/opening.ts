import { again } from "../asking/endings.ts";
import { askOtherDay } from "../asking/day.ts";
import { readOpeningsAgain } from "../asking/opening.ts";
import type { Caller, Invocation, Plan, Step } from "../conversation.ts";
import { hearMore, hearNumber } from "../hearing/choices.ts";
import { hearDay } from "../hearing/day-words.ts";
import { hearName } from "../hearing/names.ts";
import { hearOfferedTime } from "../hearing/offered-times.ts";
import { sentencesIn } from "../saying/sentences.ts";
import { searchOf, type StateOf } from "../state.ts";
import { addDays, startOfDay } from "../../_desk/clock.ts";
import { claimTime } from "./claim.ts";
import { withFacts } from "./facts.ts";
import { findOpenings, searchFor } from "./search.ts";

/** Which of the openings that were read? */
export const opening: Step<StateOf<"opening">> = {
  ask: (state, caller) => state.tries === 0 ? findOpenings(searchOf(state), caller) : readOpeningsAgain(state),

  async hear(state, { keys, words }, caller): Promise<Plan | null> {
    const number = hearNumber(keys, words, state.offers.length);
    const offer = number === null ? undefined : state.offers[number - 1];
    if (offer !== undefined) return claimTime(state, offer, caller);
    if (keys !== "") {
      return hearMore(keys, words) ? findOpenings({ ...searchOf(state), after: lastOf(state) }, caller) : null;
    }

    const timed = hearOfferedTime(words, state.offers);
    if (timed !== null) return claimTime(state, timed, caller);
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
function withProvider(state: StateOf<"opening">, words: string, caller: Caller): Invocation {
  return withFacts(state, caller, (facts) => {
    const index = hearName(words, facts.providers.map(({ name }) => name));
    const provider = index === null ? undefined : facts.providers[index]?.id;
    if (provider === undefined) return again(state, readOpeningsAgain);

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
