import { dateOf, dayOf, minuteOf, type WallClock, weekdayOf } from "../../calendar.ts";
import type { Asked, Choice, Days, Findings } from "../../findings.ts";
import { weekdayAt } from "./calendar-names.ts";
import { cardinalAt, ordinalAt } from "./numerals.ts";
import type { HeardWish } from "./wishes.ts";
import { FILLERS, isOneOf } from "./words.ts";

type HeardChoice = Pick<Findings, "choice" | "anyChoice" | "more" | "number">;

/** Which of what was read: by its number, its time, its day, its provider or its place among the others. */
export function hearChoice(
  words: readonly string[],
  asked: Asked,
  heard: HeardWish,
  provider: string | undefined,
): HeardChoice {
  const text = words.join(" ");
  const choices = asked.choices ?? [];
  const number = numberAlone(words);
  if (choices.length === 0) return number === null ? {} : { number };
  const index = byWrittenDate(words, choices) ?? byNumber(words, number, choices.length) ??
    byPlaceIn(text, choices, (choice) => fits(choice, words, heard, provider, null)) ??
    only(choices, (choice) => fits(choice, words, heard, provider, number));
  if (index !== null) return { choice: index };
  return {
    ...(ANY.test(text) && (!NEGATIVE.test(text) || EASY.test(text)) && { anyChoice: true }),
    ...((MORE.test(text) || NONE.test(text)) && { more: true }),
    ...(number !== null && { number }),
  };
}

