import type { Locale } from "../_shared/apology.ts";
import { uniform } from "./spoken-numbers.ts";
import { hearTimeOfDay, type Hours } from "./time-of-day.ts";
import { addDays, atMinute, dateOf, dayAt, minuteOfDay, startOfDay, type WallClock, weekday } from "./wall-clock.ts";

/**
 * When a caller would like to come: any time from one wall clock to another. When the span has several days, `hours`
 * says which part of each of them.
 */
export type Wish = { from: WallClock; to: WallClock; hours?: Hours };

/** How far ahead "as soon as you can" looks. */
const FIRST_FREE_DAYS = 31;

/** From now on, whenever there is something. */
export function firstFree(asked: WallClock, hours?: Hours): Wish {
  return { from: asked, to: addDays(startOfDay(asked), FIRST_FREE_DAYS), ...(hours !== undefined && { hours }) };
}

/**
 * Understands on which day, and at what time of it, a caller would like to come; null when the words name no day.
 * Days are counted from `asked`, the clinic's own wall clock, so "tomorrow" is the clinic's tomorrow.
 */
export async function hearDay(words: string, locale: Locale, asked: WallClock): Promise<Wish | null> {
  const text = uniform(words)
    .replace(/\b(?:may|can|could) (?:i|we)\b/, " ")
    .replace(new RegExp(`\\b${MONTH} the (?=\\d)`), "$1 ")
    .replace(/\b(early|late) (tomorrow|today|\w+day) (morning|afternoon|evening)\b/, "$2 $1 $3");
  const { hours, rest } = hearTimeOfDay(bareHourAsTime(text, startOfDay(asked)));
  if ((hours !== null && hours.from >= hours.to) || REFUSING.test(rest)) return null;
  if (ANY_DAY.test(rest)) return firstFree(asked, hours ?? undefined);

  const days = await hearDays(rest, locale, asked);
  if (days !== null) return withHours(days, hours);
  return hours === null ? null : firstFree(asked, hours);
}

