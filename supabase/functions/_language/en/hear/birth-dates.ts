import { dateOf, type Day, realDay } from "../../calendar.ts";
import { COUNTRIES, type Country } from "../../locale.ts";
import { monthOf } from "./calendar-names.ts";
import { digitRows } from "./digits.ts";
import { ordinalAt, TENS } from "./numerals.ts";
import { isOneOf } from "./words.ts";

/** A date of birth in any usual way of saying one: "the ninth of March '84", "three nine nineteen eighty-four", "03091984". */
export function hearBirthDate(words: readonly string[], country: Country, today: Day): Day | null {
  const correction = words.findLastIndex((word, at) => CORRECTING.has(word) && at > 0);
  if (correction < 0) return dateIn(words, country, today);
  const before = words.slice(0, correction).filter((word) => !CORRECTING.has(word));
  const after = words.slice(correction + 1);
  return correctedDate(before, after, country, today);
}

const CORRECTING = new Set(["no", "mean", "meant", "sorry", "actually", "wait", "rather"]);

/** What is said after "no" replaces as much of the end of what was said before it as makes a date. */
function correctedDate(before: readonly string[], after: readonly string[], country: Country, today: Day): Day | null {
  const isWhole = dateIn(after, country, today);
  if (isWhole !== null && (hasMonth(after) || !hasMonth(before))) return isWhole;
  for (let cut = 0; cut <= MOST_REPLACED && cut < before.length; cut++) {
    const date = dateIn([...before.slice(0, before.length - cut), ...after], country, today);
    if (date !== null) return date;
  }
  return isWhole ?? (after.length === 0 ? dateIn(before, country, today) : null);
}

/** A year takes three words, "nineteen ninety nine". */
const MOST_REPLACED = 5;

function hasMonth(words: readonly string[]): boolean {
  return words.some((word) => monthOf(word) !== null);
}

function dateIn(words: readonly string[], country: Country, today: Day): Day | null {
  const written = words.find((word) => /^\d{4}-\d\d-\d\d$/.test(word));
  if (written !== undefined) {
    return born(Number(written.slice(0, 4)), Number(written.slice(5, 7)), Number(written.slice(8)), today);
  }
  const tokens = words.flatMap((word) => word.split("/")).map((word) => (word === "marge" ? "march" : word));
  const months = tokens.flatMap((word, at) => monthOf(word) === null ? [] : [at]);
  if (months.length > 1) return null;
  const [at] = months;
  if (at !== undefined) {
    return withMonth(monthOf(tokens[at]) ?? 0, numbersIn(tokens.slice(0, at)), numbersIn(tokens.slice(at + 1)), today);
  }
  const eight = digitRows(tokens).find((row) => row.length === 8);
  if (eight !== undefined && tokens.every((word) => word.length < 8 || word === eight)) {
    return keyedBirthDate(eight, country, today);
  }
  const numbers = withoutZeros(numbersIn(tokens));
  const [first = 0, second = 0, ...year] = numbers;
  if (first >= FIRST_YEAR) return year.length === 1 ? born(first, second, year[0] ?? 0, today) : null;
  const order = isDayFirst(tokens) ? "GB" : country;
  return inOrder(first, second, yearOf(year, today), order, today);
}

/** A date of birth in eight digits: in America the month comes first, in Britain the day. Null when there is no such date. */
export function keyedBirthDate(keys: string, country: Country, today: Day): Day | null {
  const [, first, second, year] = /^(\d\d)(\d\d)(\d{4})$/.exec(keys) ?? [];
  return inOrder(Number(first), Number(second), Number(year), country, today);
}

function inOrder(first: number, second: number, year: number, country: Country, today: Day): Day | null {
  const isMonthFirst = COUNTRIES[country].dateOrder === "month first";
  return isMonthFirst ? born(year, first, second, today) : born(year, second, first, today);
}

const FIRST_YEAR = 1900;

/** The date, if the calendar has it and somebody alive can have been born on it. */
function born(year: number, month: number, day: number, today: Day): Day | null {
  const date = year >= FIRST_YEAR ? realDay(year, month, day) : null;
  return date !== null && date <= today ? date : null;
}

/** The year comes first, or last; the day is the number that is left. */
function withMonth(month: number, before: readonly number[], after: readonly number[], today: Day): Day | null {
  const yearFirst = (before[0] ?? 0) >= FIRST_YEAR || (before.length > 1 && after.length === 1);
  if (yearFirst) return after.length === 1 ? born(yearOf(before, today), month, after[0] ?? 0, today) : null;
  const [day = 0, ...year] = withoutZeros([...before, ...after], 1);
  return born(yearOf(year, today), month, day, today);
}

/** "The 9th of the 3rd", "nine of three": nobody says that of a month and a day. */
function isDayFirst(tokens: readonly string[]): boolean {
  const of = tokens.indexOf("of");
  if (of < 1) return false;
  const next = tokens[of + 1] === "the" ? of + 2 : of + 1;
  return numbersIn(tokens.slice(next, next + 1)).length === 1 && numbersIn(tokens.slice(of - 1, of)).length === 1;
}

/** Drops the "oh" of "oh three oh nine", which in a year stands for itself. */
function withoutZeros(numbers: readonly number[], parts = 2): number[] {
  const kept: number[] = [];
  for (const number of numbers) {
    if (number !== 0 || kept.length >= parts) kept.push(number);
  }
  return kept;
}

/** A year said in one number, or in two as one does: 19 84, 20 0 1. Two digits alone are the latest such year. */
function yearOf(numbers: readonly number[], today: Day): number {
  const [first = 0, second, third, more] = numbers;
  if (more !== undefined) return 0;
  if (second === undefined) {
    if (first >= 100 || numbers.length === 0) return first;
    return first <= dateOf(today).year % 100 ? 2000 + first : 1900 + first;
  }
  if (first === 0) return third === undefined && second <= 9 ? 2000 + second : 0;
  if (first !== 19 && first !== 20) return 0;
  if (third === undefined) return second <= 99 ? first * 100 + second : 0;
  return second === 0 && third <= 9 ? first * 100 + third : 0;
}

const NAMES: ReadonlyMap<string, number> = new Map([
  ...["oh", "o", "nought", "naught", "zero"].map((name): [string, number] => [name, 0]),
  ...("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen " +
    "nineteen").split(" ").map((name, n): [string, number] => [name, n + 1]),
  ...TENS,
]);

/** The numbers among words, whichever way they are written: "twenty first" is 21, "two thousand and one" 2001. */
function numbersIn(tokens: readonly string[]): number[] {
  const numbers: number[] = [];
  /** What the last number may still grow by: after twenty by a digit, after two thousand by less than a hundred. */
  let room = 0;
  for (const [at, token] of tokens.entries()) {
    const number = /^\d+$/.test(token) ? Number(token) : NAMES.get(token) ?? ordinalAt([token], 0)?.value;
    const last = numbers.at(-1);
    if (isOneOf(token, "hundred thousand") && last !== undefined) {
      numbers[numbers.length - 1] = last * (token === "hundred" ? 100 : 1000);
      room = 99;
    } else if (number !== undefined) {
      const grows = last !== undefined && number > 0 && number <= room && !/^\d/.test(tokens[at - 1] ?? "");
      if (grows) numbers[numbers.length - 1] = last + number;
      else numbers.push(number);
      // "Thousand and twenty one": twenty grew into it, and one still may.
      room = TENS.has(token) ? 9 : 0;
    } else if (token !== "and") {
      room = 0;
    }
  }
  return numbers;
}
