import type { Locale } from "../../_language/locale.ts";
import { addDays, dateOf, dayAt, daysBetween, type WallClock, weekday } from "../../_desk/clock.ts";
import { count, MONTH, monthNumber, namesWeekday, startOfWeek, weekNamed } from "./calendar-words.ts";
import { hearDate } from "./day-dates.ts";

/** Some days on end: from the first midnight to the last. */
export type Days = { from: WallClock; to: WallClock };

/** Finds a week, a weekend or a month in `uniform` text. */
export async function hearSpan(text: string, locale: Locale, today: WallClock): Promise<Days | null> {
  return hearWeeksAhead(text, today) ?? hearWeek(text, locale, today) ?? hearWeekend(text, today) ??
    hearMonth(text, today) ?? await hearWeekOf(text, locale, today);
}

/** "In two weeks": the week that begins then, since nobody means that very day. */
function hearWeeksAhead(text: string, today: WallClock): Days | null {
  if (namesWeekday(text) || /\b(?:last|ago)\b/.test(text)) return null;
  if (/\bfortnight\b/.test(text)) return weekFrom(addDays(today, 14));
  const found = /\b(\d{1,2}|a|a couple of|a few) (week|month)s?(?:'s? time| time| from now| from today)?$/.exec(text);
  if (found === null || /\b(?:a week today)\b/.test(text)) return null;
  const number = count(found[1] ?? "");
  const { year, month, day } = dateOf(today);
  return weekFrom(found[2] === "week" ? addDays(today, 7 * number) : dayAt(year, month + number, day));
}

/** "Next week", "the end of the week". */
function hearWeek(text: string, locale: Locale, today: WallClock): Days | null {
  const found =
    /\b(?:week after next|(?:next|following|this|the|later|end of|mid) week)\b(?! (?:of|com|beg|start|after))/
      .exec(text);
  if (found === null || namesWeekday(text)) return null;
  const start = weekNamed(found[0], today, locale);
  const monday = addDays(start, (8 - weekday(start)) % 7);
  if (EARLY.test(text)) return { from: monday, to: addDays(monday, 3) };
  if (MIDDLE.test(text)) return { from: addDays(monday, 1), to: addDays(monday, 4) };
  if (LATE.test(text)) return { from: addDays(monday, 3), to: addDays(monday, 6) };
  return weekFrom(start);
}

const EARLY = /\b(?:early|beginning|start)\b/;
const MIDDLE = /\b(?:mid|middle)\b/;
const LATE = /\b(?:late|later|end)\b/;

function hearWeekend(text: string, today: WallClock): Days | null {
  const found = /\b(next )?week ?ends?\b/.exec(text);
  if (found === null) return null;
  // On a Sunday the weekend is the one that ends today.
  const saturday = addDays(today, weekday(today) === 0 ? -1 : 6 - weekday(today));
  const start = addDays(saturday, found[1] === undefined ? 0 : 7);
  return { from: start, to: addDays(start, 2) };
}

/** "Next month", "early December", "the first week of May". A month with a day in it is a date instead. */
function hearMonth(text: string, today: WallClock): Days | null {
  const relative = /\b(next|this|the) month\b/.exec(text);
  const named = new RegExp(
    `(?:^|\\b(?:in|of|during|early|late|mid|next|this|for|around) )(${MONTH})(?: (\\d{4}))?$`,
  ).exec(text);
  const isDay = /\d|\blast day\b/.test(text.replace(/ \d{4}$/, ""));
  if ((relative === null && named === null) || isDay) return null;

  const { year, month } = dateOf(today);
  const wanted = named === null ? month + (relative?.[1] === "next" ? 1 : 0) : monthNumber(named[1] ?? "");
  const wantedYear = named === null ? year : Number(named[2] ?? (wanted < month ? year + 1 : year));
  const start = dayAt(wantedYear, wanted, 1);
  const end = dayAt(wantedYear, wanted + 1, 1);

  const nthWeek = /\b(first|second|third|fourth|last) week\b/.exec(text)?.[1];
  if (nthWeek === "last") return { from: addDays(end, -7), to: end };
  if (nthWeek !== undefined) {
    return weekFrom(addDays(start, 7 * ["first", "second", "third", "fourth"].indexOf(nthWeek)));
  }
  const third = Math.floor(daysBetween(start, end) / 3);
  if (EARLY.test(text)) return { from: start, to: addDays(start, third) };
  if (MIDDLE.test(text)) return { from: addDays(start, third), to: addDays(end, -third) };
  if (LATE.test(text)) return { from: addDays(end, -third), to: end };
  return { from: start, to: end };
}

/** "The week of the 14th". */
async function hearWeekOf(text: string, locale: Locale, today: WallClock): Promise<Days | null> {
  const found = /\bweek (?:of|commencing|beginning|starting)(?: on)? (.+)$/.exec(text);
  const date = found === null ? null : await hearDate(found[1] ?? "", locale, today);
  return date === null ? null : weekFrom(startOfWeek(date.first, locale));
}

function weekFrom(day: WallClock): Days {
  return { from: day, to: addDays(day, 7) };
}
