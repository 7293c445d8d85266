import { hearNumber } from "../hearing/choices.ts";
import type { Reply, Step } from "../conversation.ts";
import { firstFree, hearDay, type Wish } from "../hearing/day-words.ts";
import { sentencesIn } from "../saying/sentences.ts";
import { type Clinic, clinicOf, type Search, type StateOf } from "../state.ts";
import { worded } from "./again.ts";
import { hearWaiting, mayWait, waitFor } from "./waiting.ts";
import { findOpenings } from "./search.ts";

const HINTS = [
  "today",
  "tomorrow",
  "tomorrow morning",
  "tomorrow afternoon",
  "next week",
  "next Monday",
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
  "as soon as possible",
  "the first free appointment",
];

/** Asks for the day. When something was said before, such as why another day is needed, it asks more briefly. */
export function askDay(state: StateOf<"day">, before: readonly string[] = []): Reply {
  const sentences = sentencesIn(state.locale);
  const question = before.length > 0 ? sentences.otherDay : worded(sentences.day, state.tries);
  return {
    locale: state.locale,
    say: [...before, question, mayWait(state) ? sentences.orWait : ""],
    then: { verb: "listen", state, keys: "one", hints: HINTS },
  };
}

/** Asks for another day than the one that was looked at. */
export function askOtherDay(search: Search, before: readonly string[]): Reply {
  const { service, moving } = search;
  return askDay({ step: "day", ...clinicOf(search), tries: 0, service, moving }, before);
}

/** The same, and offers to wait for something to become free in the span that was looked at. */
export function askDayOrToWait(search: Search, before: readonly string[]): Reply {
  const { service, from, to, provider } = search;
  return askDay({ step: "day", ...clinicOf(search), tries: 0, service, from, to, provider }, before);
}

/** What to look for so that a wish is met. */
export function searchFor(wish: Wish, state: Clinic & Pick<Search, "service" | "moving">): Search {
  const { from, to, hours } = wish;
  const search: Search = { ...clinicOf(state), service: state.service, moving: state.moving, from, to };
  return hours === undefined ? search : { ...search, hoursFrom: hours.from, hoursTo: hours.to };
}

/** Which day suits? */
export const day: Step<StateOf<"day">> = {
  ask: (state) => askDay(state),

  async hear(state, { keys, words }, caller) {
    if (mayWait(state) && (keys === "2" || (keys === "" && hearWaiting(words)))) return waitFor(state, caller);
    if (keys !== "" && keys !== "1") return null;
    const wish = hearNumber(keys, words, 1) === 1
      ? firstFree(state.asked)
      : await hearDay(words, state.locale, state.asked);
    return wish === null ? null : findOpenings(searchFor(wish, state), caller, words);
  },
};
