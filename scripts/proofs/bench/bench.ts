/**
 * `deno task bench`: how search, claim and confirmation hold up as clinics become many, beside what a bare insert costs, and
 * what row security costs staff.
 */
import type postgres from "postgres";
import { z } from "zod";
import { BadArguments, runCommand } from "../../command/command.ts";
import { flag, readOptions, wholeNumber } from "../../command/options.ts";
import { terminalReport } from "../../stack/report.ts";
import { needed, type StackEnvironment } from "../../testkit/environment.ts";
import { connect } from "../../testkit/sql.ts";
import { openStack } from "../../testkit/stack.ts";
import { tableOf } from "../../testkit/table.ts";
import { dataApiClient, directClient } from "./clients.ts";
import { fillTo, prepareBench } from "./fill.ts";
import { freeStarts, type Latencies, measureLatencies, p50 } from "./latency.ts";
import { findFullScans, type FullScan } from "./plans.ts";
import { measurePolicies, type PolicyCost } from "./policies.ts";
import { measureThroughput, type Throughput } from "./throughput.ts";

const usage =
  `deno task bench [--sizes 10,1000,10000] [--samples 300] [--seconds 4] [--seed N] [--quick] [--policies] [--json]

Builds clinics with a hundred appointments each in a database that is thrown away afterwards, and measures searching,
claiming and confirming at each size, beside a bare insert under the same constraint. Exits with 1 when a target is missed or
a plan reads a table from end to end.

  --quick     10 and 100 clinics, few samples: whether it works, not how fast
  --policies  in their place, at the largest size, what staff ask under row security beside a superuser who names the clinic
  --json      the measurements as JSON on standard output; progress goes to standard error as always`;

const many = wholeNumber(1, 1_000_000);
const options = {
  sizes: z.string().optional(),
  samples: many.optional(),
  seconds: many.optional(),
  seed: many.default(() => 1 + Math.floor(Math.random() * 1e6)),
  quick: flag,
  policies: flag,
  json: flag,
};

const warmUp = 20;
const count = z.coerce.number().int().positive();

interface Extent {
  readonly samples: number;
  readonly seconds: number;
  readonly seed: number;
}

/** What was measured at one size. */
interface SizeReport {
  readonly clinics: number;
  readonly appointments: number;
  readonly latencies: readonly Latencies[];
  readonly perSecond: Throughput;
  readonly fullScans: readonly FullScan[];
}

/** A number that has a target, or is for information. */
interface Ratio {
  readonly what: string;
  readonly value: number;
  readonly atMost?: number;
}

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { quick, policies, json, seed, ...wanted } = readOptions(args, options);
  const sizes = readSizes(wanted.sizes ?? (quick ? "10,100" : "10,1000,10000"));
  const extent = { seed, samples: wanted.samples ?? (quick ? 40 : 300), seconds: wanted.seconds ?? (quick ? 1 : 4) };
  const progress = terminalReport(toStandardError);
  progress.note(`Seed ${seed}, ${new Date().toISOString()}. A stack for this run alone, removed at its end:`);
  await using stack = await openStack(undefined, signal, progress);
  await using admin = connect(needed(stack.env, "ADMIN_DB_URL"));
  await prepareBench(admin);
  const reports: SizeReport[] = [];
  let filled = 0;
  for (const clinics of policies ? sizes.slice(-1) : sizes) {
    const tell = (done: number) => {
      if (done < clinics && done % 1000 === 0) toStandardError(`${done.toLocaleString("en-US")} … `);
    };
    await progress.step(
      `Fill up to ${clinics.toLocaleString("en-US")} clinics`,
      () => fillTo(admin, clinics, filled, tell, signal),
    );
    filled = clinics;
    if (policies) continue;
    const report = await measureSize(clinics, extent, stack.env, admin, signal);
    reports.push(report);
    if (!json) console.log(`\n${sizeAsText(report)}`);
  }
  const rowSecurity = policies
    ? await progress.step(
      "Row security",
      () => measurePolicies(needed(stack.env, "ADMIN_DB_URL"), filled, extent.samples, signal),
    )
    : [];
  const found = [...ratios(reports), ...rowSecurity.map(policyRatio)];
  console.log(json ? JSON.stringify({ extent, reports, rowSecurity, ratios: found }) : ratiosAsText(found));
  const fullScans = [
    ...reports.flatMap((report) => report.fullScans),
    ...rowSecurity.flatMap((cost) => cost.fullScans),
  ];
  return fullScans.length > 0 || found.some(({ value, atMost }) => atMost !== undefined && value > atMost) ? 1 : 0;
}

function readSizes(text: string): number[] {
  const sizes = z.array(count).safeParse(text.split(","));
  if (!sizes.success || sizes.data.some((size, at) => at > 0 && size <= (sizes.data[at - 1] ?? 0))) {
    throw new BadArguments("--sizes takes whole numbers that grow: each adds clinics to the ones before.");
  }
  return sizes.data;
}