const NEGATIVE = /\b(?:can't|don't|won't|not|none|doesn't work|couldn't|neither)\b/;
const ANY =
  /\b(?:either|any of (?:them|those|these)|whichever|any one|doesn't matter|you (?:pick|choose)|don't mind|don't care|up to you|all fine|all good)\b/;
const EASY = /\b(?:don't (?:mind|care)|doesn't matter)\b/;
const NONE = /\b(?:can't|don't|won't|couldn't) (?:do |make |work |like |want )?(?:any|either)(?: of)?\b/;
const MORE =
  /\b(?:more|other|others|something else|anything else|what else|none(?: of (?:them|those|these|the above))?|neither|next|different|don't work|not (?:those|any of|these)|keep going)\b/;

/** A number and nothing but what one says around one. */
function numberAlone(words: readonly string[]): number | null {
  const rest = words.filter((word) => !AROUND_NUMBER.has(word) && !FILLERS.has(word));
  const [word, ...more] = rest.length > 1 && isOneOf(rest.at(-1), "one 1") && ordinalAt(rest, 0) !== null
    ? rest.slice(0, -1)
    : rest;
  if (word === undefined) return null;
  const found = ordinalAt(rest, 0) ?? cardinalAt(rest, 0) ?? soundOf(word);
  return found === null || found.end < 1 + more.length ? null : found.value;
}

const AROUND_NUMBER = new Set(
  "number option choice opening press key i'd i'll i would will like want take have that slot appointment digit pick choose go with give me let's do think say"
    .split(" "),
);

function soundOf(word: string): { value: number; end: number } | null {
  const value = { to: 2, too: 2, for: 4, won: 1 }[word];
  return value === undefined ? null : { value, end: 1 };
}

/** "The 1st" in figures is a date, when one of that date was read: a recogniser had "first" to write. */
function byWrittenDate(words: readonly string[], choices: readonly Choice[]): number | null {
  const written = words.findIndex((word) => /^\d{1,2}(?:st|nd|rd|th)$/.test(word));
  if (written < 0 || words.some((word) => isOneOf(word, "one option choice"))) return null;
  const day = ordinalAt(words, written)?.value;
  return only(choices, ({ local }) => local !== undefined && dateOf(dayOf(local)).day === day);
}

function byNumber(words: readonly string[], number: number | null, count: number): number | null {
  const said = number ?? numberNamed(words);
  return said !== null && said >= 1 && said <= count ? said - 1 : null;
}

/** "I think the second one would be best", "option two is better": a number with a word that makes it a choice. */
function numberNamed(words: readonly string[]): number | null {
  for (let at = 0; at < words.length; at++) {
    if (isOneOf(words[at - 1], "not") || isOneOf(words[at - 2], "not")) continue;
    const ordinal = ordinalAt(words, at);
    if (ordinal !== null && isOneOf(words[ordinal.end], "one option choice slot time appointment opening")) {
      return ordinal.value;
    }
    if (isOneOf(words[at], "number option choice")) {
      const number = cardinalAt(words, at + 1);
      if (number !== null) return number.value;
    }
  }
  return null;
}

/** "The later one on Tuesday" is the later of those on Tuesday. */
function byPlaceIn(text: string, choices: readonly Choice[], fitting: (choice: Choice) => boolean): number | null {
  const among = choices.filter(fitting);
  const place = byPlace(text, among.length > 1 ? among : choices);
  const found = place === null ? undefined : (among.length > 1 ? among : choices)[place];
  return found === undefined ? null : choices.indexOf(found);
}

/** "The last one", "the earlier of the two", "the middle one", "the first". */
function byPlace(text: string, choices: readonly Choice[]): number | null {
  if (/\b(?:the )?last (?:one|option|choice|slot|time)\b|^(?:the )?last(?: please)?$/.test(text)) {
    return choices.length - 1;
  }
  if (/\bmiddle (?:one|option)?\b/.test(text) && choices.length === 3) return 1;
  if (/^(?:the |i'll take the |yes the )?first(?: please| thanks)?$/.test(text)) return 0;
  if (/^(?:the |i'll take the |yes the )?second(?: please| thanks)?$/.test(text) && choices.length >= 2) return 1;
  const isEarliest = /\b(?:earliest|earlier one|earlier of|sooner one|soonest|first thing you read)\b/.test(text);
  const isLatest = /\b(?:latest|later one|later of)\b/.test(text);
  if (!isEarliest && !isLatest) return null;
  const times = choices.map(({ local }) => local ?? "");
  const sorted = [...times].sort();
  return times.indexOf((isEarliest ? sorted[0] : sorted.at(-1)) ?? "");
}

/** The only choice that fits; two at the same time with different people are two. */
function only(choices: readonly Choice[], fitting: (choice: Choice) => boolean): number | null {
  const found = choices.flatMap((choice, index) => fitting(choice) ? [index] : []);
  return found.length === 1 ? found[0] ?? null : null;
}

function fits(
  { local, provider: whose }: Choice,
  words: readonly string[],
  heard: HeardWish,
  provider: string | undefined,
  number: number | null,
): boolean {
  if (provider !== undefined && provider !== whose) return false;
  const wish = heard.wish ?? heard.existing ?? {};
  const days = heard.either?.days ?? wish.days;
  const isTimed = wish.time !== undefined || wish.hours !== undefined || number !== null;
  if (days === undefined && wish.weekdays === undefined && !isTimed) return provider !== undefined;
  if (local === undefined || (wish.than !== undefined && days === undefined)) return false;
  if (wish.notDays !== undefined || wish.notWeekdays !== undefined || wish.notHours !== undefined) return false;
  const isOnDay = days === undefined && wish.weekdays === undefined ||
    onDay(local, words, days ?? [], wish.weekdays ?? []);
  if (!isOnDay) return false;
  const minute = minuteOf(local);
  const clock = wish.time ?? (number === null ? undefined : number * 60);
  // "Nine" is the nine o'clock that was read, be it in the morning or in the evening.
  if (clock !== undefined) return clock === minute || (isHalfOpen(words) && clock % HALF_DAY === minute % HALF_DAY);
  return wish.hours === undefined || wish.hours.some(({ from, to }) => from <= minute && minute < to);
}

const HALF_DAY = 12 * 60;

function isHalfOpen(words: readonly string[]): boolean {
  return !words.some((word) => isOneOf(word, "am pm morning afternoon evening noon"));
}

/** A weekday alone means the one that was read, in whichever week it is; a date means that very day. */
function onDay(
  local: WallClock,
  words: readonly string[],
  days: readonly Days[],
  weekdays: readonly number[],
): boolean {
  const day = dayOf(local);
  if (days.some(({ from, to }) => from <= day && day <= to) || weekdays.includes(weekdayOf(day))) return true;
  const named = words.flatMap((_, at) => weekdayAt(words, at)?.weekday ?? []);
  const isBare = !words.some((word, at) =>
    ordinalAt(words, at) !== null || isOneOf(word, "next week after following fortnight")
  );
  if (isBare) return named.includes(weekdayOf(day));
  // "The 3rd" is the 3rd that was read, also where another 3rd comes sooner.
  return named.length === 0 && !words.includes("of") &&
    words.some((_, at) => ordinalAt(words, at)?.value === dateOf(day).day);
}
