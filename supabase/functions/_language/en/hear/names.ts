import type { Asked, Findings } from "../../findings.ts";
import { monthOf, weekdayAt } from "./calendar-names.ts";
import { ordinalAt } from "./numerals.ts";
import { NO_NAMES } from "./no-names.ts";
import { RELATIONS } from "./people.ts";
import { takeSpelled, withSpelling } from "./spelling.ts";

type HeardName = Pick<Findings, "name" | "spelled" | "declines">;

/** A person's name out of the sentence that it was said in, clean; or that they would rather not give it. */
export function hearName(said: string, asked: Asked): HeardName {
  const { words, addsE } = withoutHint(nameWords(said));
  const isAsked = asked.kind === "name";
  if (isAsked && DECLINES.test(words.join(" ").toLowerCase())) return { declines: true };
  const { rows, rest } = takeSpelled(words);
  const candidate = candidateIn(rest, isAsked);
  if (candidate !== null && addsE) addE(candidate.words);
  if (candidate === null && (rows.length === 0 || !isAsked)) return {};
  const spelled = rows.filter(({ letters }) => letters.length >= 2);
  const heard = withSpelling(
    candidate?.words ?? [],
    spelled.map((row) => ({ ...row, at: row.at - (candidate?.from ?? 0) })),
    isNameWord,
  );
  const name = heard.map(written).join(" ").slice(0, MOST_CHARACTERS);
  if (heard.length > MOST_WORDS || (name.match(/\p{L}/gu)?.length ?? 0) < 2) return {};
  return { name, ...(spelled.length > 0 && { spelled: true }) };
}

/** Nobody's name is longer in a clinic's file. */
const MOST_CHARACTERS = 80;
const MOST_WORDS = 5;
/** As much as is looked at for a name. */
const MOST_SAID = 400;

const DECLINES =
  /\b(?:rather not|don't want to (?:say|give|tell)|no name|none of your|not telling|won't (?:say|tell|give)|prefer (?:not|to keep)|rather keep|no comment|skip|anonymous|keep (?:it|that) (?:private|to myself)|not comfortable|not giving|do i have to)\b|^(?:pass|skip|no thanks|no thank you)$/;

