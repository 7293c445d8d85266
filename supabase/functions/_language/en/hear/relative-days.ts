import { addDays, addMonths, type Day, weekdayFrom } from "../../calendar.ts";
import { weekdayAt } from "./calendar-names.ts";
import { dateAt, single } from "./dates.ts";
import { holidayAt } from "./holidays.ts";
import { countAt } from "./numerals.ts";
import { weekdaySaidAt } from "./weekdays.ts";
import type { Heard, When } from "./when.ts";
import { isOneOf, phraseAt, phrases } from "./words.ts";

/** A day that is counted from another: "tomorrow", "in three days", "a week on Tuesday", "the day after Christmas". */
export function relativeDayAt(when: When, at: number): Heard | null {
  return withinAt(when, at) ?? countedAt(when, at) ?? neighbourAt(when, at) ?? namedAt(when, at);
}

/** A day by its name or number, and not counted from another. */
export function anchorAt(when: When, at: number): Heard | null {
  return holidayAt(when, at) ?? dateAt(when, at) ?? weekdaySaidAt(when, at) ?? namedAt(when, at);
}

const NAMED = phrases<number>([
  ["today|this very day|now", 0],
  ["tomorrow", 1],
  ["day after tomorrow|the day after tomorrow", 2],
  ["this time tomorrow", 1],
  ["this time next week", 7],
  ["yesterday", -1],
]);

function namedAt({ words, today }: When, at: number): Heard | null {
  const found = phraseAt(NAMED, words, at);
  if (found === null || words[at] === "now" && !isOneOf(words[at - 1], "right from")) return null;
  const weeks = words[found.end] === "week" ? 1 : words[found.end] === "fortnight" ? 2 : 0;
  return single(addDays(today, found.meaning + 7 * weeks), found.end + Math.min(weeks, 1));
}

const WITHIN = phrases<true>([
  [
    "within|within the|in the next|over the next|during the next|in the coming|over the coming|sometime in the next|inside",
    true,
  ],
]);

/** "In the next two weeks", "within a week", "in the next couple of days": from today on. */
function withinAt({ words, today }: When, at: number): Heard | null {
  const lead = phraseAt(WITHIN, words, at);
  if (lead === null) return null;
  const few = words[lead.end] === "few" || words[lead.end] === "couple";
  const count = few
    ? { value: words[lead.end] === "few" ? 3 : 2, end: lead.end + (words[lead.end + 1] === "of" ? 2 : 1) }
    : countAt(words, lead.end) ?? { value: 1, end: lead.end };
  const unit = unitAt(words[count.end]);
  if (unit === null || count.value > 366) return null;
  return { days: { from: today, to: shifted(today, count.value, unit) }, end: count.end + 1 };
}

type Unit = "day" | "week" | "fortnight" | "month";

function unitAt(word: string | undefined): Unit | null {
  const name = (word ?? "").replace("'s", "");
  const unit = name.endsWith("s") ? name.slice(0, -1) : name;
  return unit === "day" || unit === "week" || unit === "fortnight" || unit === "month" ? unit : null;
}

function shifted(day: Day, count: number, unit: Unit): Day {
  if (unit === "month") return addMonths(day, count);
  return addDays(day, count * DAYS[unit]);
}

