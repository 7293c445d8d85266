/** `deno task test:stress`: a hundred callers for one slot, and every other race for somebody's time. */
import type postgres from "postgres";
import { asTyped, BadArguments, runCommand } from "./command/command.ts";
import { terminalReport } from "./stack/report.ts";
import { readStressSettings, type StressSettings, USAGE } from "./proofs/stress/arguments.ts";
import type { Race } from "./proofs/stress/race.ts";
import {
  cancelAgainstBooking,
  cancelAgainstMove,
  moveAtExpiry,
  shift,
  swap,
  swapByPhone,
} from "./proofs/stress/races/appointments.ts";
import { bypass } from "./proofs/stress/races/bypass.ts";
import {
  claimAgainstConfirm,
  claimWhileExpiring,
  confirmAgainstConfirm,
  confirmAtExpiry,
  overlapping,
} from "./proofs/stress/races/holds.ts";
import { callersForOneSlot } from "./proofs/stress/races/one-slot.ts";
import { oneRoom, staffAgainstPhone } from "./proofs/stress/races/staff.ts";
import { callsForOneSlot } from "./proofs/stress/races/whole-calls.ts";
import { passed, type RaceReport, runRace } from "./proofs/stress/run-race.ts";
import { openTarget } from "./proofs/stress/target.ts";
import { findFaults } from "./testkit/booking/ledger-faults.ts";

/** Runs the command and gives its exit code. */
async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const settings = readStressSettings(args);
  const where = settings.stackDir === undefined ? "a stack for this run alone" : `the stack in ${settings.stackDir}`;
  console.log(`Seed ${settings.seed}, ${new Date().toISOString()}, on ${where}.`);
  await using opened = new AsyncDisposableStack();
  const target = await openTarget(settings.stackDir, terminalReport(), signal, opened);
  const before = await findFaults(target.owner);
  const deadlocksBefore = await countDeadlocks(target.owner);

  console.log(`\n${HEAD}`);
  const reports: RaceReport[] = [];
  for (const race of chosen(settings)) {
    const rounds = race.size === "hundred" ? settings.bigRounds : settings.rounds;
    const report = await runRace(race, rounds, settings.seed, target, signal);
    reports.push(report);
    console.log(asLine(report));
    for (const violation of report.violations.slice(0, 5)) console.log(`    ${violation}`);
  }
  // What Postgres counted itself, those deadlocks among them that no caller heard of. Idle sessions report after ten seconds.
  await new Promise((resolve) => setTimeout(resolve, 11_000));
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
  if (failed > 0) console.log(asTyped(`To run it again: deno task test:stress --seed ${settings.seed}`));
  console.log(`\n${checks.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function chosen({ callers, only }: StressSettings): readonly Race[] {
  const races = [
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
  ].filter(({ name }) => name.includes(only));
  if (races.length === 0) throw new BadArguments(`No race has "${only}" in its name.`);
  return races;
}

async function countDeadlocks(sql: postgres.Sql): Promise<number> {
  const [counted] = await sql<{ deadlocks: string }[]>`
    select deadlocks from pg_stat_database where datname = current_database()`;
  return Number(counted?.deadlocks ?? 0);
}

const HEAD = "race".padEnd(50) +
  ["rounds", "attempts", "winners", "polite losers", "errors", "deadlocks", "ms"].map((title) => title.padStart(14))
    .join("");

function asLine({ name, rounds, attempts, won, lost, errors, deadlocks, ms }: RaceReport): string {
  return name.padEnd(50) +
    [rounds, attempts, won, lost, errors, deadlocks, Math.round(ms)].map((value) => String(value).padStart(14)).join(
      "",
    );
}

if (import.meta.main) await runCommand({ usage: USAGE, run: main });
