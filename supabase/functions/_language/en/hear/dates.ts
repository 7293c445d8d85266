import {
  addDays,
  addMonths,
  dateOf,
  type Day,
  dayAt,
  realDay,
  type Weekday,
  weekdayFrom,
  weekdayOf,
} from "../../calendar.ts";
import type { Days } from "../../findings.ts";
import { monthOf, weekdayAt } from "./calendar-names.ts";
import { cardinalAt, dayOfMonthAt, type Numeral, ordinalAt, yearAt } from "./numerals.ts";
import type { Heard, When } from "./when.ts";
import { isOneOf } from "./words.ts";

/** A date with a number in it, with or without its weekday and month: "Friday the 14th of August", "the 14th", "3/9". */
export function dateAt(when: When, at: number): Heard | null {
  return inFigures(when, at) ?? lastOrNth(when, at) ?? withWeekday(when, at) ?? withMonth(when, at) ??
    dayAlone(when, at);
}

export function single(day: Day, end: number): Heard {
  return { days: { from: day, to: day }, end };
}

/** "2027-03-12", "3/12", "3/12/2027". */
function inFigures({ words, today, country }: When, at: number): Heard | null {
  const word = words[at] ?? "";
  if (/^\d{4}-\d\d-\d\d$/.test(word)) {
    const day = realDay(Number(word.slice(0, 4)), Number(word.slice(5, 7)), Number(word.slice(8)));
    return day === null ? null : single(day, at + 1);
  }
  const found = /^(\d{1,2})\/(\d{1,2})(?:\/(\d{4}|\d\d))?$/.exec(word);
  if (found === null) return null;
  const [first, second] = [Number(found[1]), Number(found[2])];
  const [month, day] = country === "US" ? [first, second] : [second, first];
  const year = found[3] === undefined ? null : Number(found[3].length === 2 ? `20${found[3]}` : found[3]);
  const date = dated(today, month, day, year);
  return date === null ? null : single(date, at + 1);
}

/** The day of a month, of the year that was said or the next in which it comes. */
function dated(today: Day, month: number, day: number, year: number | null): Day | null {
  if (year !== null) return realDay(year, month, day);
  const thisYear = dateOf(today).year;
  // A 29th of February may be four years away.
  for (let ahead = 0; ahead <= 4; ahead++) {
    const date = realDay(thisYear + ahead, month, day);
    if (date !== null && date >= today) return date;
  }
  return null;
}

/** "August 14th", "the 14th of August", either with a year and with a weekday behind it. */
function withMonth(when: When, at: number): Heard | null {
  const { words } = when;
  const month = monthOf(words[at]);
  const number = month === null ? dayOfMonthAt(words, at) : dayOfMonthAt(words, at + 1);
  if (number === null) return null;
  const named = month === null ? monthAfter(words, number) : { month, end: number.end };
  if (named === null) return null;
  const year = yearAt(words, named.end);
  const day = dated(when.today, named.month, number.value, year?.value ?? null);
  if (day === null) return { days: null, end: year?.end ?? named.end };
  return { ...single(day, behindWeekday(words, year?.end ?? named.end, day)), month: named.month };
}

function monthAfter(words: readonly string[], { end }: Numeral): { month: number; end: number } | null {
  const place = words[end] === "of" ? end + 1 : end;
  const month = monthOf(words[place]);
  return month === null ? null : { month, end: place + 1 };
}

/** Past "a Friday" and "that's a Friday", and past the very weekday of the date: they say no other day. */
function behindWeekday(words: readonly string[], end: number, day: Day): number {
  if (weekdayAt(words, end)?.weekday === weekdayOf(day)) return end + 1;
  let place = end;
  while (place < end + 3 && isOneOf(words[place], "a that's which is it's on")) place++;
  const isNamed = weekdayAt(words, place) !== null && (place > end || !isOneOf(words[place - 1], "or and"));
  return isNamed && place > end ? place + 1 : end;
}

