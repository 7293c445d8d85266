import { uniform } from "./uniform.ts";

/** What one can call for, besides leaving a message. */
export type Errand = "book" | "move" | "cancel" | "question";

/** The words for each. The first that fits counts: "cancel" before "appointment", "how do I book" before "how". */
const WORDS: readonly (readonly [Errand, RegExp])[] = [
  ["cancel", /\b(?:cancel|cancell?ed|cancellation|call off|drop|not coming|can't (?:come|make))\b/],
  ["move", /\b(?:move|reschedule|re schedule|change|postpone|push back|shift|another time)\b/],
  [
    "book",
    /\b(?:book|make|schedule|arrange) (?:(?:me|us|in|for|an?|the|my|new|another) )*(?:appointments?|visit|check ?up|slot)\b/,
  ],
  [
    "book",
    /\b(?:appointments?|slots?|openings|anything|something)\b.*\b(?:free|available|today|tomorrow|(?:this|next) (?:week|month)|\w+day)\b/,
  ],
  ["book", /\b(?:free|available|any) (?:appointments?|slots?|openings)\b/],
  ["book", /\bwhen can (?:i|we) (?:come|get|see|be)\b/],
  ["question", /\b(?:question|ask|information|info|opening (?:hours|times))\b/],
  ["question", /\b(?:how|where|when|what|which|who|whether|do you|does|are you|is there|are there)\b/],
  [
    "book",
    /\b(?:book|booking|appointments?|schedule|make|arrange|check ?up|see (?:a|the|my|someone)|come in|slot|visit|1|yes)\b/,
  ],
];

/** What words say that one is calling for; null when they name none of it. */
export function hearErrand(words: string): Errand | null {
  const text = uniform(words);
  return WORDS.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}

/** Whether words ask plainly for something to be done with an appointment, also where a question is expected. */
export function hearPlainErrand(words: string): Exclude<Errand, "question"> | null {
  const errand = hearErrand(words);
  if (errand === null || errand === "question") return null;
  const text = uniform(words);
  return PLAIN.some((pattern) => pattern.test(text)) ? errand : null;
}

const PLAIN = [
  /\b(?:book|make|schedule|arrange|move|reschedule|change|postpone|cancel)\b.*\b(?:appointment|booking)\b/,
  /(?<!\bdo )\b(?:i'd like to|i would like to|i want to|i have to|i need to|let me|please) (?:book|move|reschedule|postpone|cancel)\b/,
];

/** Whether words only say that a question is to come: "I have a question". */
export function announcesQuestion(words: string): boolean {
  const text = uniform(words);
  return /\b(?:questions?|ask|information|info|something)\b/.test(text) &&
    text.split(" ").every((word) => ANNOUNCING.has(word));
}

const ANNOUNCING = new Set(
  ("i i'd i've i'm you me we a an the some of quick another more short general have had has got would like want need to ask " +
    "question questions something information info about for please just yes hi hello um uh 1 calling with")
    .split(" "),
);
