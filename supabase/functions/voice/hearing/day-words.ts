import type { Locale } from "../../_language/locale.ts";
import { addDays, atMinute, minuteOfDay, startOfDay, type WallClock } from "../../_desk/clock.ts";
import { MONTH } from "./calendar-words.ts";
import { bareHourAsTime, hearDate } from "./day-dates.ts";
import { type Days, hearSpan } from "./day-spans.ts";
import { hearTimeOfDay, type Hours } from "./time-of-day.ts";
import { uniform, withoutPronoun } from "./uniform.ts";

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
  const text = uniform(withoutPronoun(words))
    .replace(/\b(?:may|can|could) (?:i|we)\b/, " ")
    .replace(new RegExp(`\\b(${MONTH}) the (?=\\d)`), "$1 ")
    .replace(/\b(early|late) (tomorrow|today|\w+day) (morning|afternoon|evening)\b/, "$2 $1 $3");
  const { hours, rest } = hearTimeOfDay(bareHourAsTime(text, startOfDay(asked)));
  if ((hours !== null && hours.from >= hours.to) || REFUSING.test(rest)) return null;
  const days = await hearDays(rest, locale, asked);
  if (days !== null) return withHours(days, hours);
  return hours === null && !ANY_DAY.test(rest) ? null : firstFree(asked, hours ?? undefined);
}

/** Whoever says which days do not suit has not yet said which do. */
const REFUSING = /\b(?:not(?! (?:before|earlier|after|later|until))|except|anything but|can't|cannot|can not)\b/;

const ANY_DAY =
  /\b(?:any ?(?:day|time)|whenever|as soon as|asap|a s a p|soonest|earliest|first (?:free|available|open|opening|possible|appointment|one|1|slot)|next (?:free|available|open|opening|possible|slot)|(?:don't|do not) (?:mind|care)|right away|immediately)\b/;

function withHours(days: Days, hours: Hours | null): Wish {
  if (hours === null) return days;
  const isOneDay = startOfDay(days.from) === addDays(startOfDay(days.to), minuteOfDay(days.to) === 0 ? -1 : 0);
  return isOneDay ? { from: atMinute(days.from, hours.from), to: atMinute(days.from, hours.to) } : { ...days, hours };
}

async function hearDays(text: string, locale: Locale, asked: WallClock): Promise<Days | null> {
  const today = startOfDay(asked);
  const span = await hearSpan(text, locale, today);
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