/** "Friday the 14th of August": the date counts. "Friday the 13th" is the next 13th that is a Friday, if that is not far. */
function withWeekday(when: When, at: number): Heard | null {
  const { words, today } = when;
  const name = weekdayAt(words, at);
  if (name === null || name.isPlural) return null;
  const start = isOneOf(words[at + 1], "on in") ? at + 2 : at + 1;
  const full = withMonth(when, start);
  if (full !== null) return full;
  const slashed = inFigures(when, start);
  if (slashed !== null) return slashed;
  const number = numberAfterWeekday(when, start, name.weekday);
  if (number === null) return null;
  const matching = Array.from({ length: 4 }, (_, ahead) => monthDay(today, ahead, number.value))
    .find((day) => day !== null && day >= today && weekdayOf(day) === name.weekday);
  const next = nextDayOfMonth(when, number.value);
  if (matching !== undefined && matching !== null) return single(matching, number.end);
  // No such day is near: either the number or the weekday is wrong.
  const nearest = weekdayFrom(today, name.weekday);
  return next === null ? null : { ...single(next, number.end), either: { from: nearest, to: nearest } };
}

function numberAfterWeekday(when: When, start: number, weekday: Weekday): Numeral | null {
  const { words, today } = when;
  const isOrdinal = words[start] === "the" || ordinalAt(words, start) !== null;
  if (isOrdinal) {
    const day = dayOfMonthAt(words, start);
    return day === null || NO_DATE.has(words[day.end] ?? "") ? null : day;
  }
  // "Monday 30" is a date when that day is a Monday; in "Monday nine", nine is when.
  const number = cardinalAt(words, start);
  const day = number === null || number.value > 31 || number.end !== words.length
    ? null
    : nextDayOfMonth(when, number.value);
  return day !== null && day >= today && weekdayOf(day) === weekday ? number : null;
}

/** "The 14th": the next that there is, which is not today's any more when the clinic has closed. */
function dayAlone(when: When, at: number): Heard | null {
  const { words } = when;
  const hasArticle = words[at] === "the";
  const start = hasArticle || isOneOf(words[at], "day") ? at + 1 : at;
  const ordinal = ordinalAt(words, start);
  if (ordinal === null) return afterArticle(when, start, hasArticle);
  if (ordinal.value < 1 || ordinal.value > 31) return null;
  const isWord = !/^\d/.test(words[start] ?? "");
  if (isWord && ordinal.value < 4 && !isDateWord(when, at, ordinal)) return null;
  const next = words[ordinal.end] ?? "";
  if (NO_DATE.has(next) && !(ordinal.value >= 4 && CAN_BE_SAID_OF_DATES.has(next))) return null;
  const { end, ahead } = ofMonth(words, ordinal.end);
  const day = ahead === null ? nextDayOfMonth(when, ordinal.value) : monthDay(when.today, ahead, ordinal.value);
  return day === null ? null : { ...single(day, end), ...(ahead === null && { dayOfMonth: ordinal.value }) };
}

/** "First", "second" and "third" are dates where nothing was read to choose from, and only with an article. */
function isDateWord(when: When, at: number, { end }: Numeral): boolean {
  if (ofMonth(when.words, end).ahead !== null) return true;
  if (when.isChoosing || isOneOf(when.words[at - 1], "just wait hang")) return false;
  return when.words[at] === "the" || isOneOf(when.words[at - 1], "on or and no") ||
    weekdayAt(when.words, at - 1) !== null;
}

/** What makes an ordinal before it no date: "the first one", "a second opinion". */
const NO_DATE = new Set(
  ("one ones option choice opinion available free open opening possible appointment thing slot time week half chance " +
    "floor person name of").split(" ").filter((word) => word !== "of"),
);

/** "Is the ninth available?" */
const CAN_BE_SAID_OF_DATES = new Set(["available", "free", "open", "possible", "time"]);