/** "In three days", "a week today", "two weeks from Tuesday", "a week later", "push it back a week". */
function countedAt(when: When, at: number): Heard | null {
  const { words, today } = when;
  let start = at;
  while (start < at + 3 && isOneOf(words[start], "in about like for")) start++;
  // "Not for another two weeks" is counted from today, "for two days" is how long something takes.
  const isNotFor = words.slice(at - 2, at).join(" ") === "not for" || (words[at] === "for" && words[at - 1] === "not");
  const isAhead = isNotFor || (start > at && words[at] !== "for");
  const count =
    words[start] === "week" && isOneOf(words[start + 1], "on from today tomorrow") && words[start - 1] !== "next"
      ? { value: 1, end: start }
      : countAt(words, start);
  if (count === null || count.value > 366) return null;
  const weekdays = weekdaysFromNow(when, count.value, count.end);
  if (weekdays !== null) return weekdays;
  const unit = unitAt(words[count.end]);
  if (unit === null) return null;
  const end = count.end + 1;
  const based = countedFromBase(when, count.value, unit, end);
  if (based !== null) return based;
  const moved = isAhead ? null : countedFromReference(when, at, count.value, unit, end);
  if (moved !== null) return moved;

  const fromNow = words[end] === "time" ? end + 1 : words[end] === "from" && words[end + 1] === "now" ? end + 2 : null;
  if (!isAhead && fromNow === null) return null;
  const first = shifted(today, count.value, unit);
  // "In two weeks" is the week that begins then, since nobody means that very day.
  return { days: { from: first, to: unit === "day" ? first : addDays(first, 6) }, end: fromNow ?? end };
}

/** "Two Fridays from now". */
function weekdaysFromNow({ words, today }: When, count: number, end: number): Heard | null {
  const name = words.slice(end + 1, end + 3).join(" ") === "from now" ? weekdayAt(words, end) : null;
  return name === null ? null : single(addDays(weekdayFrom(addDays(today, 1), name.weekday), 7 * (count - 1)), end + 3);
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
  const { words } = when;
  const isPushed = isOneOf(words[at - 1], "back") || words[at - 1] === "by" && words[at - 2] === "back";
  const isPulled = isOneOf(words[at - 1], "forward up") || words[at - 1] === "by" && words[at - 2] === "forward";
  if (isOneOf(words[end], "earlier sooner before") || isPulled) {
    return fromReference(when, -count, unit, isPulled ? end : end + 1);
  }
  if (!isOneOf(words[end], "later after on") && !isPushed) return null;
  const place = isPushed && !isOneOf(words[end], "later after on") ? end : end + 1;
  return fromReference(when, count, unit, isOneOf(words[place], "that then") ? place + 1 : place);
}

/** Counted from what was talked about, or, when that is not known here, as a distance from it. */
function fromReference({ reference }: When, count: number, unit: Unit, end: number): Heard {
  if (reference !== null) return single(shifted(reference, count, unit), end);
  const shift = unit === "month" ? { months: count } : { days: count * DAYS[unit] };
  return { days: null, shift, end };
}

const DAYS = { day: 1, week: 7, fortnight: 14 } as const;

const NEIGHBOURS = phrases<number>([
  ["day after|day after that|next day|following day|day following", 1],
  ["day before|day before that|previous day", -1],
  ["same day|that day|that same day|that very day|same date", 0],
]);

/** "Not this Friday, the one after." */
const ONE_AFTER = phrases<true>([["next one|one after|one after that|following one|one following", true]]);

/** "The day after Christmas", "the Monday after Easter", "the next day". */
function neighbourAt(when: When, at: number): Heard | null {
  const { words, reference } = when;
  const start = words[at] === "the" ? at + 1 : at;
  const oneAfter = phraseAt(ONE_AFTER, words, start);
  if (oneAfter !== null && when.saidDay !== null) return single(addDays(when.saidDay, 7), oneAfter.end);
  const besideHoliday = weekdayBeside(when, start);
  if (besideHoliday !== null) return besideHoliday;
  const found = phraseAt(NEIGHBOURS, words, start);
  if (found === null) return null;
  // "Some day after the 20th" is any of them.
  const isSome = isOneOf(words[start - 1], "some any every a other another");
  if (isSome) return null;
  const isOpenEnded = isOneOf(words[found.end - 1], "after before");
  const base = isOpenEnded ? anchorAt(when, found.end) : null;
  if (base !== null && base.days !== null) return single(addDays(base.days.from, found.meaning), base.end);
  if (reference === null) return found.meaning === 0 ? null : fromReference(when, found.meaning, "day", found.end);
  const later = found.meaning === 0 ? countedAt(when, found.end) : null;
  if (later !== null) return later;
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
