/**
 * `deno task bench:policies`: what row security costs staff. The same questions to the same million rows of a thousand
 * clinics, by turns as staff under the policies and as a superuser who names the clinic in a plain `where`.
 */
import { parseArgs } from "node:util";
// @ts-types="@types/pg"
import pg from "pg";
import { runCommand, wholeNumber } from "../../../command/command.ts";
import { type Question, questions } from "./queries.ts";
import { databaseUrl } from "../../../stack/settings.ts";
import { withClient } from "../../../stack/sql.ts";
import { terminalReport } from "../../../stack/report.ts";
import { startThrowAwayDatabase } from "../../../stack/throw-away.ts";

const usage = `deno task bench:policies [--clinics 1000] [--samples 400]

Asks what staff ask all day, of a thousand rows for each clinic, by turns as staff under row security and as a superuser who
names the clinic. Exits with 1 when staff wait for more than one and a half times as long, or a plan reads a whole table.`;

const rowsPerClinic = 1000;
const atMost = 1.5;
const warmUp = 30;

interface Answer {
  readonly ms: number;
  readonly rows: number;
}

interface Timing {
  readonly question: Question;
  readonly rows: number;
  readonly plainMs: number;
  readonly staffMs: number;
  /** Tables that the staff's plan reads from end to end. */
  readonly fullScans: readonly string[];
}

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { clinics: { type: "string" }, samples: { type: "string" } },
  });
  const clinics = wholeNumber("clinics", values.clinics, 1000, 1, 10_000);
  const samples = wholeNumber("samples", values.samples, 400, 10, 10_000);
  const report = terminalReport();
  await using database = await startThrowAwayDatabase(report, signal);
  const url = databaseUrl(database.settings, "supabase_admin");
  await report.step(
    `${(clinics * rowsPerClinic).toLocaleString("en-US")} rows each of patients and appointments`,
    () => withClient(url, (client) => fill(client, clinics, signal)),
  );
  const timings = await withClient(url, (plain) =>
    withClient(url, async (staff) => {
      const measured: Timing[] = [];
      for (const question of questions) {
        signal.throwIfAborted();
        measured.push(await measure(plain, staff, question, clinics, samples));
      }
      return measured;
    }));
  console.log(asText(timings, clinics, samples));
  return timings.every(({ plainMs, staffMs, fullScans }) => staffMs <= plainMs * atMost && fullScans.length === 0)
    ? 0
    : 1;
}

async function fill(client: pg.Client, clinics: number, signal: AbortSignal): Promise<void> {
  await client.query(await Deno.readTextFile(new URL("fill.sql", import.meta.url)));
  await client.query("set synchronous_commit = off");
  await client.query("call bench.pass_by_triggers()");
  for (let first = 1; first <= clinics; first += 50) {
    signal.throwIfAborted();
    await client.query("select 1");
    await client.query(`call bench.fill(${first}, ${Math.min(first + 49, clinics)}, ${rowsPerClinic})`);
  }
  await client.query("vacuum analyze");
}

/** Asks of another clinic and row each time, as a day's requests do. */
async function measure(
  plain: pg.Client,
  staff: pg.Client,
  question: Question,
  clinics: number,
  samples: number,
): Promise<Timing> {
  const named = question.sql.replace("{mine}", "and t.org_id = $2");
  const bare = question.sql.replace("{mine}", "");
  const plainTimes: number[] = [];
  const staffTimes: number[] = [];
  let rows = 0;
  for (let sample = -warmUp; sample < samples; sample += 1) {
    const clinic = 1 + ((sample + warmUp) * 7919) % clinics;
    const { org, user, parameter } = await pick(
      plain,
      question,
      clinic,
      1 + ((sample + warmUp) * 104729) % rowsPerClinic,
    );
    await become(staff, user);
    const values = question.staffNameTheClinic ? [parameter, org] : [parameter];
    const sql = question.staffNameTheClinic ? named : bare;
    const [asPlain, asStaff] = await bestOfThree(
      () => timed(plain, question.name, named, [parameter, org]),
      () => timed(staff, question.name, sql, values),
    );
    if (asPlain.rows !== asStaff.rows) {
      throw new Error(`${question.name}: ${asPlain.rows} rows and ${asStaff.rows} as staff.`);
    }
    rows = asStaff.rows;
    if (sample < 0) continue;
    plainTimes.push(asPlain.ms);
    staffTimes.push(asStaff.ms);
  }
  return {
    question,
    rows,
    plainMs: median(plainTimes),
    staffMs: median(staffTimes),
    fullScans: await fullScansIn(staff, question),
  };
}

