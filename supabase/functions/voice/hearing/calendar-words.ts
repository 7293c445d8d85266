import type { Locale } from "../../_language/locale.ts";
import { addDays, type WallClock, weekday } from "../../_desk/clock.ts";

/** The words of the calendar, as parts of patterns over `uniform` text, and what they stand for. */

export const MONTH =
  "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
export const WEEKDAY = "(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?";

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** 1 is January. */
export function monthNumber(name: string): number {
  return MONTHS.indexOf(name.slice(0, 3)) + 1;
}

/** 0 is Sunday. */
export function weekdayNumber(name: string): number {
  return WEEKDAYS.indexOf(name.slice(0, 3));
}

/** Whether a day of the week is named. */
export function namesWeekday(text: string): boolean {
  return new RegExp(`\\b${WEEKDAY}\\b`).test(text);
}

/** "A", "a couple of", "3". */
export function count(words: string): number {
  if (words === "a") return 1;
  if (words === "a couple of") return 2;
  return words === "a few" ? 3 : Number(words);
}

/** The day on which a week begins: Sunday in America, Monday in Britain. */
export function startOfWeek(day: WallClock, locale: Locale): WallClock {
  return addDays(day, locale === "en-GB" ? -((weekday(day) + 6) % 7) : -weekday(day));
}

/** The first day of "this week", "next week" or "the week after next". */
export function weekNamed(words: string, today: WallClock, locale: Locale): WallClock {
  const weeks = /after next/.test(words) ? 2 : /next|following/.test(words) ? 1 : 0;
  if (weekday(today) !== 0) return addDays(startOfWeek(today, locale), 7 * weeks);
  // Who calls on a Sunday means by "next week" the one that begins tomorrow, and by "this week" no other.
  return addDays(today, (locale === "en-GB" ? 1 : 0) + 7 * Math.max(0, weeks - 1));
}
