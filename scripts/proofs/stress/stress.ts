/** A hundred callers for one slot, and every other race for somebody's time. */
import { setTimeout as delay } from "node:timers/promises";
import type postgres from "postgres";
import { z } from "zod";
import { asTyped, BadArguments, type Command } from "../../command/command.ts";
import { readOptions, wholeNumber } from "../../command/options.ts";
import { findFaults } from "../../testkit/booking/ledger-faults.ts";
import { openStack } from "../../testkit/stack.ts";
import { conclude } from "../../testkit/running/totals.ts";
import { tableOf } from "../../testkit/table.ts";
import type { Race } from "./race.ts";
import {
  cancelAgainstBooking,
  cancelAgainstMove,
  moveAtExpiry,
  shift,
  swap,
  swapByPhone,
} from "./races/appointments.ts";
import { bypass } from "./races/bypass.ts";
import {
  claimAgainstConfirm,
  claimWhileExpiring,
  confirmAgainstConfirm,
  confirmAtExpiry,
  overlapping,
} from "./races/holds.ts";
import { callersForOneSlot } from "./races/one-slot.ts";
import { oneRoom, staffAgainstPhone } from "./races/staff.ts";
import { callsForOneSlot } from "./races/whole-calls.ts";
import { passed, type RaceReport, runRace } from "./run-race.ts";
import { openTarget } from "./target.ts";

const usage =
  `deno task test:stress [--callers 100] [--rounds 200] [--big-rounds 3] [--only WORDS] [--seed N] [--stack DIR]

Lets callers and staff race for the same time in every way that matters, and counts who won, who was told politely that
they lost, and what went wrong. Afterwards SQL counts double-bookings.

  --only WORDS   races whose name contains these words
  --seed N       the seed that a failed run printed
  --stack DIR    a running stack's folder (.stack for deno task start); without it a stack is started and removed`;

/** A calendar of two years has no room for more rounds, four hours apart. */
const often = wholeNumber(1, 4000);
const options = {
  callers: wholeNumber(2, 4000).default(100),
  rounds: often.default(200),
  "big-rounds": often.default(3),
  only: z.string().default(""),
  seed: wholeNumber(0, 1e9).default(() => Math.floor(Math.random() * 1e6)),
  stack: z.string().optional(),
};

const table = tableOf([
  ["race", 48],
  ...["rounds", "attempts", "winners", "polite losers", "errors", "deadlocks", "ms"].map((title) =>
    [title, 13, "right"] as const
  ),
]);

async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { callers, rounds, "big-rounds": bigRounds, only, seed, stack } = readOptions(args, options);
  const races = racesOf(callers).filter(({ name }) => name.includes(only));
  if (races.length === 0) throw new BadArguments(`No race has "${only}" in its name.`);
  const where = stack === undefined ? "a stack for this run alone" : `the stack in ${stack}`;
  console.log(`Seed ${seed}, ${new Date().toISOString()}, on ${where}.`);
  await using opened = new AsyncDisposableStack();
  const target = await openTarget(opened.use(await openStack(stack, signal)).env, opened);
  const before = await findFaults(target.owner);
  const deadlocksBefore = await countDeadlocks(target.owner);

  console.log(`\n${table.heading}`);
  const reports: RaceReport[] = [];
  for (const race of races) {
    const report = await runRace(race, race.size === "hundred" ? bigRounds : rounds, seed, target, signal);
    reports.push(report);
    const { name, attempts, won, lost, errors, deadlocks, ms } = report;
    console.log(table.row([name, report.rounds, attempts, won, lost, errors, deadlocks, Math.round(ms)]));
    for (const violation of report.violations.slice(0, 5)) console.log(`    ${violation}`);
  }
  // What Postgres counted itself, those deadlocks among them that no caller heard of. Idle sessions report after ten seconds.
  await delay(11_000);
  const deadlocks = await countDeadlocks(target.owner) - deadlocksBefore;
  const faults = (await findFaults(target.owner)).filter(({ fault, found }) =>
    found > (before.find((earlier) => earlier.fault === fault)?.found ?? 0)
  );
  const doubleBookings = faults.reduce((sum, { found }) => sum + found, 0);
  console.log(
    `\nDeadlocks that Postgres counted: ${deadlocks}. Double-bookings and lost times that SQL counts: ${doubleBookings}.`,
  );
  for (const { fault, found } of faults) console.log(`    ${found} ${fault}`);

  const checks = [...reports.map(passed), deadlocks === 0, faults.length === 0];
  const failed = checks.filter((good) => !good).length;
  if (failed > 0) console.log(asTyped(`To run it again: deno task test:stress --seed ${seed}`));
  return conclude({ passed: checks.length - failed, failed });
}

function racesOf(callers: number): readonly Race[] {
  return [
    callersForOneSlot(callers),
    callsForOneSlot(callers),
    overlapping,
    claimAgainstConfirm,
    confirmAgainstConfirm,
    confirmAtExpiry,
    moveAtExpiry,
    claimWhileExpiring,
    cancelAgainstBooking,
    cancelAgainstMove,
    swap,
    shift,
    swapByPhone,
    staffAgainstPhone,
    oneRoom,
    bypass,
  ];
}

async function countDeadlocks(sql: postgres.Sql): Promise<number> {
  const [counted] = await sql<{ deadlocks: string }[]>`
    select deadlocks from pg_stat_database where datname = current_database()`;
  return Number(counted?.deadlocks ?? 0);
}

/** `deno task test:stress`. */
export const stressTest: Command = { usage, run };
