/** Numbers that are said digit by digit, or in twos and threes: phone numbers and codes. */
import { TENS } from "./numerals.ts";

const DIGITS: ReadonlyMap<string, string> = new Map(Object.entries({
  zero: "0",
  oh: "0",
  o: "0",
  nought: "0",
  naught: "0",
  nil: "0",
  one: "1",
  won: "1",
  two: "2",
  to: "2",
  too: "2",
  three: "3",
  tree: "3",
  four: "4",
  for: "4",
  fore: "4",
  five: "5",
  six: "6",
  seven: "7",
  eight: "8",
  ate: "8",
  nine: "9",
  niner: "9",
}));
const TEENS: ReadonlyMap<string, string> = new Map(
  "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(" ")
    .map((name, n) => [name, String(10 + n)]),
);
const TIMES: ReadonlyMap<string, number> = new Map([["double", 2], ["triple", 3], ["treble", 3], ["quadruple", 4]]);
/** Digits by name that are words as often: they count only between other digits. */
const DOUBTFUL = new Set(["to", "too", "for", "o", "oh", "won", "ate", "tree", "fore"]);

/**
 * The rows of digits in what was said, each as long as nothing else comes between. "Twenty seven" is 27, or, where one
 * groups digits otherwise, 20 and 7.
 */
export function digitRows(words: readonly string[], tensAlone = false): string[] {
  const rows: string[] = [];
  let row = "";
  for (let at = 0; at < words.length;) {
    const found = digitsAt(words, at, row !== "", tensAlone);
    if (found === null) {
      if (row !== "" && !BETWEEN.has(words[at] ?? "")) {
        rows.push(row);
        row = "";
      }
      at++;
    } else {
      row += found.digits;
      at = found.end;
    }
  }
  return row === "" ? rows : [...rows, row];
}

/** What one says between the groups of a number. */
const BETWEEN = new Set("and then dash hyphen um uh er space dot is".split(" "));

type Digits = { digits: string; end: number };

function digitsAt(words: readonly string[], at: number, isWithin: boolean, tensAlone: boolean): Digits | null {
  const word = words[at] ?? "";
  if (/^\d+$/.test(word)) return withZeros(words, word, at + 1);
  const times = TIMES.get(word);
  if (times !== undefined) {
    const digit = digitOf(words[at + 1]);
    return digit === null ? null : { digits: digit.repeat(times), end: at + 2 };
  }
  const isDoubtful = DOUBTFUL.has(word) && !isWithin && !startsDigits(words, at + 1);
  const digit = isDoubtful ? null : DIGITS.get(word);
  if (digit !== null && digit !== undefined) return withZeros(words, digit, at + 1);
  const teen = TEENS.get(word);
  if (teen !== undefined) return withZeros(words, teen, at + 1);
  const tens = TENS.get(word);
  return tensAlone && tens !== undefined ? { digits: String(tens), end: at + 1 } : tensAt(words, at);
}

/** "Twenty one" is 21, "twenty oh" 200, "twenty twenty" 2020. */
function tensAt(words: readonly string[], at: number): Digits | null {
  const tens = TENS.get(words[at] ?? "");
  if (tens === undefined) return null;
  const next = words[at + 1];
  const ones = next === undefined || DOUBTFUL.has(next)
    ? undefined
    : DIGITS.get(next) ?? (/^[1-9]$/.test(next) ? next : undefined);
  return ones === undefined || ones === "0"
    ? { digits: String(tens), end: at + 1 }
    : { digits: String(tens + Number(ones)), end: at + 2 };
}

/** "One hundred", "four hundred twenty two", "two thousand". */
function withZeros(words: readonly string[], digits: string, end: number): Digits {
  if (words[end] === "thousand") return { digits: `${digits}000`, end: end + 1 };
  if (words[end] !== "hundred") return { digits, end };
  const rest = tensAt(words, words[end + 1] === "and" ? end + 2 : end + 1);
  return rest === null ? { digits: `${digits}00`, end: end + 1 } : { digits: digits + rest.digits, end: rest.end };
}

function digitOf(word: string | undefined): string | null {
  return word === undefined ? null : DIGITS.get(word) ?? (/^\d$/.test(word) ? word : null);
}

function startsDigits(words: readonly string[], at: number): boolean {
  const word = words[at] ?? "";
  return /^\d+$/.test(word) || TIMES.has(word) || TENS.has(word) || TEENS.has(word) ||
    (DIGITS.has(word) && (!DOUBTFUL.has(word) || isDigitWord(words[at + 1])));
}

function isDigitWord(word: string | undefined): boolean {
  return word !== undefined && (DIGITS.has(word) || /^\d$/.test(word));
}
