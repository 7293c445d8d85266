/** A race: the same thing tried at once by several, again and again, with a rule for how many may win. */
import type { Clinic } from "../../testkit/booking/clinic.ts";
import { setTimeout as delay } from "node:timers/promises";
import type { Desk } from "../../testkit/booking/desk.ts";
import type { Random } from "../../testkit/random.ts";
import type { Target } from "./target.ts";

/** How one attempt ended. A string is an error, in its words. */
export type End = "won" | "lost" | { readonly error: string; readonly deadlock: boolean };

/** What one round came to. */
export interface Round {
  readonly ends: readonly End[];
  /** Why the outcome is not the one that the rule asks for, if so. */
  readonly wrong?: string | undefined;
}

/** What a round has to work with. */
export interface Ring {
  readonly target: Target;
  readonly clinic: Clinic;
  /** The RPCs over the Data API. */
  readonly desk: Desk;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** One row of the table. */
export interface Race {
  readonly name: string;
  /** Races of a hundred callers are run a few times, all others many. */
  readonly size: "hundred" | "small";
  run(ring: Ring, round: number): Promise<Round>;
}

/** Runs the attempts at once and tells how each ended; whatever is thrown is an error. */
export function all(attempts: readonly (() => Promise<End>)[]): Promise<readonly End[]> {
  return Promise.all(attempts.map(async (attempt) => {
    try {
      return await attempt();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { error: message, deadlock: message.includes("40P01") };
    }
  }));
}

/** How many won. */
export function winners(ends: readonly End[]): number {
  return ends.filter((end) => end === "won").length;
}

/** The round, right only when so many won and nothing failed. */
export function expectWinners(ends: readonly End[], expected: number, more?: string): Round {
  const won = winners(ends);
  const wrong = won === expected ? more : `${won} won instead of ${expected}${more ? `; ${more}` : ""}`;
  return { ends, wrong };
}

/** Waits a moment of up to so many milliseconds, so that not every round takes the same turn. */
export function jitter(random: Random, atMostMs: number): Promise<void> {
  return delay(milliseconds(random, atMostMs));
}

/** Up to so many, to a thousandth. */
export function milliseconds(random: Random, atMost: number): number {
  return random.below(atMost * 1000) / 1000;
}
