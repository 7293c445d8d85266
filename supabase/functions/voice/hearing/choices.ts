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

/** What is likely to be said to a question that wants a yes or a no. */
export const YES_NO_HINTS = ["yes", "no", "yes please", "no thank you"];

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
