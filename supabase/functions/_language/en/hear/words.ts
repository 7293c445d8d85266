/**
 * Speech as words, made uniform whoever wrote it down: small letters, no punctuation, short forms, digits apart from what
 * follows them. Everything that understands works on these, one word after the other and each once.
 */

/** Nobody needs more to say what they want; a recogniser that sends more has been listening to a radio. */
const MOST_CHARACTERS = 2_000;

/** Words that are written in two ways, as the way that the rest of this folder knows. */
const SPELLINGS: ReadonlyMap<string, string> = new Map(Object.entries({
  cant: "can't",
  cannot: "can't",
  dont: "don't",
  wont: "won't",
  doesnt: "doesn't",
  didnt: "didn't",
  isnt: "isn't",
  im: "i'm",
  ive: "i've",
  thats: "that's",
  whats: "what's",
  lets: "let's",
  "o'clock": "oclock",
  "c'mon": "come",
  alright: "all right",
  checkup: "check up",
  tmrw: "tomorrow",
  til: "till",
  "'til": "till",
  until: "till",
  through: "thru",
  somebody: "someone",
  anymore: "any more",
  ok: "okay",
  mum: "mother",
  mom: "mother",
}));

/** "Two's no good." */
const NUMBER_IS: ReadonlyMap<string, string> = new Map(
  "one two three four five six seven eight nine ten eleven twelve noon".split(" ").map((
    name,
  ) => [`${name}'s`, `${name} is`]),
);

/** Two words that are one when they come together. */
const PAIRS: ReadonlyMap<string, string> = new Map(Object.entries({
  "can not": "can't",
  "do not": "don't",
  "does not": "doesn't",
  "did not": "didn't",
  "will not": "won't",
  "would not": "wouldn't",
  "could not": "couldn't",
  "is not": "isn't",
  "are not": "aren't",
  "i am": "i'm",
  "i would": "i'd",
  "i will": "i'll",
  "it is": "it's",
  "that is": "that's",
  "a m": "am",
  "p m": "pm",
  "o clock": "oclock",
  "week end": "weekend",
  "week ends": "weekends",
  "lunch time": "lunchtime",
  "mid morning": "midmorning",
  "mid afternoon": "midafternoon",
  "mid day": "midday",
  "mid week": "midweek",
  "re schedule": "reschedule",
  "some one": "someone",
  "wait list": "waitlist",
  "waiting list": "waitlist",
  "any day": "anyday",
  "any time": "anytime",
}));

/** The words of what was said, of its first so many characters. */
export function wordsOf(said: string, most = MOST_CHARACTERS): string[] {
  const text = said.slice(0, most).normalize("NFC").toLowerCase()
    .replaceAll("’", "'").replaceAll("a.m.", "am").replaceAll("p.m.", "pm");
  const single = text.split(/[^\p{L}\p{M}\p{N}'/:.+-]/u).flatMap(piecesOf).flatMap((word) =>
    (SPELLINGS.get(word) ?? NUMBER_IS.get(word) ?? word).split(" ")
  );
  const words: string[] = [];
  for (const word of single) {
    const pair = PAIRS.get(`${words.at(-1)} ${word}`);
    if (pair === undefined) words.push(word);
    else words[words.length - 1] = pair;
  }
  return words;
}

/** What stands between two blanks, taken apart: "9:30am", "2-4", "check-up". */
function piecesOf(written: string): string[] {
  const word = trimmed(written);
  if (word === "") return [];
  if (/^\d{4}-\d\d-\d\d$/.test(word)) return [word];
  if (/^\d{1,2}(?::\d\d)?-\d{1,2}(?::\d\d)?$/.test(word)) return word.replace("-", " to ").split(" ");
  if (/^\d{1,2}\.\d{1,2}\.\d{2,4}$/.test(word)) return [word.replaceAll(".", "/")];
  if (word.includes("-")) return word.split("-").flatMap(piecesOf);
  if (/^\d{1,2}\.\d\d$/.test(word)) return [word.replace(".", ":")];
  if (word.includes(".")) return word.split(".").flatMap(piecesOf);
  const [, number, unit] = /^(\d{1,4}(?::\d\d)?)(am|pm|ish|oclock|ppl)$/.exec(word) ?? [];
  return number === undefined || unit === undefined ? [word] : [number, unit];
}

/** Without the signs around it. By hand, since an expression for both ends would look at long rows of signs again and again. */
function trimmed(word: string): string {
  let from = 0;
  let to = word.length;
  while (from < to && EDGES.has(word.charAt(from))) from++;
  while (to > from && EDGES.has(word.charAt(to - 1))) to--;
  return word.slice(from, to);
}

const EDGES = new Set("'/:.+-");

/** What one says around what one says. */
export const FILLERS: ReadonlySet<string> = new Set(
  "um uh er erm hmm well so like okay oh ah please thanks thank you yes yeah yep sure just maybe hi hello hey and the a an"
    .split(" "),
);

/** Phrases with what each stands for, to be looked up at one place of what was said. */
export type Phrases<Meaning> = { table: () => Table<Meaning> };
type Table<Meaning> = ReadonlyMap<string, readonly { words: readonly string[]; meaning: Meaning }[]>;

/**
 * A table of phrases: `["early morning|first thing", hours]`. It is made when something is first looked up in it, so that
 * a cold function that greets does not wait for all of them.
 */
export function phrases<Meaning>(rows: readonly (readonly [string, Meaning])[]): Phrases<Meaning> {
  let made: Table<Meaning> | null = null;
  return { table: () => made ??= tableOf(rows) };
}

/** By the first word of each, longer ones first. */
function tableOf<Meaning>(rows: readonly (readonly [string, Meaning])[]): Table<Meaning> {
  const table = new Map<string, { words: string[]; meaning: Meaning }[]>();
  for (const [texts, meaning] of rows) {
    for (const text of texts.split("|")) {
      const words = wordsOf(text);
      const [first = ""] = words;
      table.set(first, [...(table.get(first) ?? []), { words, meaning }]);
    }
  }
  for (const entries of table.values()) entries.sort((left, right) => right.words.length - left.words.length);
  return table;
}

/** The longest phrase of a table that begins at a place, and where it ends. */
export function phraseAt<Meaning>(
  phrases: Phrases<Meaning>,
  words: readonly string[],
  at: number,
): { meaning: Meaning; end: number } | null {
  const found = phrases.table().get(words[at] ?? "")?.find((entry) =>
    entry.words.every((word, n) => words[at + n] === word)
  );
  return found === undefined ? null : { meaning: found.meaning, end: at + found.words.length };
}

/** Whether one of some words, given with blanks between them, stands at a place. */
export function isOneOf(word: string | undefined, list: string): boolean {
  return word !== undefined && ` ${list} `.includes(` ${word} `);
}
