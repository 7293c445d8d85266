/** The measurements, what they come to, and how they are told. */
import { tableOf } from "../../testkit/table.ts";
import { BARE, type ColdStart } from "./cold-start.ts";
import { COUNTING_MAY_ADD, type CountingCost } from "./counting-cost.ts";
import type { Lookups } from "./cache-hits.ts";
import type { Load, Outcome } from "./load.ts";
import type { StepTrips } from "./round-trips.ts";
import type { Row } from "./samples.ts";

/** Everything that was measured; null is what could not be, there, or was not asked for. */
export interface Measured {
  readonly at: string;
  /** The machine's load average of the last minute, at the end, and its processors: others may have been at work. */
  readonly machine: { readonly load: number; readonly processors: number };
  readonly load: Load & { readonly think: number };
  readonly outcome: Outcome;
  readonly turns: Row | null;
  readonly rows: readonly Row[];
  readonly reasons: readonly string[];
  readonly cache: Lookups | null;
  readonly roundTrips: readonly StepTrips[] | null;
  readonly counting: CountingCost | null;
  readonly coldStarts: readonly ColdStart[] | null;
}

/** A threshold and what became of it. */
export interface Verdict {
  readonly what: string;
  readonly measured: string;
  readonly holds: boolean;
  /** Whether it is a matter of time, and so of the machine. */
  readonly isTiming: boolean;
}

/** What is promised, beside what was measured. */
export function verdicts(measured: Measured): readonly Verdict[] {
  const { turns, rows, outcome, roundTrips, counting, coldStarts, cache } = measured;
  const found: Verdict[] = [];
  const timing = (what: string, value: string, holds: boolean) =>
    found.push({ what, measured: value, holds, isTiming: true });
  const fact = (what: string, value: string, holds: boolean) =>
    found.push({ what, measured: value, holds, isTiming: false });

  const failures = rows.reduce((sum, row) => sum + row.failures, 0);
  const requests = rows.reduce((sum, row) => sum + row.requests, 0);
  fact(
    "every call ends as it should",
    `${outcome.broken.length} of ${outcome.calls} did not`,
    outcome.broken.length === 0,
  );
  fact("error rate 0", `${failures} of ${requests} requests failed`, failures === 0 && requests > 0);
  if (roundTrips !== null) {
    const most = Math.max(...roundTrips.map((step) => step.most));
    fact("at most one database round trip a turn", `at most ${most}`, most <= 1);
  }
  if (turns !== null) {
    timing("p95 of a turn under 200 ms", `${ms(turns.p95)} ms`, turns.p95 < 200);
    timing("p95 of a turn under 500 ms (goal)", `${ms(turns.p95)} ms`, turns.p95 < 500);
    timing("every turn under 800 ms", `at most ${ms(turns.max)} ms`, turns.max < 800);
  }
  if (counting !== null) {
    const [least, most] = counting.between.map(percent);
    timing(
      "counting adds under 3 % to p50",
      `${percent(counting.added)} (${least} to ${most})`,
      counting.added < COUNTING_MAY_ADD,
    );
  }
  const voice = coldStarts?.find(({ name }) => name === "voice");
  if (voice !== undefined) {
    const processor = voice.processorRatio === null ? "" : `, ${voice.processorRatio.toFixed(2)}x of processor time`;
    timing("cold start of voice at most 1.6x a bare one", `${voice.ratio.toFixed(2)}x${processor}`, voice.ratio <= 1.6);
  }
  if (cache !== null && cache.hits + cache.misses > 0) {
    const rate = cache.hits / (cache.hits + cache.misses);
    timing("cache hit rate at least 70 %", percent(rate), rate >= 0.7);
  }
  return found;
}

/** A table whose first column is words and whose others are numbers. */
function numbersTable(first: string, titles: readonly string[], rows: readonly (readonly (string | number)[])[]) {
  const table = tableOf([[first, 22], ...titles.map((title) => [title, 7, "right"] as const), ["", 60]]);
  return [table.heading, ...rows.map((cells) => table.row(cells))];
}

/** All of it, for people. */
export function inTables(measured: Measured): string {
  const { machine, load, outcome, turns, rows, reasons, cache, roundTrips, counting, coldStarts } = measured;
  const pace = load.rate === null ? "" : `, ${load.rate} new ones a second`;
  const lines = [
    "",
    `${outcome.calls} calls in ${load.seconds} s, ${outcome.atOnce} at once${pace}, ${load.think} s of listening before an ` +
    `answer; load average ${machine.load.toFixed(1)} on ${machine.processors} processors`,
    "",
    ...numbersTable(
      "milliseconds",
      ["requests", "failed", "p50", "p95", "p99", "max"],
      [...rows, ...turns === null ? [] : [turns]].map((row) => [
        ...[row.what, row.requests, row.failures],
        ...[row.p50, row.p95, row.p99, row.max].map(ms),
      ]),
    ),
    ...outcome.broken.slice(0, 10).map((why) => `WENT WRONG  ${why}`),
    ...reasons.slice(0, 10).map((why) => `FAILED  ${why}`),
  ];
  if (cache !== null) {
    lines.push("", `Cache: ${cache.hits} of ${cache.hits + cache.misses} look-ups answered from memory`);
  }
  if (roundTrips !== null) {
    const cells = roundTrips.map(({ step, turns, most, turnMs, databaseMs, operations }) => [
      ...[step, turns, most, ms(turnMs), ms(databaseMs)],
      operations.join(", ") || "–",
    ]);
    lines.push(
      "",
      "Round trips to the database, one call at a time, each turn at one of two isolates at random",
      "",
      ...numbersTable("milliseconds, p50", ["turns", "most", "turn", "in it"], cells),
    );
  }
  if (coldStarts !== null) {
    const cells = coldStarts.map(({ name, load, answer, whole, ratio, processor, processorRatio }) => [
      ...[name, ms(load), ms(answer), ms(whole), ratio.toFixed(2)],
      ...[processor === null ? "–" : ms(processor), processorRatio?.toFixed(2) ?? "–"],
    ]);
    lines.push(
      "",
      `Cold starts: a fresh process to its first answer, beside a ${BARE} that imports supabase-js and answers`,
      "",
      ...numbersTable("milliseconds, median", ["load", "answer", "whole", "ratio", "proc.", "ratio"], cells),
    );
  }
  if (counting !== null) {
    const [counted, uncounted] = [counting.p50Counted, counting.p50Uncounted].map((took) => took.toFixed(1));
    lines.push(
      "",
      `Counting: a turn takes ${counted} ms with it and ${uncounted} ms without (p50 of ${counting.pairs} pairs); ` +
        `the counting itself ${counting.countUs.toFixed(1)} µs`,
    );
  }
  const told = verdicts(measured).map(({ what, measured: value, holds }) =>
    `  ${holds ? "holds         " : "does not hold "}  ${what.padEnd(46)}${value}`
  );
  return [...lines, "", ...told].join("\n");
}

function ms(value: number): string {
  return value < 100 ? value.toFixed(1) : Math.round(value).toString();
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
