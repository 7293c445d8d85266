import { uniform } from "./uniform.ts";

/**
 * The one of several names that the words mean: every word of a name that was said counts, and the share of the name
 * that was said decides between "exam" and "new patient exam". Null when none or more than one fits best.
 */
export function hearName(words: string, names: readonly string[]): number | null {
  const said = uniform(words);
  const saidWords = new Set(said.split(" "));
  const scores = names.map((name) => {
    const all = uniform(name).split(" ");
    const telling = all.filter((part) => !EMPTY_WORDS.has(part));
    // "Appointment with a doctor" has no other words than these.
    const parts = telling.length > 0 ? telling : all.filter((part) => part.length > 4);
    // Speech recognition writes "checkup" for "check-up", and the other way round.
    if (squeezed(said).includes(squeezed(name))) return 2 + parts.length;
    const hits = parts.filter((part) => [...saidWords].some((word) => isForm(word, part))).length;
    return hits === 0 ? 0 : hits / parts.length + (parts === telling ? hits / 100 : 0);
  });
  const best = Math.max(0, ...scores);
  const winners = scores.flatMap((score, index) => score === best ? [index] : []);
  return best > 0 && winners.length === 1 ? winners[0] ?? null : null;
}

const EMPTY_WORDS = new Set("dr doctor mr mrs ms miss with the a an of for and or to in appointment".split(" "));

/** Whether two words are forms of one: "cleaned" of "cleaning". */
function isForm(word: string, other: string): boolean {
  if (word === other) return true;
  const stem = Math.max(4, Math.ceil(Math.max(word.length, other.length) * 0.6));
  return word.length >= stem && word.slice(0, stem) === other.slice(0, stem);
}

function squeezed(text: string): string {
  return uniform(text).replace(/[^\p{L}\p{N}]/gu, "");
}

/** A person's name out of the sentence that it was said in; null when there is none. */
export function hearPersonName(words: string): string | null {
  const name = words
    .normalize("NFC")
    .replace(/[^\p{L}\p{M}'’\- ]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .replace(/^(?:hi|hello|yes|sure|okay|ok|um|uh|er|well)\s+/i, "")
    .replace(
      /^(?:my (?:full )?name(?:'s| is)|the name(?:'s| is)|it(?:'s| is)|this is|i am|i'm|that's|that is|call me)\s+/i,
      "",
    )
    .replace(/^(?:dr|mr|mrs|ms|miss)\s+/i, "")
    .slice(0, 80)
    .trim();
  const letters = name.match(/\p{L}/gu)?.length ?? 0;
  if (letters < 2) return null;
  // Speech comes in small letters now and then.
  return name === name.toLowerCase() ? name.replace(/(^|[\s'’-])\p{L}/gu, (start) => start.toUpperCase()) : name;
}