/** "The 14" at the end, "day 14". */
function afterArticle(when: When, start: number, hasArticle: boolean): Heard | null {
  const { words } = when;
  const number = hasArticle && !when.isChoosing ? cardinalAt(words, start) : null;
  if (number === null || number.value < 1 || number.value > 31) return null;
  if (number.end !== words.length && !isOneOf(words[number.end], "please if or")) return null;
  const day = nextDayOfMonth(when, number.value);
  return day === null ? null : { ...single(day, number.end), dayOfMonth: number.value };
}

/** How many months ahead: "of next month", "of this month". */
function ofMonth(words: readonly string[], end: number): { end: number; ahead: number | null } {
  const isMonth = isOneOf(words[end], "of in") && isOneOf(words[end + 1], "next this the") &&
    words[end + 2] === "month";
  if (!isMonth) return { end, ahead: null };
  // "The first of the month" is the next first.
  return { end: end + 3, ahead: { next: 1, this: 0 }[words[end + 1] ?? ""] ?? null };
}

export function nextDayOfMonth({ today, isOpen }: When, number: number): Day | null {
  for (let ahead = 0; ahead < 12; ahead++) {
    const day = monthDay(today, ahead, number);
    if (day !== null && (day > today || (day === today && isOpen))) return day;
  }
  return null;
}

function monthDay(today: Day, ahead: number, number: number): Day | null {
  const { year, month } = dateOf(addMonths(`${today.slice(0, 8)}01`, ahead));
  return realDay(year, month, number);
}

/** "The last day of the month", "the first Monday in March", "the last Friday of next month". */
function lastOrNth(when: When, at: number): Heard | null {
  const { words } = when;
  const start = words[at] === "the" ? at + 1 : at;
  const nth = words[start] === "last" ? { value: -1, end: start + 1 } : ordinalAt(words, start);
  if (nth === null || nth.value > 5) return null;
  const name = weekdayAt(words, nth.end);
  if (name === null && !(nth.value === -1 && words[nth.end] === "day")) return null;
  const month = isOneOf(words[nth.end + 1], "of in") ? monthSaidAt(when, nth.end + 2) : null;
  if (month === null) return null;
  const day = nthOf(month.days, nth.value, name?.weekday ?? null);
  return single(day, month.end);
}

function nthOf({ from, to }: Days, nth: number, weekday: Weekday | null): Day {
  if (weekday === null) return to;
  if (nth > 0) return addDays(weekdayFrom(from, weekday), 7 * (nth - 1));
  return addDays(to, -((weekdayOf(to) - weekday + 7) % 7));
}

/** A month, named or counted from this one, as its days. */
export function monthSaidAt({ words, today }: When, at: number): { days: Days; end: number } | null {
  const month = monthOf(words[at]);
  if (month !== null) {
    const year = yearAt(words, at + 1);
    const { year: thisYear, month: thisMonth } = dateOf(today);
    return {
      days: wholeMonth(dayAt(year?.value ?? (month < thisMonth ? thisYear + 1 : thisYear), month, 1)),
      end: year?.end ?? at + 1,
    };
  }
  const isRelative = isOneOf(words[at], "the this next") && words[at + 1] === "month";
  if (!isRelative) return null;
  return { days: wholeMonth(addMonths(`${today.slice(0, 8)}01`, words[at] === "next" ? 1 : 0)), end: at + 2 };
}

function wholeMonth(first: Day): Days {
  return { from: first, to: addDays(addMonths(first, 1), -1) };
}

/** A number of a day in the month of a date beside it: "the 3rd to the 5th of December", "December third or fourth". */
export function inMonthOf(number: Heard, date: Heard): Heard {
  if (number.dayOfMonth === undefined || date.month === undefined || date.days === null) return number;
  const { year, month } = dateOf(date.days.from);
  const day = realDay(year, month, number.dayOfMonth);
  return day === null ? number : { ...single(day, number.end), month };
}