/** By turns, and of three times the shortest each: what else the machine does in that moment is not the policy's cost. */
async function bestOfThree(first: () => Promise<Answer>, second: () => Promise<Answer>): Promise<[Answer, Answer]> {
  let best: [Answer, Answer] = [await first(), await second()];
  for (let again = 0; again < 2; again += 1) {
    const [one, other] = [await first(), await second()];
    best = [one.ms < best[0].ms ? one : best[0], other.ms < best[1].ms ? other : best[1]];
  }
  return best;
}

async function pick(client: pg.Client, question: Question, clinic: number, row: number) {
  const { rows } = await client.query<{ org: string; user: string; parameter: string }>({
    name: `pick ${question.parameter}`,
    text: `select bench.id(2, $1, 0) as org, bench.id(1, $1, 2) as user, ${
      {
        phone: "(select phone::text from public.contacts where id = bench.id(5, $1, $2))",
        appointment: "bench.id(6, $1, $2)::text",
        day: "(select date_trunc('day', starts_at)::text from public.appointments where id = bench.id(6, $1, $2))",
      }[question.parameter]
    } as parameter`,
    values: [clinic, row],
  });
  const [picked] = rows;
  if (!picked?.parameter) throw new Error(`There is no row ${row} of clinic ${clinic}.`);
  return picked;
}

/** As the Data API does for a request with a signed-in user's token. */
async function become(client: pg.Client, user: string): Promise<void> {
  await client.query({
    name: "become",
    text: "select set_config('role', 'authenticated', false), set_config('request.jwt.claims', $1, false)",
    values: [JSON.stringify({ sub: user, role: "authenticated" })],
  });
}

async function timed(
  client: pg.Client,
  name: string,
  sql: string,
  values: string[],
): Promise<{ ms: number; rows: number }> {
  const began = performance.now();
  // Prepared once a connection, as the Data API does.
  const { rowCount } = await client.query({ name, text: sql, values });
  return { ms: performance.now() - began, rows: rowCount ?? 0 };
}

async function fullScansIn(client: pg.Client, question: Question): Promise<string[]> {
  const sql = question.sql.replace("{mine}", "").replaceAll("$1", "null");
  const { rows } = await client.query<{ "QUERY PLAN": string }>(`explain ${sql}`);
  const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
  return [...plan.matchAll(/Seq Scan on (appointments|contacts)/g)].map(([, table]) => `${table}`);
}

function median(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function asText(timings: readonly Timing[], clinics: number, samples: number): string {
  const lines = timings.map(({ question, rows, plainMs, staffMs, fullScans }) =>
    [
      question.name.padEnd(56),
      String(rows).padStart(5),
      plainMs.toFixed(3).padStart(9),
      staffMs.toFixed(3).padStart(9),
      (staffMs / plainMs).toFixed(2).padStart(7),
      staffMs > plainMs * atMost ? `  more than ${atMost}` : "",
      fullScans.length > 0 ? `  reads all of ${fullScans.join(", ")}` : "",
    ].join("")
  );
  return [
    `\n${clinics} clinics with ${rowsPerClinic} rows each, median of ${samples} (best of three each), milliseconds at the client`,
    `${"".padEnd(56)} rows    plain    staff   ratio (at most ${atMost})`,
    ...lines,
  ].join("\n");
}

await runCommand({ usage, run: main });
