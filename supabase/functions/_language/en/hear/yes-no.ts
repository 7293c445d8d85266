import type { Asked } from "../../findings.ts";

/** Yes or no; null when in doubt. `deed` is what a yes would do: to "Shall I cancel it?", "cancel it" is one. */
export function hearYesNo(text: string, asked: Asked): boolean | null {
  const { deed } = asked;
  if (text === "" || DOUBT.test(text)) return null;
  if (deed === undefined) return yesOrNo(text);
  if (KEEPS.test(text)) return false;
  const rest = text.replace(DEEDS[deed], " ").replace(/ {2,}/g, " ").trim();
  if (rest === text) return yesOrNo(text);
  const isRefused = /\b(?:don't|not|never)\b/.test(rest);
  if (isRefused) return /\b(?:can't|other|another)\b/.test(rest) ? null : false;
  // The deed alone is a yes; with anything else around it, it is better to ask again.
  if (rest === "" || rest.split(" ").every((word) => ASKING.has(word))) return true;
  return /\b(?:other|another|different|instead|both)\b/.test(rest) ? null : yesOrNo(rest);
}

const DEEDS: Record<NonNullable<Asked["deed"]>, RegExp> = {
  cancel: /\bcancel(?: (?:it|that|the appointment|my appointment|please))?\b/,
  move: /\b(?:move|change|reschedule)(?: (?:it|that|the appointment|my appointment))?\b/,
  book: /\b(?:book|make|schedule)(?: (?:me|it|that|one|an appointment|anything|the appointment))?(?: in)?\b/,
};

const KEEPS = /\b(?:keep|leave) (?:it|that|my|the|things|both)\b|^(?:no )?(?:keep|leave)$/;
const ASKING = new Set(
  "please just and then now you can may could i i'd would like want to let's go ahead yes yeah yep okay do sure it"
    .split(" "),
);
const DOUBT =
  /\b(?:not (?:so |really |quite |entirely |100 )?sure|don't know|no idea|maybe|perhaps|let me (?:think|check|see)|hang on|hold on|depends|wait)\b/;

/** "No, that's fine": a yes in a no's clothes. */
const NO_BUT_YES =
  /^(?:no|nope|nah)(?: no)? (?:(?:that's|it's|that is|that'll be|that will be) (?:fine|okay|good|great|perfect|all right|alright|correct|right)|problem|worries|that works|sounds good)/;

const NO =
  /\b(?:no|nope|nah|not|don't|doesn't|isn't|won't|wrong|incorrect|negative|never mind|cancel|change|different|another|else|neither)\b|rather not/;
const YES =
  /\b(?:yes|yeah|yep|yup|yea|ya|aye|sure|okay|correct|right|exactly|perfect|great|good|fine|lovely|brilliant|please do|book it|confirm|go ahead|go for it|do it|uh huh|mm hm+|mm hmm|mhm|absolutely|definitely|of course|certainly|indeed|cool|i do|that's (?:it|the one|him|her|me)|works|you bet|you got it|suppose so|guess so|love (?:that|to|it)|will do|that'll do|nicely|spot on|true|why not|all right|fabulous|wonderful|excellent|super|sounds good|affirmative|happy with (?:that|it)|one|1)\b/;

function yesOrNo(text: string): boolean | null {
  if (NO_BUT_YES.test(text)) return true;
  if (/^(?:why not|not a problem|no problem|no worries|not bad|can't complain)\b/.test(text)) return true;
  if (text === "two" || text === "2") return false;
  if (text === "it's" || text === "it's indeed") return true;
  if (/^(?:what|when|where|who|how|which)\b/.test(text)) return null;
  const isNo = NO.test(text);
  const isYes = YES.test(text);
  // "Not right" and "no, that's wrong" are no; "yes, no, wait" is neither.
  if (isNo && /\b(?:yes|yeah|yep|yup)\b/.test(text)) return null;
  return isNo ? false : isYes ? true : null;
}
