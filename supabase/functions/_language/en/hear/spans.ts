import { addDays, addMonths, dateOf, type Day, dayAt, weekdayFrom, weekdayOf } from "../../calendar.ts";
import type { Days } from "../../findings.ts";
import { COUNTRIES } from "../../locale.ts";
import { monthOf } from "./calendar-names.ts";
import { dateAt, monthSaidAt } from "./dates.ts";
import { holidayAt } from "./holidays.ts";
import { dayOfMonthAt, ordinalAt } from "./numerals.ts";
import { startOfWeek, weekCountedAt } from "./weekdays.ts";
import { daysIntoWeek, type Heard, type When } from "./when.ts";
import { isOneOf, phraseAt, phrases } from "./words.ts";

/** Days on end: a week, a weekend, a month, or a part of one. */
export function spanAt(when: When, at: number): Heard | null {
  return seasonAt(when, at) ?? weekOf(when, at) ?? weekAt(when, at) ?? weekendAt(when, at) ?? monthSpanAt(when, at);
}

type Portion = "early" | "mid" | "late" | "first half" | "second half";

const PORTIONS = phrases<Portion>([
  [
    "early|early in|beginning of|start of|the beginning of|the start of|early part of|first part of|the first part of",
    "early",
  ],
  ["mid|middle of|the middle of|midweek", "mid"],
  [
    "late|later|late in|later in|end of|the end of|at the end of|tail end of|the tail end of|back end of|the back end of|" +
    "latter part of|the latter part of|towards the end of|toward the end of|near the end of",
    "late",
  ],
  ["first half of|the first half of", "first half"],
  ["second half of|the second half of|last half of|latter half of|the latter half of", "second half"],
]);

/** "Early next week": which part of what follows. */
function portionAt(words: readonly string[], at: number): { portion: Portion | null; start: number } {
  const found = phraseAt(PORTIONS, words, at);
  return found === null ? { portion: null, start: at } : { portion: found.meaning, start: found.end };
}

function weekAt(when: When, at: number): Heard | null {
  const { words, today } = when;
  const { portion, start } = portionAt(words, at);
  const counted = weekCountedAt(words, start) ?? plainWeekAt(words, start, portion !== null);
  if (counted === null) return weekByReference(when, start, portion);
  const first = startOfWeek(when, counted.weeks);
  const monday = weekdayFrom(first, 1);
  const part = portion === null ? null : portionOfWeek(monday, portion);
  const days = part ?? { from: first, to: addDays(first, 6) };
  const earliest = counted.weeks === 0 ? today : addDays(today, 1);
  return { days: clipped(days, earliest), end: counted.end, ...(portion === "late" && { isEnd: true }) };
}

/** "The week", only where a part of it was named. */
function plainWeekAt(words: readonly string[], at: number, hasPortion: boolean): { weeks: number; end: number } | null {
  const start = words[at] === "the" ? at + 1 : at;
  return hasPortion && words[start] === "week" && !isOneOf(words[start + 1], "of after from on")
    ? { weeks: 0, end: start + 1 }
    : null;
}

function portionOfWeek(monday: Day, portion: Portion): Days {
  const [from, to] = portion === "mid" ? [1, 3] : portion === "late" || portion === "second half" ? [3, 5] : [0, 2];
  return { from: addDays(monday, from), to: addDays(monday, to) };
}

const BY_REFERENCE = phrases<number>([
  ["that week|that same week|the same week|same week", 0],
  ["the following week|following week|the week after|week after|the week after that|the week following", 1],
  ["the week before|week before|the week before that|the previous week|previous week", -1],
]);

/** "That week", "the week after": counted from what was talked about; "the following week" also from this one. */
function weekByReference(when: When, at: number, portion: Portion | null): Heard | null {
  const { words, country, today, reference } = when;
  const found = phraseAt(BY_REFERENCE, words, at);
  if (found === null) return null;
  if (reference === null && !words.slice(at, found.end).includes("following")) return null;
  // "The following week", of nothing that was talked about, is next week.
  const base = reference ?? addDays(startOfWeek(when, 1), -7);
  const first = addDays(base, 7 * found.meaning - daysIntoWeek(base, COUNTRIES[country].weekBegins));
  const week = { from: first, to: addDays(first, 6) };
  if (portion === "late" && found.meaning === 0) {
    return { days: { from: addDays(base, 1), to: week.to }, end: found.end };
  }
  const days = portion === null ? week : portionOfWeek(weekdayFrom(first, 1), portion);
  return { days: clipped(days, reference === null ? addDays(today, 1) : today), end: found.end };
}

/** "The week of the 14th", "the week after Christmas", "the first week of December". */
function weekOf(when: When, at: number): Heard | null {
  const { words, country } = when;
  const start = words[at] === "the" ? at + 1 : at;
  const nth = words[start] === "last" ? { value: -1, end: start + 1 } : ordinalAt(words, start);
  if (nth !== null && words[nth.end] === "week" && isOneOf(words[nth.end + 1], "of in")) {
    const month = monthSaidAt(when, nth.end + 2);
    if (month === null) return null;
    const first = nth.value === -1 ? addDays(month.days.to, -6) : addDays(month.days.from, 7 * (nth.value - 1));
    return { days: { from: first, to: addDays(first, 6) }, end: month.end };
  }
  const named = holidayAt(when, start);
  if (named !== null && named.days !== null && words[named.end] === "week") {
    const first = addDays(named.days.from, -daysIntoWeek(named.days.from, COUNTRIES[country].weekBegins));
    return { days: { from: first, to: addDays(first, 6) }, end: named.end + 1 };
  }
  if (named !== null && named.days !== null && words[named.end] === "weekend") {
    const { from } = named.days;
    const saturday = addDays(from, -((weekdayOf(from) + 1) % 7));
    return { days: { from: saturday, to: addDays(saturday, from > addDays(saturday, 1) ? 2 : 1) }, end: named.end + 1 };
  }
  if (words[start] !== "week" || !isOneOf(words[start + 1], "of commencing beginning starting after before")) {
    return null;
  }
  const place = words[start + 2] === "on" ? start + 3 : start + 2;
  const day = holidayAt(when, place) ?? dateAt(when, place);
  if (day === null || day.days === null) return null;
  const weeks = words[start + 1] === "after" ? 1 : words[start + 1] === "before" ? -1 : 0;
  const first = addDays(day.days.from, 7 * weeks - daysIntoWeek(day.days.from, COUNTRIES[country].weekBegins));
  return { days: { from: first, to: addDays(first, 6) }, end: day.end };
}

