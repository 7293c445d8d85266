/** `deno task bench`: how search, claim and confirmation hold up as clinics become many, beside what a bare insert costs. */
import postgres from "postgres";
import { type BenchSettings, readBenchSettings, USAGE } from "./arguments.ts";
import { dataApiClient, directClient } from "./clients.ts";
import { fillTo, prepareBench } from "./fill.ts";
import { freeStarts, measureLatencies } from "./latency.ts";
import { findFullScans } from "./plans.ts";
import { ratios, ratiosAsText, sizeAsText, type SizeReport } from "./print.ts";
import { measureThroughput } from "./throughput.ts";
import { runCommand } from "../../command/command.ts";
import { terminalReport } from "../../stack/report.ts";
import { startThrowAwayStack } from "../../stack/throw-away.ts";

const warmUp = 20;

/** Runs the command and gives its exit code: 1 when a target is missed or a plan reads a table from end to end. */
async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const settings = readBenchSettings(args);
  const progress = terminalReport(toStandardError);
  progress.note(`Seed ${settings.seed}, ${new Date().toISOString()}. A stack for this run alone, removed at its end:`);
  await using stack = await startThrowAwayStack(progress, signal);
  const reports: SizeReport[] = [];
  const admin = postgres(`${stack.env.ADMIN_DB_URL}`, { max: 1, onnotice: () => {} });
  try {
    await prepareBench(admin);
    for (const clinics of settings.sizes) {
      const report = await measureSize(clinics, reports.at(-1)?.clinics ?? 0, settings, stack.env, admin, signal);
      reports.push(report);
      if (!settings.json) console.log(`\n${sizeAsText(report)}`);
    }
  } finally {
    await admin.end();
  }
  const found = ratios(reports);
  console.log(settings.json ? JSON.stringify({ settings, reports, ratios: found }) : ratiosAsText(found));
  const missed = found.some(({ value, atMost }) => atMost !== undefined && value > atMost);
  return missed || reports.some(({ fullScans }) => fullScans.length > 0) ? 1 : 0;
}

async function measureSize(
  clinics: number,
  earlier: number,
  settings: BenchSettings,
  env: Readonly<Record<string, string>>,
  admin: postgres.Sql,
  signal: AbortSignal,
): Promise<SizeReport> {
  const progress = terminalReport(toStandardError);
  const many = clinics.toLocaleString("en-US");
  const databaseUrl = `${env.DB_URL}`;
  const tell = (done: number) => {
    if (done < clinics && done % 1000 === 0) toStandardError(`${done.toLocaleString("en-US")} … `);
  };
  await progress.step(`Fill up to ${many} clinics`, () => fillTo(admin, clinics, earlier, tell, signal));
  const samples = settings.samples + warmUp;
  const starts = await freeStarts(admin, clinics, samples * 2 + 10, settings.seed + clinics);
  const [forDirect, forDataApi, forPlans] = [
    starts.slice(0, samples),
    starts.slice(samples, samples * 2),
    starts.slice(samples * 2),
  ];
  const direct = await progress.step(`Time a direct connection at ${many} clinics`, async () => {
    await using client = directClient(databaseUrl);
    return await measureLatencies(client, forDirect, warmUp, signal);
  });
  const dataApi = await progress.step(`Time the Data API at ${many} clinics`, async () => {
    await using client = dataApiClient(`${env.API_URL}`, `${env.SECRET_KEY}`);
    return await measureLatencies(client, forDataApi, warmUp, signal);
  });
  const perSecond = await progress.step(
    `Claims per second at ${many} clinics`,
    () => measureThroughput(databaseUrl, admin, clinics, settings.seconds, signal),
  );
  await admin`analyze`;
  const fullScans = await progress.step(
    `Plans at ${many} clinics`,
    () => findFullScans(`${env.ADMIN_DB_URL}`, forPlans),
  );
  const [counted] = await admin<{ appointments: number }[]>`select count(*)::integer as appointments from appointments`;
  return { clinics, appointments: counted?.appointments ?? 0, direct, dataApi, perSecond, fullScans };
}

function toStandardError(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}

if (import.meta.main) await runCommand({ usage: USAGE, run: main });