/** Whoever says which days do not suit has not yet said which do. */
const REFUSING = /\b(?:not(?! (?:before|earlier|after|later|until))|except|anything but|can't|cannot|can not)\b/;

const ANY_DAY =
  /\b(?:any ?(?:day|time)(?! (?:next|this|in|on|after|before))|whenever|as soon as|asap|a s a p|soonest|earliest|first (?:free|available|open|opening|possible|appointment|one|1|slot)|next (?:free|available|open|opening|possible|slot)|(?:don't|do not) (?:mind|care)|right away|immediately)\b/;

type Days = { from: WallClock; to: WallClock };

function withHours(days: Days, hours: Hours | null): Wish {
  if (hours === null) return days;
  const isOneDay = startOfDay(days.from) === addDays(startOfDay(days.to), minuteOfDay(days.to) === 0 ? -1 : 0);
  return isOneDay ? { from: atMinute(days.from, hours.from), to: atMinute(days.from, hours.to) } : { ...days, hours };
}

async function hearDays(text: string, locale: Locale, asked: WallClock): Promise<Days | null> {
  const today = startOfDay(asked);
  const span = hearSpan(text, today) ?? await hearSpanAround(text, locale, today);
  // What is over of this week or month is not asked for; a span that is over as a whole is, so that it can be refused.
  if (span !== null) return span.from < today && span.to > asked ? { ...span, from: asked } : span;

  const date = await hearDate(text, locale, today);
  if (date === null) return null;
  if (BEGINNING.test(date.before)) {
    const from = /after $/.test(date.before) ? addDays(date.first, 1) : date.first;
    return { from, to: addDays(from, FIRST_FREE_DAYS) };
  }
  if (ENDING.test(date.before)) {
    const to = /(?:before|than) $/.test(date.before) ? date.first : addDays(date.first, 1);
    // "Before yesterday" has passed as a whole.
    return to <= today ? oneDay(addDays(to, -1)) : { from: asked, to };
  }
  return { from: date.first, to: addDays(date.last, 1) };
}

const BEGINNING = /\b(?:after|not before|no earlier than|from|starting|since|beginning)(?: on| from)?(?: the)? $/;
const ENDING = /\b(?:before|by|until|till|no later than|earlier than)(?: the)? $/;

function oneDay(day: WallClock): Days {
  return { from: day, to: addDays(day, 1) };
}

// Weeks, weekends and months -------------------------------------------------------------------------------------------

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTH =
  "(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";

function hearSpan(text: string, today: WallClock): Days | null {
  const ahead = /\b(\d{1,2}|a|a couple of|a few) (week|month)s?(?:' time|'s time| time| from now| from today)?$/.exec(
    text,
  );
  if (ahead !== null && !/\b(?:last|ago)\b/.test(text)) {
    const [weeks, months] = ahead[2] === "week" ? [count(ahead[1] ?? ""), 0] : [0, count(ahead[1] ?? "")];
    const { year, month, day } = dateOf(addDays(today, 7 * weeks));
    return weekFrom(dayAt(year, month + months, day));
  }
  if (/\bfortnight\b/.test(text) && !WEEKDAY.test(text)) return weekFrom(addDays(today, 14));

  const week = /\b(week after next|(?:next|following|this|the|later|end of|mid) week)\b(?! (?:of|com|beg|start|after))/
    .exec(text);
  if (week !== null && !WEEKDAY.test(text)) {
    const [first, length] = partOf(text, 7);
    const start = addDays(mondayNamed(week[0], today), first);
    return { from: start, to: addDays(start, length) };
  }
  const weekend = /\b(next |this )?week ?ends?\b/.exec(text);
  if (weekend !== null && !/\bof\b/.test(text)) {
    const saturday = weekday(today) === 0 ? addDays(today, -1) : addDays(today, 6 - weekday(today));
    const start = addDays(saturday, weekend[1] === "next " ? 7 : 0);
    return { from: start, to: addDays(start, 2) };
  }
  return hearMonth(text, today);
}

function hearMonth(text: string, today: WallClock): Days | null {
  const { year, month } = dateOf(today);
  const relative = /\b(next|this|the) month\b/.exec(text);
  const named = new RegExp(`(?:^|\\b(?:in|of|during|early|late|mid|next|this|for|around) )${MONTH}(?: (\\d{4}))?$`)
    .exec(text);
  if (/\d(?:st|nd|rd|th)\b/.test(text) || (relative === null && named === null)) return null;
  if (
    named !== null && /\d (?:of )?$/.test(text.slice(0, named.index + (named[0].length - named[0].trimStart().length)))
  ) return null;

  const wanted = named === null
    ? { year, month: month + (relative?.[1] === "next" ? 1 : 0) }
    : { year: Number(named[2] ?? year), month: MONTHS.indexOf((named[1] ?? "").slice(0, 3)) + 1 };
  if (named !== null && named[2] === undefined && wanted.month < month) wanted.year += 1;
  const start = dayAt(wanted.year, wanted.month, 1);
  const length = (Date.parse(`${dayAt(wanted.year, wanted.month + 1, 1)}Z`) - Date.parse(`${start}Z`)) / 86_400_000;
  const nthWeek = /\b(1st|first|second|third|fourth|last) week\b/.exec(text)?.[1];
  if (nthWeek !== undefined) {
    const index = ["first", "second", "third", "fourth"].indexOf(nthWeek);
    const first = nthWeek === "last" ? length - 7 : 7 * Math.max(0, index);
    return { from: addDays(start, first), to: addDays(start, first + 7) };
  }
  const [first, days] = partOf(text, length);
  return { from: addDays(start, first), to: addDays(start, first + days) };
}

/** Which part of a week or month is meant: its first day, counted from 0, and how many days. */
function partOf(text: string, length: number): [first: number, days: number] {
  const third = Math.ceil(length / 3);
  if (/\b(?:early|beginning|start)\b/.test(text)) return [0, third];
  if (/\b(?:mid|middle)\b/.test(text)) return [third - 1, third + 1];
  if (/\b(?:late|later|end)\b/.test(text)) return [length - third, third];
  return [0, length];
}

/** "The week of the 14th". */
async function hearSpanAround(text: string, locale: Locale, today: WallClock): Promise<Days | null> {
  const found = /\bweek (?:of|commencing|beginning|starting)(?: on)? (.+)$/.exec(text);
  const date = found === null ? null : await hearDate(found[1] ?? "", locale, today);
  return date === null ? null : weekFrom(weekday(date.first) === 0 ? date.first : mondayOf(date.first));
}

function weekFrom(day: WallClock): Days {
  return { from: day, to: addDays(day, 7) };
}

/** The Monday of "this week", "next week" or "the week after next". On a Sunday the first two begin tomorrow. */
function mondayNamed(words: string, today: WallClock): WallClock {
  const weeks = /after next/.test(words) ? 2 : /next|following/.test(words) ? 1 : 0;
  return weekday(today) === 0 ? addDays(today, 1 + 7 * Math.max(0, weeks - 1)) : addDays(mondayOf(today), 7 * weeks);
}

function mondayOf(day: WallClock): WallClock {
  return addDays(day, -((weekday(day) + 6) % 7));
}

function count(words: string): number {
  if (words === "a") return 1;
  if (words === "a couple of") return 2;
  return words === "a few" ? 3 : Number(words);
}

// Single days ----------------------------------------------------------------------------------------------------------

const WEEKDAYS = "(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?";
const WEEKDAY = new RegExp(`\\b${WEEKDAYS}\\b`);

/** A date, the day after which a choice of days ends, and the words before it. */
type HeardDate = { first: WallClock; last: WallClock; before: string };

async function hearDate(text: string, locale: Locale, today: WallClock): Promise<HeardDate | null> {
  const nth = hearDayOfMonth(text, today);
  if (nth !== null) return nth;

  const inWeek = new RegExp(
    `\\b(?:(${WEEKDAYS}) (?:of |in )?(this|next) week|(this|next) week (?:on )?(${WEEKDAYS}))\\b`,
  ).exec(text);
  if (inWeek !== null) {
    const monday = mondayNamed(inWeek[2] ?? inWeek[3] ?? "", today);
    const day = addDays(monday, (numberOfWeekday(inWeek[1] ?? inWeek[4] ?? "") + 6) % 7);
    return { first: day, last: day, before: text.slice(0, inWeek.index) };
  }
  const later = new RegExp(
    `\\b(?:(\\d|a) weeks? (?:from|on|after)? ?(${WEEKDAYS}|today|tomorrow)|(${WEEKDAYS}|today|tomorrow) (week|fortnight|after next))\\b`,
  ).exec(text);
  const weeks = later === null ? 0 : later[4] === "fortnight" ? 2 : count(later[1] ?? "a");
  const plain = (later === null ? text : later[2] ?? later[3] ?? "").replace(/\b(\w+day)s\b/g, "$1")
    .replace(/^day after tomorrow/, "the day after tomorrow").replace(/ day after tomorrow/, " the day after tomorrow")
    .replace(/the the/, "the");

  // Loaded here because it costs a cold function up to a tenth of a second, which only a spoken day needs.
  const chrono = await import("chrono-node/en");
  const calendar = locale === "en-GB" ? chrono.GB : chrono.casual;
  const found = calendar.parse(plain, noonOf(today), {
    forwardDate: !/\b(?:last|ago|yesterday|past)\b/.test(plain),
  }).filter((one) => (["weekday", "day", "month", "year"] as const).some((part) => one.start.isCertain(part)));
  const [first, second] = found;
  if (first === undefined) return null;

  const day = addDays(dayOf(first.start), 7 * weeks);
  const other = first.end ?? (second !== undefined && / or |and/.test(plain) ? second.start : null);
  // "Monday or Tuesday" is one span; "Monday or Friday" would also offer the days between.
  const last = other !== null && addDays(day, 1) === dayOf(other) ? dayOf(other) : day;
  return { first: day, last, before: plain.slice(0, first.index) };
}

/**
 * The library reads the clock of the machine that it runs on, so it is given a date on which that clock shows the clinic's
 * day. Noon, because that exists on every day in whatever zone the machine has.
 */
function noonOf(today: WallClock): Date {
  const { year, month, day } = dateOf(today);
  return new Date(year, month - 1, day, 12);
}

function dayOf(found: { get(part: "year" | "month" | "day"): number | null }): WallClock {
  return dayAt(found.get("year") ?? 0, found.get("month") ?? 0, found.get("day") ?? 0);
}

/** "The 14th": the next 14th there is. The calendar library knows dates only with their month. */
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
    if (dateOf(candidate).day !== day) continue;
    if (candidate >= today || found[2] === "this") {
      return { first: candidate, last: candidate, before: text.slice(0, found.index) };
    }
  }
  return null;
}

/** "Monday the 30" is a date when that day is a Monday; in "Monday nine", nine is when. */
function bareHourAsTime(text: string, today: WallClock): string {
  const found = new RegExp(`\\b(${WEEKDAYS}) (\\d{1,2})$`).exec(text);
  if (found === null) return text;
  const date = hearDayOfMonth(`the ${found[2]}`, today);
  const named = numberOfWeekday(found[1] ?? "");
  return date !== null && weekday(date.first) === named ? text : text.replace(/(\d{1,2})$/, "at $1");
}

function numberOfWeekday(name: string): number {
  return ["sun", "mon", "tue", "wed", "thu", "fri", "sat"].indexOf(name.slice(0, 3));
}
