import type { Locale } from "../../_language/locale.ts";
import { dateOf, dayAt } from "../../_desk/clock.ts";
import { MONTH, monthNumber } from "./calendar-words.ts";
import { inDigits, NUMBER_NAMES } from "./digits.ts";

/** A date of the calendar: "1984-03-09". */
export type CalendarDate = string;

/** A date of birth in eight digits: in America the month comes first, in Britain the day. Null when there is no such date. */
export function keyedBirthDate(keys: string, locale: Locale, today: CalendarDate): CalendarDate | null {
  const [, first, second, year] = /^(\d\d)(\d\d)(\d{4})$/.exec(keys) ?? [];
  if (first === undefined || second === undefined || year === undefined) return null;
  return inOrder(Number(first), Number(second), Number(year), locale, today);
}

/** A date of birth in words: "March ninth nineteen eighty-four", "the 9th of March 1984", "3/9/84". */
export function spokenBirthDate(words: string, locale: Locale, today: CalendarDate): CalendarDate | null {
  const text = words.slice(0, MOST_CHARACTERS).toLowerCase();
  const tokens = text.match(/\p{L}+|\d+/gu) ?? [];
  const digits = inDigits(tokens);
  if (/^\d{8}$/.test(digits) && tokens[0]?.length !== 4) return keyedBirthDate(digits, locale, today);

  const months = tokens.filter((token) => IS_MONTH.test(token));
  const [first, second, ...rest] = numbersIn(tokens);
  if (months.length > 1 || first === undefined || second === undefined) return null;
  const [month] = months;
  if (month !== undefined) {
    return first >= FIRST_YEAR
      ? real(first, monthNumber(month), rest.length === 0 ? second : 0, today)
      : real(yearOf([second, ...rest], today), monthNumber(month), first, today);
  }
  if (first >= FIRST_YEAR) return rest.length === 1 ? real(first, second, rest[0] ?? 0, today) : null;
  return inOrder(first, second, yearOf(rest, today), locale, today);
}

const MOST_CHARACTERS = 100;
const FIRST_YEAR = 1900;
const IS_MONTH = new RegExp(`^${MONTH}$`);

function inOrder(
  first: number,
  second: number,
  year: number,
  locale: Locale,
  today: CalendarDate,
): CalendarDate | null {
  return locale === "en-GB" ? real(year, second, first, today) : real(year, first, second, today);
}

/** The date, if the calendar has it and somebody alive can have been born on it. */
function real(year: number, month: number, day: number, today: CalendarDate): CalendarDate | null {
  if (!(year >= FIRST_YEAR && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= 31)) return null;
  const date = dayAt(year, month, day);
  return dateOf(date).day === day && date.slice(0, 10) <= today ? date.slice(0, 10) : null;
}

/** A year said in one number, or in two as one does: 19 84, 20 0 1. Two digits alone are the latest such year. */
function yearOf(numbers: readonly number[], today: CalendarDate): number {
  const [first = 0, second, third, more] = numbers;
  if (more !== undefined) return 0;
  if (second === undefined) {
    if (first >= 100 || numbers.length === 0) return first;
    const { year } = dateOf(today);
    return first <= year % 100 ? 2000 + first : 1900 + first;
  }
  if (first !== 19 && first !== 20) return 0;
  if (third === undefined) return second <= 99 ? first * 100 + second : 0;
  return second === 0 && third <= 9 ? first * 100 + third : 0;
}

/** The numbers among words, whichever way they are written: "twenty first" is 21, "two thousand and one" 2001. */
function numbersIn(tokens: readonly string[]): number[] {
  const numbers: number[] = [];
  /** What the last number may still grow by: after twenty by a digit, after two thousand by less than a hundred. */
  let room = 0;
  for (const token of tokens) {
    const number = /^\d+$/.test(token) ? Number(token) : NUMBERS.get(token);
    const last = numbers.at(-1);
    if ((token === "hundred" || token === "thousand") && last !== undefined) {
      numbers[numbers.length - 1] = last * (token === "hundred" ? 100 : 1000);
      room = 99;
    } else if (number !== undefined) {
      const grows = last !== undefined && number > 0 && number <= room;
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

const TENS = new Map(
  ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"].map((name, n) => [name, 10 * (n + 2)]),
);
const NUMBERS = new Map([
  ...NUMBER_NAMES.flatMap((names, number) => names.map((name): [string, number] => [name, number])),
  ...TENS,
  ["twentieth", 20],
  ["thirtieth", 30],
]);
