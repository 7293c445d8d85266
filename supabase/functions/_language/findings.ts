/**
 * What is understood of one thing that a caller says. A language's `hear` is a pure function from the words, what was just
 * asked, the clinic's own words and its wall clock to findings. It looks for all of them whatever was asked; what was asked
 * only settles what could be read in two ways ("two" is a choice, an hour or the number of people). Nothing here knows the
 * database, and nothing is guessed: where two readings are likely, they are in `either`, to be asked.
 */
import type { Day, Minute, WallClock, Weekday } from "./calendar.ts";
import type { Country } from "./locale.ts";

export type Hear = (words: string, asked: Asked, clinic: ClinicWords, now: WallClock) => Findings;

/** What the caller has just been asked, or told, and what it was about. */
export type Asked = {
  kind:
    /** The greeting, the menu, "Anything else?", or nothing in particular. */
    | "help"
    | "service"
    | "provider"
    /** Which day or time? */
    | "day"
    /** Openings or appointments were read: which one? */
    | "choice"
    /** A question that wants a yes or a no. */
    | "yes or no"
    | "name"
    | "phone"
    /** Date of birth, or an appointment's code. */
    | "birth"
    | "code"
    /** "What would you like to know?" */
    | "question";
  /** What was read to choose from, in that order. */
  choices?: readonly Choice[];
  /** What a yes would do: to "Shall I cancel it?", "cancel it" is a yes and "keep it" a no. */
  deed?: "book" | "move" | "cancel";
  /** The time of the appointment that is being moved, or of what was last talked about: "a week later" counts from it. */
  reference?: WallClock;
};

/** One thing that was read to choose from; whatever tells it from the others can be said to choose it. */
export type Choice = { local?: WallClock; provider?: string; service?: string };

/** The clinic in words. */
export type ClinicWords = {
  country: Country;
  services: readonly Named[];
  providers: readonly Named[];
  /** The clinic's own words for an emergency: one counts when all of its words are said, as in "swelling fever". */
  emergencies?: readonly string[];
  /** When it opens at the earliest and closes at the latest, for reading "at seven"; 8 to 18 when nobody knows. */
  hours?: Hours;
};

/** A service or provider, by the name that it has and by every other that people give it. */
export type Named = { id: string; names: readonly string[] };

/** Days on end, the first and the last included. */
export type Days = { from: Day; to: Day };

/** A part of a day: `from` is in it, `to` is not. */
export type Hours = { from: Minute; to: Minute };

/** What one can call for. */
export type Errand =
  | "book"
  | "move"
  | "cancel"
  /** "When is my appointment?", "am I confirmed?". */
  | "list"
  | "confirm"
  /** Something that the clinic knows; `question` has the words when they were said at once. */
  | "ask"
  | "waitlist"
  | "message";

/** When a caller would like to come, and when not. Each part says only what was said. */
export type Wish = {
  /** On one of these days. Open ends are cut to `FAR` days. */
  days?: Days[];
  /** On such weekdays only: "Fridays", "Monday or Wednesday mornings". */
  weekdays?: Weekday[];
  /** In one of these parts of the day. */
  hours?: Hours[];
  /** At exactly this time; `hours` is then absent. */
  time?: Minute;
  /** "As soon as you can", "the first you have". */
  soonest?: true;
  /** "Any day", "I don't mind when". */
  anyDay?: true;
  anyTime?: true;
  notDays?: Days[];
  notWeekdays?: Weekday[];
  notHours?: Hours[];
  /** Compared with `asked.reference`, or else with what was offered: "something sooner", "later that day". */
  than?: "sooner" | "later";
  /** So much later (or earlier, below zero) than the appointment, when `asked.reference` did not say when that is. */
  shift?: { days: number } | { months: number };
};

/** Two likely readings of the same words, the likelier one first: "Do you mean this Friday, or Friday next week?". */
export type Either = {
  days?: [Days, Days];
  times?: [Minute, Minute];
  /** Ids of services or providers that the words fit equally well. */
  services?: string[];
  providers?: string[];
};

/** For whom the appointment is. */
export type ForWhom = {
  who: "self" | "other";
  /** "son", "mother": as the caller called them. */
  relation?: string;
  /** When it is for more than one. */
  people?: number;
};

/** What was understood. What is absent was not said. */
export type Findings = {
  // What holds at any time.
  emergency?: true;
  /** A person, please. */
  person?: true;
  repeat?: true;
  back?: true;
  /** Start again. */
  restart?: true;
  /** The language that was asked for, or spoken: "es". */
  language?: string;
  goodbye?: true;
  /** Something hurts or is broken: it leads to a booking. */
  complaint?: true;
  /** The caller is unhappy with us. */
  annoyed?: true;

  errand?: Errand;
  /** A second errand in the same breath: "a question, and then I'd like to book". */
  thenErrand?: Errand;
  /** Both, or all, of their appointments. */
  all?: true;
  service?: string;
  provider?: string;
  notProviders?: string[];
  notServices?: string[];
  /** "I don't mind who". */
  anyProvider?: true;
  /** Somebody else than was offered, whoever it is. */
  otherProvider?: true;
  wish?: Wish;
  /** When their appointment is, as they say it: "move my Tuesday one", "from Tuesday to Friday". */
  existing?: Wish;
  either?: Either;
  /** Which of `asked.choices`, from 0. */
  choice?: number;
  /** "Whichever", "either is fine". */
  anyChoice?: true;
  /** "None of those", "what else have you got". */
  more?: true;
  /** A number said by itself that was no choice: "two". */
  number?: number;
  /** "No, that's fine" is no correction: it is a yes to what was read, or the end of what was offered. */
  yes?: boolean;
  /** What was said corrects what we have: "I mean the thirteenth", "not that one". */
  correction?: true;
  /** The person's name, clean; spelling wins over what was heard. */
  name?: string;
  spelled?: true;
  /** They would rather not give it. */
  declines?: true;
  forWhom?: ForWhom;
  /** In E.164. */
  phone?: string;
  /** Date of birth. */
  born?: Day;
  /** An appointment's six digits. */
  code?: string;
  /** What they would like to know, without the words around it. */
  question?: string;
};

/** How far ahead an open end reaches: "from Monday", "after the 14th". */
export const FAR = 92;
