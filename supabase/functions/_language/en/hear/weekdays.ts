import { addDays, type Day, type Weekday, weekdayFrom, weekdayOf } from "../../calendar.ts";
import { COUNTRIES } from "../../locale.ts";
import { weekdayAt } from "./calendar-names.ts";
import { single } from "./dates.ts";
import { daysIntoWeek, type Heard, type When } from "./when.ts";
import { isOneOf, phraseAt, phrases } from "./words.ts";

/** A day of the week in any of its forms: "Friday", "next Friday", "Friday week", "next week on the Friday". */
export function weekdaySaidAt(when: When, at: number): Heard | null {
  return weekFirst(when, at) ?? weekLast(when, at) ?? withAdjective(when, at) ?? plain(when, at);
}

/** The first day of this week (0), the next (1), the one after next (2). Who calls on a Sunday is in the week to come. */
export function startOfWeek({ today, country }: When, weeks: number): Day {
  const { weekBegins } = COUNTRIES[country];
  if (weekdayOf(today) !== 0) return addDays(today, 7 * weeks - daysIntoWeek(today, weekBegins));
  return addDays(today, weekBegins + 7 * Math.max(0, weeks - 1));
}

/** A week counted from this one, "this week", "next week", "the week after next", and where its words end. */
export function weekCountedAt(words: readonly string[], at: number): { weeks: number; end: number } | null {
  const start = isOneOf(words[at], "of in on the") ? weekCountedStart(words, at) : at;
  const rest = words.slice(start, start + 3).join(" ");
  if (rest === "week after next") return { weeks: 2, end: start + 3 };
  if (words[start + 1] !== "week") return null;
  if (words[start] === "next") return { weeks: 1, end: start + 2 };
  return words[start] === "this" ? { weeks: 0, end: start + 2 } : null;
}

function weekCountedStart(words: readonly string[], at: number): number {
  return at + (isOneOf(words[at + 1], "the") ? 2 : 1);
}

/** "Next week on the Friday", "the week after next Tuesday". */
function weekFirst(when: When, at: number): Heard | null {
  const week = weekCountedAt(when.words, at);
  if (week === null) return null;
  let place = week.end;
  while (place < week.end + 2 && isOneOf(when.words[place], "on the say maybe")) place++;
  const name = weekdayAt(when.words, place);
  return name === null ? null : { ...single(inWeek(when, name.weekday, week.weeks), place + 1), weeks: week.weeks };
}

/** "Friday next week", "the Friday of that week", "Friday week", "Friday after next", "the Friday after". */
function weekLast(when: When, at: number): Heard | null {
  const { words, today, reference } = when;
  const start = words[at] === "the" ? at + 1 : at;
  const name = weekdayAt(words, start);
  if (name === null) return null;
  const [next, second, third] = [words[start + 1], words[start + 2], words[start + 3]];
  const week = weekCountedAt(words, start + 1);
  if (week !== null) return { ...single(inWeek(when, name.weekday, week.weeks), week.end), weeks: week.weeks };
  if (isOneOf(next, "week fortnight")) {
    return single(addDays(weekdayFrom(today, name.weekday), next === "week" ? 7 : 14), start + 2);
  }
  if (next === "after" && second === "next") return single(addDays(weekdayFrom(today, name.weekday), 7), start + 3);
  if (reference === null) return null;
  if (isOneOf(next, "of in") && isOneOf(second, "that the") && isOneOf(third, "week same")) {
    const begins = addDays(reference, -daysIntoWeek(reference, COUNTRIES[when.country].weekBegins));
    return single(weekdayFrom(begins, name.weekday), start + (third === "same" ? 5 : 4));
  }
  if (next === "after" && (second === undefined || second === "that")) {
    return single(weekdayFrom(addDays(reference, 1), name.weekday), start + (second === "that" ? 3 : 2));
  }
  return null;
}

export function inWeek(when: When, weekday: Weekday, weeks: number): Day {
  return weekdayFrom(startOfWeek(when, weeks), weekday);
}

/** "This Friday", "next Friday", "the following Friday", "last Friday". */
function withAdjective(when: When, at: number): Heard | null {
  const { words, today, reference } = when;
  const start = words[at] === "the" ? at + 1 : at;
  if (words.slice(start, start + 3).join(" ") === "next but one") {
    const name = weekdayAt(words, start + 3);
    if (name !== null) return single(addDays(weekdayFrom(addDays(today, 1), name.weekday), 7), start + 4);
  }
  const adjective = words[start] === "this" && words[start + 1] === "coming" ? "coming" : words[start];
  const place = start + (adjective === "coming" && words[start] === "this" ? 2 : 1);
  const name = weekdayAt(words, place);
  if (name === null) return null;
  const { weekday } = name;
  switch (adjective) {
    case "this":
      return { ...comingWeekday(when, weekday), end: place + 1 };
    case "coming":
      return single(weekdayFrom(addDays(today, 1), weekday), place + 1);
    case "following":
      return single(weekdayFrom(addDays(reference ?? today, 1), weekday), place + 1);
    case "next":
      return { ...nextWeekday(when, weekday), end: place + 1 };
    case "last":
      return single(addDays(weekdayFrom(today, weekday), -7), place + 1);
    default:
      return null;
  }
}

/**
 * "Next Friday" is next week's for most who say it before this week's has come, and this week's for others. Nobody says it
 * of tomorrow, and from Sunday or across a Sunday all weeks agree.
 */
function nextWeekday({ today }: When, weekday: Weekday): Omit<Heard, "end"> {
  const coming = weekdayFrom(addDays(today, 1), weekday);
  const later = addDays(coming, 7);
  const isSameWeek = weekdayOf(today) !== 0 && weekday !== weekdayOf(today) &&
    (weekday + 6) % 7 > (weekdayOf(today) + 6) % 7;
  if (!isSameWeek) return { days: { from: coming, to: coming } };
  if (coming === addDays(today, 1)) return { days: { from: later, to: later } };
  return { days: { from: later, to: later }, either: { from: coming, to: coming }, weeks: 1 };
}

/** "Friday" on a Friday may be today or a week from it, until the clinic has closed. */
export function comingWeekday({ today, isOpen }: When, weekday: Weekday): Omit<Heard, "end"> {
  const coming = weekdayFrom(today, weekday);
  const later = addDays(coming, 7);
  if (coming !== today) return { days: { from: coming, to: coming } };
  if (!isOpen) return { days: { from: later, to: later } };
  return { days: { from: coming, to: coming }, either: { from: later, to: later } };
}

const SEVERAL = phrases<readonly Weekday[]>([
  ["weekdays|a weekday|on a weekday|any weekday|during the week|weekday", [1, 2, 3, 4, 5]],
  ["weekends|on weekends|at weekends", [6, 0]],
]);

function plain(when: When, at: number): Heard | null {
  const { words, today } = when;
  const several = phraseAt(SEVERAL, words, at);
  if (several !== null) return { days: { from: today, to: today }, every: several.meaning, end: several.end };
  const isEvery = isOneOf(words[at], "any every each all");
  const name = weekdayAt(words, isEvery ? at + 1 : at);
  if (name === null) return null;
  const end = isEvery ? at + 2 : at + 1;
  const found = { ...comingWeekday(when, name.weekday), weekday: name.weekday, end };
  return isEvery || name.isPlural ? { ...found, every: [name.weekday] } : found;
}
