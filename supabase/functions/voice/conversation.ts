import type { Locale } from "../_shared/apology.ts";
import type { Answer, Arguments, Operation } from "../_shared/contracts.ts";
import type { Clinics } from "./clinics.ts";
import type { State, StateOf } from "./state.ts";

/** What came from the caller in a turn: keys, words, a recording, or nothing of it. */
export type Heard = { keys: string; words: string; recordingUrl: string | null };

/** Who is on the line, as Twilio says in every turn. */
export type Caller = {
  callSid: string;
  /** The number that was called. */
  dialled: string;
  /** In E.164; null when it is withheld. */
  phone: string | null;
  /** When this turn came in, as an instant. */
  at: string;
};

/** What the caller hears, and what happens then. */
export type Reply = { locale: Locale; say: readonly string[]; then: Then };

export type Then =
  /** Listen: for one key, the eight of a date, or as many as come, and always for words. Any hints help to understand. */
  | { verb: "listen"; state: State; keys: "one" | "date" | "many"; hints: readonly string[] }
  | { verb: "record"; state: StateOf<"message"> }
  /** Go to another step at once, which costs a turn that the caller does not notice. */
  | { verb: "go"; state: State }
  | { verb: "hang up" };

/**
 * The one thing that a turn asks the database, with what to say to the answer. `put` carries it out with whoever can
 * ask; `operation` and `args` are there to be looked at.
 */
export type Question = {
  operation: Operation;
  args: Arguments[Operation];
  put(sources: Sources): Promise<Reply>;
};

/** Where a turn has its knowledge from: the database, which it asks once at most, and what is remembered of clinics. */
export type Sources = { database: Database; clinics: Clinics };
export type Database = <Name extends Operation>(operation: Name, args: Arguments[Name]) => Promise<Answer<Name>>;

/** What a turn comes to: something to say at once, or one question and then something to say. */
export type Plan = Reply | Question;

/** Plans to ask the database, and says what follows from each answer it may give. */
export function ask<Name extends Operation>(
  operation: Name,
  args: Arguments[Name],
  say: (answer: Answer<Name>) => Reply,
): Question {
  return { operation, args, put: async ({ database }) => say(await database(operation, args)) };
}

export function isQuestion(plan: Plan): plan is Question {
  return "put" in plan;
}

/**
 * A step of the call: it asks the caller something and makes sense of what comes back. Both are pure functions of what
 * they are given.
 */
export interface Step<Current extends State> {
  /** Puts the step's question to the caller, in the wording for `state.tries`. */
  ask(state: Current, caller: Caller): Plan;
  /** What follows from what was heard; null when it was not understood. */
  hear(state: Current, heard: Heard, caller: Caller): Plan | null | Promise<Plan | null>;
}
