/** Names that are spelled out, letter by letter. */

/** What was spelled, where it began, and the words without it. */
export type Spelled = { letters: string; at: number };

const LETTER_NAMES: ReadonlyMap<string, string> = new Map(Object.entries({
  apostrophe: "'",
  hyphen: "-",
  dash: "-",
  bee: "b",
  cee: "c",
  dee: "d",
  eff: "f",
  gee: "g",
  aitch: "h",
  jay: "j",
  kay: "k",
  ell: "l",
  em: "m",
  en: "n",
  pee: "p",
  cue: "q",
  queue: "q",
  ess: "s",
  tee: "t",
  vee: "v",
  ex: "x",
  why: "y",
  zed: "z",
  zee: "z",
}));

/** Takes rows of letters out of words; a row of one is an initial and stays. */
export function takeSpelled(words: readonly string[]): { rows: Spelled[]; rest: string[] } {
  const rows: Spelled[] = [];
  const rest: string[] = [];
  for (let at = 0; at < words.length;) {
    const row = rowAt(words, at);
    if (row.letters.length >= 2) {
      rows.push({ letters: row.letters, at: rest.length });
      at = row.end;
    } else {
      rest.push(words[at] ?? "");
      at++;
    }
  }
  return { rows, rest };
}

function rowAt(words: readonly string[], start: number): { letters: string; end: number } {
  let letters = "";
  let at = start;
  while (at < words.length) {
    const found = letterAt(words, at, letters !== "");
    if (found === null) break;
    letters += found.letter;
    at = found.end;
  }
  return { letters, end: at };
}

/** "B", "double t", "h for hotel", "bee" among letters. */
function letterAt(words: readonly string[], at: number, isWithin: boolean): { letter: string; end: number } | null {
  const word = (words[at] ?? "").toLowerCase();
  if (word === "double") {
    const letter = plainLetter(words[at + 1], true);
    return letter === null ? null : { letter: letter + letter, end: at + 2 };
  }
  const letter = plainLetter(word, isWithin);
  if (letter === null) return null;
  const like = words[at + 1]?.toLowerCase();
  const isExplained = (like === "for" || like === "like" || like === "as") && (words[at + 2] ?? "").length > 1;
  if (isExplained) return { letter, end: at + (words[at + 2]?.toLowerCase() === "in" ? 4 : 3) };
  return { letter, end: at + 1 };
}

function plainLetter(word: string | undefined, isWithin: boolean): string | null {
  const lower = (word ?? "").toLowerCase();
  if (/^\p{L}$/u.test(lower)) return lower;
  return isWithin ? LETTER_NAMES.get(lower) ?? null : null;
}

/** Puts what was spelled in the place of the word that it spells; spelling wins over what was heard. */
export function withSpelling(
  name: readonly string[],
  rows: readonly Spelled[],
  isNameWord: (word: string) => boolean,
): string[] {
  const result = [...name];
  for (const { letters, at } of rows) {
    const [first, second] = result;
    if (first !== undefined && second !== undefined && likenessOf(result.join("").toLowerCase(), letters) >= WHOLE) {
      result.splice(0, result.length, ...partedAs(first, second, letters));
      continue;
    }
    const likeness = result.map((word) => likenessOf(word.toLowerCase(), letters));
    const best = likeness.indexOf(Math.max(...likeness));
    if (best >= 0 && (likeness[best] ?? 0) >= ALIKE) result[best] = letters;
    else if (at === 0 && isNameWord(letters)) result.unshift(letters);
    else if (isNameWord(letters)) result.push(letters);
  }
  return result;
}

const ALIKE = 0.5;
/** As alike as first and last name together are to both spelled in one row. */
const WHOLE = 0.8;

/** "G e r a l d s t o n e" for Gerald Stone: parted where both halves are most like what was heard. */
function partedAs(first: string, second: string, letters: string): [string, string] {
  const parts = Array.from(
    { length: letters.length - 1 },
    (_, at): [string, string] => [letters.slice(0, at + 1), letters.slice(at + 1)],
  );
  const like = ([one, other]: [string, string]) =>
    likenessOf(first.toLowerCase(), one) + likenessOf(second.toLowerCase(), other);
  return parts.reduce((best, next) => like(next) > like(best) ? next : best, [first, second]);
}

/** The share of two words that is the same from the front and from the back. */
function likenessOf(word: string, other: string): number {
  const plain = word.replace(/[^\p{L}]/gu, "");
  const most = Math.min(plain.length, other.length);
  let front = 0;
  while (front < most && plain[front] === other[front]) front++;
  let back = 0;
  while (back < most - front && plain.at(-1 - back) === other.at(-1 - back)) back++;
  return (front + back) / Math.max(plain.length, other.length, 1);
}
