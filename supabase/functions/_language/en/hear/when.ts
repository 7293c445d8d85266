import { type Day, dayOf, type Minute, minuteOf, type WallClock, type Weekday, weekdayOf } from "../../calendar.ts";
import type { Asked, ClinicWords, Days, Hours, Wish } from "../../findings.ts";
import type { Country } from "../../locale.ts";

/** What is needed to say which day words mean. */
export type When = {
  words: readonly string[];
  country: Country;
  today: Day;
  /** Whether the clinic has not closed yet for today. */
  isOpen: boolean;
  hours: Hours;
  /** What "the day after" and "an hour later" count from. */
  reference: Day | null;
  /** The day that was named before it in the same breath. */
  saidDay: Day | null;
  referenceMinute: Minute | null;
  /** Whether something was read to choose from, so that "the second" is no date. */
  isChoosing: boolean;
};

/** Days that were found at a place. */
export type Heard = {
  /** Null when there are no such days: the 30th of February. */
  days: Days | null;
  end: number;
  /** How much later or earlier than what nobody has named yet: then there are no days. */
  shift?: Wish["shift"];
  /** A second reading that is as likely. */
  either?: Days;
  /** A weekday and nothing more, which another word may put into a week. */
  weekday?: Weekday;
  /** A weekday of the week so many from this one, which a weekday beside it shares: "Tuesday or Thursday next week". */
  weeks?: number;
  /** The end of something: "before the end of March" is until that end. */
  isEnd?: true;
  /** "Fridays", "weekdays": every one of these. */
  every?: readonly Weekday[];
  /** "Monday to Thursday": the days of the week from one to the other. */
  range?: readonly Weekday[];
  /** A number of a day without its month, or a date with it: each may lend it to the other in "the 3rd or 4th of May". */
  dayOfMonth?: number;
  month?: number;
};

const USUAL_HOURS: Hours = { from: 8 * 60, to: 18 * 60 };

export function whenOf(words: readonly string[], asked: Asked, clinic: ClinicWords, now: WallClock): When {
  const hours = clinic.hours ?? USUAL_HOURS;
  return {
    words,
    country: clinic.country,
    today: dayOf(now),
    isOpen: minuteOf(now) < hours.to,
    hours,
    reference: asked.reference === undefined ? null : dayOf(asked.reference),
    saidDay: null,
    referenceMinute: asked.reference === undefined ? null : minuteOf(asked.reference),
    isChoosing: (asked.choices?.length ?? 0) > 0,
  };
}

/** The day on which the week of a day begins: Sunday in America, Monday in Britain. */
export function daysIntoWeek(day: Day, weekBegins: 0 | 1): number {
  return (weekdayOf(day) - weekBegins + 7) % 7;
}
