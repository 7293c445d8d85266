import { addDays, addMonths, type Day, weekdayFrom } from "../../calendar.ts";
import { dateAt, single } from "./dates.ts";
import { holidayAt } from "./holidays.ts";
import { countAt } from "./numerals.ts";
import { weekdaySaidAt } from "./weekdays.ts";
import type { Heard, When } from "./when.ts";
import { isOneOf, phraseAt, phrases } from "./words.ts";

/** A day that is counted from another: "tomorrow", "in three days", "a week on Tuesday", "the day after Christmas". */
export function relativeDayAt(when: When, at: number): Heard | null {
  return countedAt(when, at) ?? neighbourAt(when, at) ?? namedAt(when, at);
}

/** A day by its name or number, and not counted from another. */
export function anchorAt(when: When, at: number): Heard | null {
  return holidayAt(when, at) ?? dateAt(when, at) ?? weekdaySaidAt(when, at) ?? namedAt(when, at);
}

const NAMED = phrases<number>([
  ["today|this very day|now", 0],
  ["tomorrow", 1],
  ["day after tomorrow|the day after tomorrow", 2],
  ["yesterday", -1],
]);

function namedAt({ words, today }: When, at: number): Heard | null {
  const found = phraseAt(NAMED, words, at);
  if (found === null || words[at] === "now" && !isOneOf(words[at - 1], "right from")) return null;
  const weeks = words[found.end] === "week" ? 1 : words[found.end] === "fortnight" ? 2 : 0;
  return single(addDays(today, found.meaning + 7 * weeks), found.end + Math.min(weeks, 1));
}

type Unit = "day" | "week" | "fortnight" | "month";

function unitAt(word: string | undefined): Unit | null {
  const name = (word ?? "").replace("'s", "");
  const unit = name.endsWith("s") ? name.slice(0, -1) : name;
  return unit === "day" || unit === "week" || unit === "fortnight" || unit === "month" ? unit : null;
}

function shifted(day: Day, count: number, unit: Unit): Day {
  if (unit === "month") return addMonths(day, count);
  return addDays(day, count * { day: 1, week: 7, fortnight: 14 }[unit]);
}

/** "In three days", "a week today", "two weeks from Tuesday", "a week later", "push it back a week". */
function countedAt(when: When, at: number): Heard | null {
  const { words, today } = when;
  let start = at;
  while (start < at + 3 && isOneOf(words[start], "in about like within")) start++;
  const isAhead = start > at;
  const count = words[start] === "week" && isOneOf(words[start + 1], "on from") && words[start - 1] !== "next"
    ? { value: 1, end: start }
    : countAt(words, start);
  const unit = count === null ? null : unitAt(words[count.end]);
  if (count === null || unit === null || count.value > 366) return null;
  const end = count.end + 1;
  const based = countedFromBase(when, count.value, unit, end);
  if (based !== null) return based;
  const moved = countedFromReference(when, at, count.value, unit, end);
  if (moved !== null) return moved;

  const fromNow = words[end] === "time" ? end + 1 : words[end] === "from" && words[end + 1] === "now" ? end + 2 : null;
  if (!isAhead && fromNow === null) return null;
  const first = shifted(today, count.value, unit);
  // "In two weeks" is the week that begins then, since nobody means that very day.
  return { days: { from: first, to: unit === "day" ? first : addDays(first, 6) }, end: fromNow ?? end };
}

function countedFromBase(when: When, count: number, unit: Unit, end: number): Heard | null {
  const { words } = when;
  const sign = words[end] === "before" ? -1 : 1;
  const hasWord = isOneOf(words[end], "from on after before");
  if (!hasWord && unit === "day") return null;
  const base = anchorAt(when, hasWord ? end + 1 : end);
  if (base === null || base.days === null || words[end + 1] === "now") return null;
  // "A week from Thursday", said on a Thursday, counts from today at any hour.
  const from = base.weekday === undefined ? base.days.from : weekdayFrom(when.today, base.weekday);
  return single(shifted(from, sign * count, unit), base.end);
}

function countedFromReference(when: When, at: number, count: number, unit: Unit, end: number): Heard | null {
  const { words, reference } = when;
  if (reference === null) return null;
  const isPushed = isOneOf(words[at - 1], "back") || words[at - 1] === "by" && words[at - 2] === "back";
  const isPulled = isOneOf(words[at - 1], "forward up") || words[at - 1] === "by" && words[at - 2] === "forward";
  if (isOneOf(words[end], "earlier sooner before") || isPulled) {
    return single(shifted(reference, -count, unit), isPulled ? end : end + 1);
  }
  if (!isOneOf(words[end], "later after on") && !isPushed) return null;
  const place = isPushed && !isOneOf(words[end], "later after on") ? end : end + 1;
  return single(shifted(reference, count, unit), isOneOf(words[place], "that then") ? place + 1 : place);
}

const NEIGHBOURS = phrases<number>([
  ["day after|day after that|next day|following day|day following", 1],
  ["day before|day before that|previous day", -1],
  ["same day|that day|that same day|that very day|same date", 0],
]);

/** "The day after Christmas", "the Monday after Easter", "the next day". */
function neighbourAt(when: When, at: number): Heard | null {
  const { words, reference } = when;
  const start = words[at] === "the" ? at + 1 : at;
  const besideHoliday = weekdayBeside(when, start);
  if (besideHoliday !== null) return besideHoliday;
  const found = phraseAt(NEIGHBOURS, words, start);
  if (found === null) return null;
  const isOpenEnded = isOneOf(words[found.end - 1], "after before");
  const base = isOpenEnded ? anchorAt(when, found.end) : null;
  if (base !== null && base.days !== null) return single(addDays(base.days.from, found.meaning), base.end);
  if (reference === null) return null;
  if (found.meaning === 0 && words[found.end] === "next" && words[found.end + 1] === "week") {
    return single(addDays(reference, 7), found.end + 2);
  }
  return single(addDays(reference, found.meaning), found.end);
}

/** "The Tuesday after Easter", "the Friday before Labor Day". */
function weekdayBeside(when: When, start: number): Heard | null {
  const { words } = when;
  if (!isOneOf(words[start + 1], "after before")) return null;
  const weekday = weekdaySaidAt({ ...when, reference: null }, start)?.weekday;
  const holiday = weekday === undefined ? null : holidayAt(when, start + 2) ?? dateAt(when, start + 2);
  if (weekday === undefined || holiday === null || holiday.days === null) return null;
  const { from } = holiday.days;
  for (let distance = 1; distance <= 7; distance++) {
    const day = addDays(from, words[start + 1] === "after" ? distance : -distance);
    if (new Date(`${day}T00:00Z`).getUTCDay() === weekday) return single(day, holiday.end);
  }
  return null;
}