/** On a Sunday "this weekend" is the one that ends today. */
function weekendAt(when: When, at: number): Heard | null {
  const { words, today } = when;
  let start = at;
  while (start < at + 2 && isOneOf(words[start], "the this a at on over next coming")) start++;
  if (words[start] !== "weekend") return null;
  const date = words[start + 1] === "of" ? dateAt(when, start + 2) : null;
  if (date !== null && date.days !== null) {
    const saturday = addDays(date.days.from, weekdayOf(date.days.from) === 0 ? -1 : 6 - weekdayOf(date.days.from));
    return { days: { from: saturday, to: addDays(saturday, 1) }, end: date.end };
  }
  const isSunday = weekdayOf(today) === 0;
  const saturday = isSunday ? addDays(today, -1) : weekdayFrom(today, 6);
  const isAfterNext = isOneOf(words[start + 1], "after") && words[start + 2] === "next";
  const first = addDays(saturday, isAfterNext || words[start - 1] === "next" ? 7 : 0);
  return { days: clipped({ from: first, to: addDays(first, 1) }, today), end: start + (isAfterNext ? 3 : 1) };
}

/** "Next month", "in December", "early March". "May" and "March" alone are verbs as often. */
function monthSpanAt(when: When, at: number): Heard | null {
  const { words, today } = when;
  const { portion, start } = portionAt(words, at);
  const place = isOneOf(words[start], "in of during for") ? start + 1 : start;
  const found = monthSaidAt(
    when,
    isOneOf(words[place], "this next") && monthOf(words[place + 1]) !== null ? place + 1 : place,
  );
  if (found === null) return null;
  const isPrepared = portion !== null || place > start || isOneOf(words[place - 1], BEFORE_A_MONTH);
  if (isOneOf(words[place], "may march") && !isPrepared && found.end !== words.length) return null;
  if (isOneOf(words[place], "may march") && isOneOf(words[found.end], "i we")) return null;
  const isPlainMonth = words[place] === "the" && portion === null;
  if (isPlainMonth) return null;
  const number = portion === null && words[found.end] === "on" ? dayOfMonthAt(words, found.end + 1) : null;
  if (number !== null && number.value <= dateOf(found.days.to).day) {
    const day = addDays(found.days.from, number.value - 1);
    return { days: { from: day, to: day }, end: number.end };
  }
  const part = portion === null ? found.days : portionOfMonth(found.days, portion);
  // "Early December" at the end of one is that of next year.
  const isOver = part.to < today && monthOf(words[found.end - 1]) !== null;
  const days = isOver ? { from: addMonths(part.from, 12), to: addMonths(part.to, 12) } : part;
  return { days: clipped(days, today), end: found.end, ...(portion === "late" && { isEnd: true }) };
}

const BEFORE_A_MONTH =
  "in of during for this next around by before after from since till or and to either maybe sometime";

function portionOfMonth({ from, to }: Days, portion: Portion): Days {
  const length = dateOf(to).day;
  const third = Math.floor(length / 3);
  switch (portion) {
    case "early":
      return { from, to: addDays(from, third - 1) };
    case "mid":
      return { from: addDays(from, third), to: addDays(to, -third) };
    case "late":
      return { from: addDays(to, 1 - third), to };
    case "first half":
      return { from, to: addDays(from, 14) };
    case "second half":
      return { from: addDays(from, 15), to };
  }
}

type Season = "between" | "new year" | "early new year" | "holidays";

const SEASONS = phrases<Season>([
  ["between christmas and new year|between christmas and new year's|between christmas and the new year", "between"],
  ["in the new year|sometime in the new year", "new year"],
  ["early in the new year|early new year|early in january", "early new year"],
  ["the holidays|the christmas holidays|the holiday season", "holidays"],
]);

function seasonAt({ words, today }: When, at: number): Heard | null {
  const found = phraseAt(SEASONS, words, at);
  if (found === null || found.meaning === "early new year" && words[found.end - 1] === "january") return null;
  const { year } = dateOf(today);
  const days: Record<Season, Days> = {
    between: { from: dayAt(year, 12, 26), to: dayAt(year, 12, 31) },
    "new year": { from: dayAt(year + 1, 1, 2), to: dayAt(year + 1, 1, 31) },
    "early new year": { from: dayAt(year + 1, 1, 2), to: dayAt(year + 1, 1, 15) },
    holidays: { from: dayAt(year, 12, 24), to: addMonths(dayAt(year, 12, 1), 1) },
  };
  return { days: clipped(days[found.meaning], today), end: found.end };
}

/** Without what is over of it; what is over as a whole stays, so that it can be said. */
export function clipped(days: Days, earliest: Day): Days {
  return days.from < earliest && days.to >= earliest ? { ...days, from: earliest } : days;
}
