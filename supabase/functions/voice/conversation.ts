import type { Locale } from "../_language/locale.ts";
import type { z } from "zod";
import type { RpcArguments, RpcName } from "../_shared/database.ts";
import type { Operation } from "../_desk/operations/operation.ts";
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
 * The one operation that a turn has the database do, with what to say to its answer. `run` carries it out; `rpc` and `args`
 * are there to be looked at.
 */
export type Invocation = {
  readonly rpc: RpcName;
  readonly args: object;
  run(sources: Sources): Promise<Reply>;
};

/** Where a turn has its knowledge from: the database, at most once, and what is remembered of clinics. */
export type Sources = { database: Database; clinics: Clinics };

/** Carries out an operation, as `callOperation` does for one request. */
export type Database = <Name extends RpcName, Schema extends z.ZodType>(
  operation: Operation<Name, Schema>,
  args: RpcArguments<Name>,
) => Promise<z.output<Schema>>;

/** What a turn comes to: something to say at once, or one operation and then something to say. */
export type Plan = Reply | Invocation;

/** Plans an operation, and what to say to each answer that it may give. */
export function invoke<Name extends RpcName, Schema extends z.ZodType>(
  operation: Operation<Name, Schema>,
  args: RpcArguments<Name>,
  say: (answer: z.output<Schema>) => Reply,
): Invocation {
  return { rpc: operation.rpc, args, run: async ({ database }) => say(await database(operation, args)) };
}

export function isInvocation(plan: Plan): plan is Invocation {
  return "run" in plan;
}

/**
 * A step of the call: it asks the caller something and makes sense of what comes back. Both are pure functions of what
 * they are given.
 */
export interface Step<Current extends State> {
  /** Asks the caller what the step is about, in the wording for `state.tries`. */
  ask(state: Current, caller: Caller): Plan;
  /** What follows from what was heard; null when it was not understood. */
  hear(state: Current, heard: Heard, caller: Caller): Plan | null | Promise<Plan | null>;
}
