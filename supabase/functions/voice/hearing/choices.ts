import { uniform } from "./uniform.ts";

/** Makes sense of short answers: a key or the words for it. All of them are pure, and return null when in doubt. */

/** What can be asked for at any step. */
export function hearCommand(keys: string, words: string): "message" | "repeat" | null {
  if (keys === "0") return "message";
  if (keys === "*") return "repeat";
  if (keys !== "" || words === "") return null;
  const text = uniform(words);
  if (LEAVE_MESSAGE.test(text)) return "message";
  return REPEAT.test(text) ? "repeat" : null;
}

const LEAVE_MESSAGE =
  /\b(?:(?:speak|talk) (?:to|with)|(?:leave|take) (?:a |my )?message|^messages?$|voice ?mail|receptionist|operator|representative|(?:a|real|actual|live) (?:person|human)|human being|front desk|(?:the )?staff$|call me back|ring me back|someone (?:to )?(?:call|ring|help))\b|^(?:an? )?(?:human|person|agent)(?: please)?$/;
const REPEAT =
  /\b(?:repeat(?: (?:that|it|this|them|please|again|your|yourself|what|the (?:last|question|options?|choices|times|menu))|$)|(?:say|tell me) (?:that|it|this|them) again|come again|(?:didn't|did not|couldn't|can't) (?:hear|catch)|one more time|1 more time|once more)\b|^(?:again|pardon|pardon me|sorry|excuse me|what|what was that)$/;

/**
 * Yes or no, said or keyed as 1 or 2. `deed` is what was asked about: to "Shall I cancel it?", "cancel it" is a yes and
 * "keep it" a no.
 */
export function hearYesNo(keys: string, words: string, deed?: RegExp): boolean | null {
  if (keys === "1") return true;
  if (keys === "2") return false;
  if (keys !== "") return null;
  const said = uniform(words);
  if (deed === undefined) return yesOrNo(said);
  if (/\b(?:keep|leave) (?:it|that|my|the)\b/.test(said)) return false;
  const rest = said.replace(deed, " ");
  const plain = yesOrNo(rest);
  if (plain !== null || rest === said) return plain;
  // The deed alone is a yes; with anything else around it, it is better to ask again.
  return rest.split(" ").every((word) => word === "" || ASKING.has(word)) ? true : null;
}

const ASKING = new Set("please just and then now you can may could i i'd would like want to let's go ahead".split(" "));

function yesOrNo(text: string): boolean | null {
  if (/\b(?:not sure|don't know|do not know|maybe|perhaps)\b/.test(text)) return null;
  const no = /\b(?:no|nope|nah|not|don't|wrong|incorrect|cancel|change|different|another|else)\b/.test(
    text.replace(/\bno (?:problem|worries)\b/g, "yes"),
  );
  const yes =
    /\b(?:yes|yeah|yep|yup|yea|aye|sure|ok|okay|correct|right|exactly|perfect|great|good|fine|lovely|brilliant|please do|book it|confirm|go ahead|do it|uh huh|mm hm+|absolutely|definitely|of course|certainly)\b/
      .test(text) || /^(?:1|no (?:problem|worries))$/.test(text);
  if (text === "2") return false;
  // "Not right" and "no, that's wrong" are no; "yes, no, wait" is neither.
  if (no && /\b(?:yes|yeah|yep)\b/.test(text)) return null;
  return no ? false : yes ? true : null;
}

/** The number of a choice, from 1 to `count`, said or keyed; 9 asks for more. */
export function hearNumber(keys: string, words: string, count: number): number | null {
  const number = keys !== "" ? keyNumber(keys) : spokenNumber(words, count);
  return number !== null && ((number >= 1 && number <= count) || (number === MORE && keys !== "")) ? number : null;
}

/** The key that asks for more of a list. */
export const MORE = 9;

/** Words that ask for more of a list. */
export function hearMore(keys: string, words: string): boolean {
  if (keys !== "") return keys === String(MORE);
  return /\b(?:more|other|others|later|something else|anything else|none(?: of (?:them|those|these))?|neither|next|different)\b/
    .test(uniform(words));
}

function keyNumber(keys: string): number | null {
  return /^\d$/.test(keys) ? Number(keys) : null;
}

/** A number alone, with no more around it than one says around a number. */
function spokenNumber(words: string, count: number): number | null {
  const tokens = uniform(words).split(" ").filter((token) => !FILLERS.has(token));
  // "The first one", "the 2nd option".
  if (tokens.length > 1 && tokens[tokens.length - 1] === "1") tokens.pop();
  const [token, ...others] = tokens;
  if (token === undefined || others.length > 0) return null;
  const found = /^(\d)(?:st|nd|rd|th)?$/.exec(token);
  if (found !== null) return Number(found[1]);
  return { first: 1, second: 2, third: 3, last: count, to: 2, too: 2, for: 4, won: 1 }[token] ?? null;
}

const FILLERS = new Set(
  "the number option choice opening press key please i'd i'll i would will like want take have a an um uh er yes ok okay that slot appointment digit"
    .split(" "),
);

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
