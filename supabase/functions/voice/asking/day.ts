import type { Reply } from "../conversation.ts";
import { sentencesIn, worded } from "../saying/sentences.ts";
import { clinicOf, type Search, type StateOf } from "../state.ts";

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

/** A day that is asked for because there was nothing in another span, which is worth waiting for. */
export type DayOrToWait = StateOf<"day"> & { from: string; to: string };

/** Whether the waiting list is offered beside the question for a day. */
export function mayWait(state: StateOf<"day">): state is DayOrToWait {
  return state.from !== undefined && state.to !== undefined;
}