/** Words as they were written, with their hyphens and apostrophes; "b-r-o-o-k-e" as letters. */
function nameWords(said: string): string[] {
  const text = said.slice(0, MOST_SAID).normalize("NFC").replaceAll("’", "'").replace(/[^\p{L}\p{M}'\- ,.;]/gu, " ");
  return text.split(/[ ,.;]/).flatMap((word) => {
    const isSpelled = word.includes("-") && word.split("-").every((piece) => piece.length <= 1);
    return isSpelled ? word.split("-") : [trimmed(word)];
  }).filter((word) => word !== "");
}

function trimmed(word: string): string {
  let from = 0;
  let to = word.length;
  while (from < to && isEdge(word.charAt(from))) from++;
  while (to > from && isEdge(word.charAt(to - 1))) to--;
  return word.slice(from, to);
}

function isEdge(sign: string): boolean {
  return sign === "-" || sign === "'";
}

/** What stands before a name. The strong ones tell that a name follows whatever was asked. */
const STRONG = [
  "my name is",
  "my name's",
  "my full name is",
  "name's",
  "name is",
  "names",
  "the name's",
  "this is",
  "it's",
  "i'm",
];
const MARKERS = [
  ...STRONG,
  "his name is",
  "her name is",
  "that's",
  "it is",
  "i am",
  "that is",
  "that would be",
  "it would be",
  "it'll be",
  "would be",
  "called",
  "call me",
  "under the name of",
  "under the name",
  "name of",
  "under",
  "put",
  "for",
  "name",
  "be",
  "patient is",
  "is for",
  "out to",
  "with",
  "named",
  "appointment is",
].map((marker) => marker.split(" "));

type Candidate = { words: string[]; from: number };

/** The words that a name is made of: behind the last marker, before whatever comes after, without what is no name. */
function candidateIn(words: readonly string[], isAsked: boolean): Candidate | null {
  const corrected = behindCorrection(words);
  const parted = isAsked ? firstAndLast(corrected) : null;
  if (parted !== null) return parted;
  const behind = isAsked ? behindMarker(corrected, MARKERS) : introduced(corrected);
  if (behind === null) return null;
  const { rest, from } = behind;
  const offset = words.length - corrected.length + from;
  const kept = withoutOthers(rest, isAsked);
  if (kept === null || kept.length === 0) return null;
  return { words: lastNameFirst(kept), from: offset };
}

/** "Jane, no, sorry, Joan Doe". */
function behindCorrection(words: readonly string[]): readonly string[] {
  const lower = words.map((word) => word.toLowerCase());
  const place = lower.findLastIndex((word, at) =>
    at > 0 && at < words.length - 1 &&
    (["sorry", "mean", "meant", "actually"].includes(word) || (word === "no" && lower[at + 1] !== "h"))
  );
  if (place >= 0) return words.slice(place + 1);
  // "Not Doe, Dow".
  return lower[0] === "not" && words.length > 2 ? words.slice(2) : words;
}

/** "First name Jane, last name Doe", in either order. */
function firstAndLast(words: readonly string[]): Candidate | null {
  const lower = words.map((word) => word.toLowerCase());
  const last = lower.findIndex((word, at) => (word === "last" && lower[at + 1] === "name") || word === "surname");
  if (last < 0) return null;
  const first = lower.findIndex((word, at) => word === "first" && lower[at + 1] === "name");
  const behind = lower[last] === "surname" ? last + 1 : last + 2;
  const lastWord = words.slice(behind).find((word) => isNameWord(word));
  const firstWord = first >= 0
    ? words.slice(first + 2).find((word) => isNameWord(word))
    : words.slice(0, last).findLast((word) => isNameWord(word));
  const name = [firstWord, lastWord].filter((word) => word !== undefined);
  return name.length === 0 ? null : { words: name, from: 0 };
}

function behindMarker(
  words: readonly string[],
  markers: readonly string[][],
): { rest: readonly string[]; from: number } {
  const lower = words.map((word) => word.toLowerCase());
  for (let at = words.length - 1; at >= 0; at--) {
    const marker = markers.find((one) => one.every((word, n) => lower[at + n] === word));
    // "With an E" is about spelling, and "for" behind a name about something else.
    if (marker === undefined || (marker[0] === "with") || at + marker.length >= words.length) continue;
    if (words.slice(at + marker.length).some((word) => isNameWord(word))) {
      return { rest: words.slice(at + marker.length), from: at + marker.length };
    }
  }
  return { rest: words, from: 0 };
}

/** Where no name was asked for, only who says plainly that it is one gives one: "my name's …", "this is … calling". */
function introduced(words: readonly string[]): { rest: readonly string[]; from: number } | null {
  const lower = words.map((word) => word.toLowerCase());
  const text = lower.join(" ");
  const plain = /\b(?:my (?:full )?name(?:'s| is)|(?:the|his|her) name(?:'s| is)|name's)(?= )/.exec(text);
  const calling = /\b(?:this is|it's)(?= (?:\S+ ){1,3}(?:here|calling|speaking)\b)/.exec(text) ??
    /\bthis is(?= \S+ \S+$)/.exec(text) ??
    /^(?:hi |hello |hey |yes |good morning |good afternoon ){0,2}this is(?= (?:\S+ ){1,2}(?:i|i'm|i'd|i've|and)\b)/
      .exec(text);
  const found = plain ?? calling ?? RELATIVE.exec(text);
  if (found === null) return null;
  const from = text.slice(0, found.index + found[0].length).split(" ").length;
  return { rest: words.slice(from), from };
}

/** "It's for our youngest, Ada Brook": two words that can be a name behind whose it is. */
const RELATIVE = new RegExp(
  `\\bfor (?:my|our) (?:${RELATIONS})(?= (?!\\S+(?:ed|ing|ly)\\b)\\S+ (?!\\S+(?:ed|ing|ly)\\b)\\S+)`,
);

/** Takes out "with an E": of Brook it makes Brooke; another letter is in the name already. */
function withoutHint(words: readonly string[]): { words: readonly string[]; addsE: boolean } {
  const lower = words.map((word) => word.toLowerCase());
  const at = lower.findIndex((word, n) =>
    (word === "with" || word === "without") && (lower[n + 1] === "an" || lower[n + 1] === "a") &&
    /^\p{L}$/u.test(lower[n + 2] ?? "")
  );
  return at < 0
    ? { words, addsE: false }
    : { words: words.toSpliced(at, 3), addsE: lower[at] === "with" && lower[at + 2] === "e" };
}

function addE(name: string[]): void {
  const last = name.at(-1);
  if (last !== undefined && !last.toLowerCase().endsWith("e")) name[name.length - 1] = `${last}e`;
}

const COURTESIES = new Set(
  ("um uh er erm hmm so well like okay ok oh ah yes yeah yep sure hi hello hey please thanks thank you sir madam ma'am mr mrs ms miss mister " +
    "missus doctor dr professor prof reverend captain judge rabbi pastor sergeant officer nurse gonna going be me the a my our his her it's for is that's spelled spelt full name first last put can")
    .split(" "),
);
const ENDS = new Set(
  ("and calling speaking here he's she's they're who i i'd i'm i've my with spelled spelt not down new for on at to about he she they if but because " +
    "please thanks thank no that's so").split(" "),
);
const RELATION_WORDS = new Set(
  RELATIONS.split("|").flatMap((relation) => relation.split(" ")).concat("law", "step", "mum", "mom", "old", "year"),
);

/** The name at the beginning of what is left, or null when there is something that is no name where it should stand. */
function withoutOthers(words: readonly string[], isAsked: boolean): string[] | null {
  const kept: string[] = [];
  for (const [at, word] of words.entries()) {
    const lower = word.toLowerCase().replace(/'s$/, "");
    const isCourtesy = COURTESIES.has(word.toLowerCase()) || COURTESIES.has(lower);
    if (kept.length === 0 && (isCourtesy || RELATION_WORDS.has(lower))) continue;
    if (kept.length > 0 && FILLING.has(lower)) continue;
    if (kept.length > 0 && (ENDS.has(word.toLowerCase()) || isCourtesy)) break;
    const isLast = kept.length > 0 || isNameWord(words[at + 1] ?? "") || (isAsked && ALONE.has(lower));
    if (!isNameWord(word) && !(isLast && isWordAndName(word))) {
      if (isAsked || kept.length === 0) return kept.length >= 2 && !isAsked ? kept : null;
      break;
    }
    kept.push(word);
  }
  const [only] = kept;
  const isNoName = kept.length === 1 && only !== undefined && isWordAndName(only) && !ALONE.has(only.toLowerCase());
  return isNoName ? null : kept;
}

const FILLING = new Set(["um", "uh", "er", "erm"]);

/** Words of the calendar and such that are names beside another name: "April Showers", "Will Friday". */
function isWordAndName(word: string): boolean {
  const lower = word.toLowerCase();
  return monthOf(lower) !== null || weekdayAt([lower], 0) !== null || BOTH.has(lower);
}

const BOTH = new Set(
  "will may mark bill rose grace hope faith joy sunny young long short good price day rich hill wood brown black white green"
    .split(" "),
);

/** Of these, the ones that are an answer to "What name?" by themselves. */
const ALONE = new Set("mark bill rose grace hope faith joy april june rich".split(" "));

function isNameWord(word: string): boolean {
  const lower = word.toLowerCase();
  return lower.length >= 2 && !NO_NAMES.has(lower) && ordinalAt([lower], 0) === null && !COURTESIES.has(lower) &&
    !isWordAndName(word) &&
    !RELATION_WORDS.has(lower.replace(/'s$/, ""));
}

/** "Smith, Katherine Smith", "O'Rourke, Siobhan O'Rourke". */
function lastNameFirst(words: readonly string[]): string[] {
  const [first, ...others] = words;
  const isStuttered = first?.toLowerCase() === others[0]?.toLowerCase();
  if (isStuttered) return others;
  const isRepeated = others.length >= 2 && first?.toLowerCase() === others.at(-1)?.toLowerCase();
  return isRepeated ? others : [...words];
}

const PARTICLES = new Set("van von de der den del della di da la le du dos das ter bin al el".split(" "));

/** As names are written: speech comes in small letters or in capitals now and then. */
function written(word: string, at: number): string {
  const isPlain = word === word.toLowerCase() || (word === word.toUpperCase() && word.length > 1);
  if (!isPlain) return word;
  const lower = word.toLowerCase();
  if (at > 0 && PARTICLES.has(lower)) return lower;
  if (at > 0 && /^i{2,3}$|^iv$/.test(lower)) return lower.toUpperCase();
  const capital = lower.replace(/(^|['-])\p{L}/gu, (start) => start.toUpperCase());
  return capital.replace(/^Mc(\p{L})/u, (_, letter: string) => `Mc${letter.toUpperCase()}`);
}
