import type { Locale } from "../../_language/locale.ts";
import { addDays, dateOf, dayAt, type WallClock, weekday } from "../../_desk/clock.ts";
import { count, MONTH, monthNumber, WEEKDAY, weekdayNumber, weekNamed } from "./calendar-words.ts";

/** A date that was named, the last of two neighbouring ones if so, and the words before it. */
export type HeardDate = { first: WallClock; last: WallClock; before: string };

/** Finds a single date in `uniform` text. What the calendar library does not know is tried before it is asked. */
export async function hearDate(text: string, locale: Locale, today: WallClock): Promise<HeardDate | null> {
  return hearDayOfMonth(text, today) ?? hearLastDay(text, today) ?? hearWeekdayOfWeek(text, locale, today) ??
    await hearKnownDate(text, locale, today);
}

/** "The 14th": the next 14th there is. The library knows dates only with their month. */
function hearDayOfMonth(text: string, today: WallClock): HeardDate | null {
  const found = new RegExp(
    `\\b(?:the )?(\\d{1,2})(?:st|nd|rd|th)\\b(?! (?:of )?${MONTH}\\b)(?: of (this|next) month)?`,
  ).exec(text) ?? /(?:\bthe|day) (\d{1,2})()$/.exec(text);
  if (found === null || new RegExp(`\\b${MONTH}(?: the)? $`).test(text.slice(0, found.index))) return null;

  const day = Number(found[1]);
  const { year, month } = dateOf(today);
  const firstMonth = found[2] === "next" ? 1 : 0;
  for (let ahead = firstMonth; ahead < firstMonth + 3; ahead++) {
    const candidate = dayAt(year, month + ahead, day);
    // The 31st of a month that has none runs over into the next month.
    const exists = dateOf(candidate).day === day;
    if (exists && (candidate >= today || found[2] === "this")) return single(candidate, text.slice(0, found.index));
  }
  return null;
}

/** "The last day of the month", "the last day of February". */
function hearLastDay(text: string, today: WallClock): HeardDate | null {
  const found = new RegExp(`\\blast day (?:of|in) (?:(this|the|next) month|(${MONTH}))\\b`).exec(text);
  if (found === null) return null;
  const { year, month } = dateOf(today);
  const wanted = found[2] === undefined ? month + (found[1] === "next" ? 1 : 0) : monthNumber(found[2]);
  return single(addDays(dayAt(wanted < month ? year + 1 : year, wanted + 1, 1), -1), text.slice(0, found.index));
}

/** "Thursday next week". */
function hearWeekdayOfWeek(text: string, locale: Locale, today: WallClock): HeardDate | null {
  const found = new RegExp(
    `\\b(?:(${WEEKDAY}) (?:of |in )?(this|next) week|(this|next) week (?:on )?(${WEEKDAY}))\\b`,
  ).exec(text);
  if (found === null) return null;
  const start = weekNamed(found[2] ?? found[3] ?? "", today, locale);
  const wanted = weekdayNumber(found[1] ?? found[4] ?? "");
  return single(addDays(start, (wanted - weekday(start) + 7) % 7), text.slice(0, found.index));
}

/** "A week from Tuesday" and "Tuesday week", which the library takes for Tuesday. */
const WEEKS_LATER = new RegExp(
  `\\b(?:(\\d|a) weeks? (?:from|on|after)? ?(${WEEKDAY}|today|tomorrow)|` +
    `(${WEEKDAY}|today|tomorrow) (week|fortnight|after next))\\b`,
);

async function hearKnownDate(text: string, locale: Locale, today: WallClock): Promise<HeardDate | null> {
  const later = WEEKS_LATER.exec(text);
  const weeks = later === null ? 0 : later[4] === "fortnight" ? 2 : count(later[1] ?? "a");
  const plain = (later === null ? text : later[2] ?? later[3] ?? "")
    .replace(/\b(\w+day)s\b/g, "$1")
    .replace(/\b(?:the )?day after tomorrow\b/, "the day after tomorrow");

  // Loaded here because it costs a cold function up to a tenth of a second, which only a spoken day needs.
  const chrono = await import("chrono-node/en");
  const calendar = locale === "en-GB" ? chrono.GB : chrono.casual;
  const found = calendar.parse(plain, noonOf(today), {
    forwardDate: !/\b(?:last|ago|yesterday|past)\b/.test(plain),
  }).filter(({ start }) => (["weekday", "day", "month", "year"] as const).some((part) => start.isCertain(part)));
  const [first, second] = found;
  if (first === undefined) return null;

  const day = addDays(dayOf(first.start), 7 * weeks);
  const other = first.end ?? (second !== undefined && /\b(?:or|and)\b/.test(plain) ? second.start : null);
  // "Monday or Tuesday" is one span; "Monday or Friday" would also offer the days between.
  const last = other !== null && addDays(day, 1) === dayOf(other) ? dayOf(other) : day;
  return { first: day, last, before: plain.slice(0, first.index) };
}

/**
 * The library reads the clock of the machine that it runs on, so it is given a date on which that clock shows the
 * clinic's day. Noon, because that exists on every day in whatever zone the machine has.
 */
function noonOf(today: WallClock): Date {
  const { year, month, day } = dateOf(today);
  return new Date(year, month - 1, day, 12);
}

function dayOf(found: { get(part: "year" | "month" | "day"): number | null }): WallClock {
  return dayAt(found.get("year") ?? 0, found.get("month") ?? 0, found.get("day") ?? 0);
}

function single(day: WallClock, before: string): HeardDate {
  return { first: day, last: day, before };
}

/** "Monday the 30" is a date when that day is a Monday; in "Monday nine", nine is when. */
export function bareHourAsTime(text: string, today: WallClock): string {
  const found = new RegExp(`\\b(${WEEKDAY}) (\\d{1,2})$`).exec(text);
  if (found === null) return text;
  const date = hearDayOfMonth(`the ${found[2]}`, today);
  const isThatDay = date !== null && weekday(date.first) === weekdayNumber(found[1] ?? "");
  return isThatDay ? text : text.replace(/(\d{1,2})$/, "at $1");
}
