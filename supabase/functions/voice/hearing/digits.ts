/** What the numbers from 0 to 19 are called, also in a date. */
export const NUMBER_NAMES: readonly (readonly string[])[] = [
  ["zero", "oh", "o", "nought", "naught"],
  ["one", "first"],
  ["two", "second"],
  ["three", "third"],
  ["four", "fourth"],
  ["five", "fifth"],
  ["six", "sixth"],
  ["seven", "seventh"],
  ["eight", "eighth"],
  ["nine", "ninth"],
  ["ten", "tenth"],
  ["eleven", "eleventh"],
  ["twelve", "twelfth"],
  ["thirteen", "thirteenth"],
  ["fourteen", "fourteenth"],
  ["fifteen", "fifteenth"],
  ["sixteen", "sixteenth"],
  ["seventeen", "seventeenth"],
  ["eighteen", "eighteenth"],
  ["nineteen", "nineteenth"],
];

const DIGITS = new Map(
  NUMBER_NAMES.slice(0, 10).flatMap((names, digit) =>
    (digit === 0 ? names : names.slice(0, 1)).map((name): [string, string] => [name, String(digit)])
  ),
);

/** Words with the digits among them in figures, and without blanks: "it is four two two one four five" is "itis422145". */
export function inDigits(words: readonly string[]): string {
  return words.map((word) => DIGITS.get(word) ?? word).join("");
}
