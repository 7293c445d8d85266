/** Numbers as they are said, read at one place of a row of words. */

/** A number and where it ends. */
export type Numeral = { value: number; end: number };

const UNITS: ReadonlyMap<string, number> = new Map(
  ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen " +
    "eighteen nineteen").split(" ").map((name, value) => [name, value]),
);
export const TENS: ReadonlyMap<string, number> = new Map(
  "twenty thirty forty fifty sixty seventy eighty ninety".split(" ").map((name, n) => [name, 10 * (n + 2)]),
);
const ORDINALS: ReadonlyMap<string, number> = new Map([
  ...("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth " +
    "fifteenth sixteenth seventeenth eighteenth nineteenth").split(" ").map((
      name,
      n,
    ): [string, number] => [name, n + 1]),
  ["twentieth", 20],
  ["thirtieth", 30],
]);

/** "Seven", "twenty one", "21". */
export function cardinalAt(words: readonly string[], at: number): Numeral | null {
  const word = words[at] ?? "";
  if (/^\d{1,9}$/.test(word)) return { value: Number(word), end: at + 1 };
  const tens = TENS.get(word);
  if (tens !== undefined) {
    const ones = UNITS.get(words[at + 1] ?? "") ?? 0;
    return ones >= 1 && ones <= 9 ? { value: tens + ones, end: at + 2 } : { value: tens, end: at + 1 };
  }
  const value = UNITS.get(word);
  return value === undefined ? null : { value, end: at + 1 };
}

/** "Third", "twenty first", "21st". */
export function ordinalAt(words: readonly string[], at: number): Numeral | null {
  const word = words[at] ?? "";
  const digits = /^(\d{1,2})(?:st|nd|rd|th)$/.exec(word);
  if (digits !== null) return { value: Number(digits[1]), end: at + 1 };
  const tens = TENS.get(word);
  if (tens !== undefined) {
    const ones = ordinalAt(words, at + 1);
    return ones !== null && ones.value < 10 ? { value: tens + ones.value, end: ones.end } : null;
  }
  const value = ORDINALS.get(word);
  return value === undefined ? null : { value, end: at + 1 };
}

/** A day of a month, ordinal or not. */
export function dayOfMonthAt(words: readonly string[], at: number): Numeral | null {
  const start = words[at] === "the" ? at + 1 : at;
  const found = ordinalAt(words, start) ?? cardinalAt(words, start);
  return found !== null && found.value >= 1 && found.value <= 31 ? found : null;
}

/** A year that is coming: "2027", "twenty twenty seven", "two thousand and twenty seven". */
export function yearAt(words: readonly string[], at: number): Numeral | null {
  const start = words[at] === "in" || words[at] === "of" ? at + 1 : at;
  if (/^20\d\d$/.test(words[start] ?? "")) return { value: Number(words[start]), end: start + 1 };
  if (words[start] === "twenty") {
    const rest = cardinalAt(words, start + 1);
    return rest !== null && rest.value >= 20 && rest.value <= 99 ? { value: 2000 + rest.value, end: rest.end } : null;
  }
  if (words[start] === "two" && words[start + 1] === "thousand") {
    const rest = cardinalAt(words, start + (words[start + 2] === "and" ? 3 : 2));
    return rest !== null && rest.value < 100 ? { value: 2000 + rest.value, end: rest.end } : null;
  }
  return null;
}

/** How many: "a", "a couple of", "three". */
export function countAt(words: readonly string[], at: number): Numeral | null {
  const [word, next, third] = [words[at], words[at + 1], words[at + 2]];
  if (word === "a" && next === "couple") return { value: 2, end: at + (third === "of" ? 3 : 2) };
  if (word === "a" && next === "few") return { value: 3, end: at + 2 };
  if (word === "another") return cardinalAt(words, at + 1) ?? { value: 1, end: at + 1 };
  if (word === "a" || word === "an") return { value: 1, end: at + 1 };
  return cardinalAt(words, at);
}
