/** Runs one race for all its rounds and sums it up. */
import { makeClinic } from "../../testkit/booking/clinic.ts";
import { dataApiRpc, Desk } from "../../testkit/booking/desk.ts";
import type { End, Race, Round } from "./race.ts";
import { randomOf } from "../../testkit/random.ts";
import { OWNER_EMAIL, type Target } from "./target.ts";

/** One line of the table, and what has to be said besides. */
export interface RaceReport {
  readonly name: string;
  readonly rounds: number;
  readonly attempts: number;
  readonly won: number;
  readonly lost: number;
  readonly errors: number;
  readonly deadlocks: number;
  readonly ms: number;
  /** Rounds that did not come out as they must, in words. */
  readonly violations: readonly string[];
}

/** Runs the race in a clinic of its own. */
export async function runRace(
  race: Race,
  rounds: number,
  seed: number,
  target: Target,
  signal: AbortSignal,
): Promise<RaceReport> {
  const clinic = await makeClinic(target.owner, OWNER_EMAIL);
  const desk = new Desk(dataApiRpc(target.api), clinic);
  const began = performance.now();
  const done: Round[] = [];
  const violations: string[] = [];
  for (let round = 0; round < rounds; round++) {
    signal.throwIfAborted();
    const random = randomOf(seed + round);
    const result = await race.run({ target, clinic, desk, random, signal }, round);
    done.push(result);
    if (result.wrong !== undefined) violations.push(`round ${round}: ${result.wrong}`);
  }
  const ends = done.flatMap(({ ends }) => ends);
  const errors = ends.filter((end): end is Exclude<End, string> => typeof end !== "string");
  return {
    name: race.name,
    rounds,
    attempts: ends.length,
    won: ends.filter((end) => end === "won").length,
    lost: ends.filter((end) => end === "lost").length,
    errors: errors.length,
    deadlocks: errors.filter(({ deadlock }) => deadlock).length,
    ms: performance.now() - began,
    violations: [...new Set(errors.map(({ error }) => `error: ${error}`)), ...violations],
  };
}

/** Whether all went as it must. */
export function passed(report: RaceReport): boolean {
  return report.errors === 0 && report.violations.length === 0;
}
