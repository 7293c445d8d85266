import type { ForWhom } from "../../findings.ts";

export const RELATIONS =
  "son|daughter|child|children|kid|kids|boy|girl|boys|girls|baby|toddler|youngest|oldest|eldest|middle one|little one|little boy|little girl|" +
  "twins|sons|daughters|husband|wife|partner|spouse|fiance|fiancee|girlfriend|boyfriend|mother|father|dad|daddy|mommy|mummy|parents|parent|" +
  "grandmother|grandfather|grandma|grandpa|granny|grandad|nan|grandson|granddaughter|brother|sister|uncle|aunt|auntie|cousin|nephew|niece|" +
  "mother in law|father in law|stepson|stepdaughter|friend|neighbor|neighbour|client|ward|foster son|foster daughter|family|roommate|boss|other half";

const THEIRS = new RegExp(
  `\\b(?:my|our|the|both|both my|both our|for|two|three|2|3) (?:\\w+ ){0,2}?(${RELATIONS})(?:'s)?\\b`,
);
const NAMED_ONLY = new RegExp(`^(?:the )?(${RELATIONS})$`);
const SELF =
  /\b(?:(?<!(?:good|best|better|works?|fine|bad|hard|okay|suits?|easier|well|tricky|ideal|awkward|possible|it) )for (?:me|myself)|it's (?:me|myself|mine)|just me|only me|myself|that's me|for the caller|me personally)\b|^me$/;
const PLURAL = /^(?:children|kids|boys|girls|twins|sons|daughters|parents|family)$/;
const COUNTS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    both: 2,
    two: 2,
    "2": 2,
    couple: 2,
    twins: 2,
    parents: 2,
    three: 3,
    "3": 3,
    four: 4,
    "4": 4,
    five: 5,
    "5": 5,
  }),
);

/** For whom it is, when that was said. Who is only spoken of ("my mother told me") is nobody it is for. */
export function hearForWhom(text: string): ForWhom | null {
  const group =
    /\b(?:for )?(?:the )?(both|two|three|four|five|2|3|4|5) (?:of us|people|persons|family members|patients)\b/
      .exec(text)?.[1] ??
      /\b(?:for )?(both) of us\b/.exec(text)?.[1];
  const relation = (THEIRS.exec(text) ?? NAMED_ONLY.exec(text))?.[1];
  const isSpokenOf =
    /\b(?:mother|father|husband|wife|sister|brother|friend|dad|neighbor|neighbour|parents) (?:said|told|says|recommended|comes|goes|sent|referred|drives|can drive)\b/
      .test(text);
  if (relation !== undefined && !isSpokenOf) {
    const withMe = /\b(?:me|myself|i) and (?:my|our)\b|\band (?:me|myself|i|for me)\b/.test(text);
    const people = PLURAL.test(relation) || relation === "child" ? countBefore(text, relation) : withMe ? 2 : undefined;
    return { who: "other", relation, ...(people !== undefined && { people }) };
  }
  if (group !== undefined) return { who: "other", people: COUNTS.get(group) ?? 2 };
  return SELF.test(text) ? { who: "self" } : null;
}

function countBefore(text: string, relation: string): number | undefined {
  const before = text.slice(0, text.indexOf(relation) + relation.length).split(" ").slice(-5);
  const said = before.map((word) => COUNTS.get(word)).find((count) => count !== undefined);
  return said;
}