async function measureSize(
  clinics: number,
  { samples, seconds, seed }: Extent,
  env: StackEnvironment,
  admin: postgres.Sql,
  signal: AbortSignal,
): Promise<SizeReport> {
  const progress = terminalReport(toStandardError);
  const at = `at ${clinics.toLocaleString("en-US")} clinics`;
  const databaseUrl = needed(env, "DB_URL");
  const each = samples + warmUp;
  const starts = await freeStarts(admin, clinics, each * 2 + 10, seed + clinics);
  const time = async (client: ReturnType<typeof directClient>, from: number) => {
    await using opened = client;
    const mine = starts.slice(from, from + each);
    return await progress.step(`Time the ${client.name} ${at}`, () => measureLatencies(opened, mine, warmUp, signal));
  };
  const latencies = [
    await time(directClient(databaseUrl), 0),
    await time(dataApiClient(needed(env, "API_URL"), needed(env, "SECRET_KEY")), each),
  ];
  const perSecond = await progress.step(
    `Claims per second ${at}`,
    () => measureThroughput(databaseUrl, admin, clinics, seconds, signal),
  );
  await admin`analyze`;
  const fullScans = await progress.step(
    `Plans ${at}`,
    () => findFullScans(needed(env, "ADMIN_DB_URL"), starts.slice(each * 2)),
  );
  const [counted] = await admin<{ appointments: number }[]>`select count(*)::integer as appointments from appointments`;
  return { clinics, appointments: counted?.appointments ?? 0, latencies, perSecond, fullScans };
}

function sizeAsText({ clinics, appointments, latencies, perSecond, fullScans }: SizeReport): string {
  const numbers = (title: string, ...columns: string[]) =>
    tableOf([[title, 34], ...columns.map((column) => [column, 9, "right"] as const)]);
  const lines = [`${clinics.toLocaleString("en-US")} clinics, ${appointments.toLocaleString("en-US")} appointments`];
  for (const { client, spreads } of latencies) {
    const table = numbers(`${client} (ms)`, "p50", "p95");
    const rows = Object.values(spreads).map(({ name, p50, p95 }) => table.row([name, p50.toFixed(2), p95.toFixed(2)]));
    lines.push("", table.heading, ...rows);
  }
  const table = numbers("per second, 8 direct connections", "claims", "bare");
  const rate = (value: number) => Math.round(value).toLocaleString("en-US");
  lines.push("", table.heading);
  lines.push(table.row(["one hot provider", rate(perSecond.claimsHot), rate(perSecond.bareHot)]));
  lines.push(table.row(["many providers", rate(perSecond.claimsMany), rate(perSecond.bareMany)]));
  lines.push("", fullScans.length === 0 ? "plans: indexes throughout" : "plans: FULL SCANS");
  for (const { table, rpc, statement } of fullScans) lines.push(`  ${table} in ${rpc}: ${statement}`);
  return lines.join("\n") + "\n";
}

/** The ratios that the sizes give. */
function ratios(reports: readonly SizeReport[]): readonly Ratio[] {
  const found = reports.flatMap(({ clinics, latencies }) =>
    latencies.flatMap((timed): Ratio[] => {
      const at = `${timed.client}, ${clinics.toLocaleString("en-US")} clinics`;
      const lean = p50(timed, "claim") / p50(timed, "leanInsert");
      return [
        { what: `claim / bare insert, ${at}`, value: p50(timed, "claim") / p50(timed, "bareInsert"), atMost: 2 },
        ...(Number.isNaN(lean) ? [] : [{ what: `claim / bare insert, constraint alone, ${at}`, value: lean }]),
      ];
    })
  );
  const [first, last] = [reports[0], reports.at(-1)];
  if (first === undefined || last === undefined || first === last) return found;
  const growth = last.latencies.map((timed, at): Ratio => ({
    what: `find 30 days, ${timed.client}: ${last.appointments} / ${first.appointments} appointments`,
    value: p50(timed, "findMonth") / p50(first.latencies[at] ?? timed, "findMonth"),
    atMost: 1.5,
  }));
  return [...found, ...growth];
}

function policyRatio({ name, rows, plainMs, staffMs, fullScans }: PolicyCost): Ratio {
  const scans = fullScans.length === 0 ? "" : `; READS ALL OF ${fullScans.join(", ")}`;
  const times = `${rows} rows, ${staffMs.toFixed(3)} / ${plainMs.toFixed(3)} ms`;
  return { what: `row security / plain: ${name} (${times})${scans}`, value: staffMs / plainMs, atMost: 1.5 };
}

function ratiosAsText(found: readonly Ratio[]): string {
  return found.map(({ what, value, atMost }) => {
    const verdict = atMost === undefined ? "" : `   at most ${atMost}: ${value <= atMost ? "met" : "MISSED"}`;
    return `  ${what.padEnd(100)}${value.toFixed(2).padStart(6)}${verdict}`;
  }).join("\n");
}

function toStandardError(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}

await runCommand({ usage, run: main });
