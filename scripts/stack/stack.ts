/**
 * The local stack, start to stop: what `supabase start` and `supabase functions serve` give together, without Docker.
 * `deno task start` runs it for people; tests start one of their own with other settings.
 */
import { freePort, holdFolder, requireFreePorts } from "./claims.ts";
import { prepareDatabase } from "./database.ts";
import { startFunctions } from "./functions.ts";
import { startGateway } from "./gateway-process.ts";
import { migrate } from "./migrate.ts";
import { startOps } from "./ops.ts";
import { envFile } from "./env-file.ts";
import { createData, startPostgres } from "./postgres.ts";
import { stopLeftoverServer } from "./postgres-leftovers.ts";
import { readFunctions } from "./project.ts";
import type { Report } from "./report.ts";
import { startSchedule } from "./schedule.ts";
import { databaseUrl, localKeys, type Settings, stackEnvironment } from "./settings.ts";
import { createSinks } from "./sinks.ts";
import { watchFunctions } from "./watch.ts";

/** The CLI is a package of its own, which npx fetches once. */
const MIGRATIONS = "Migrations and seed (supabase db push, downloaded once)";

/** A stack that is up. */
export interface Stack {
  /** What `$STACK_DIR/env` holds. */
  readonly env: Record<string, string>;
  readonly functionNames: string[];
  /** Stops everything that was started; the data stays. */
  stop(): Promise<void>;
}

/** Brings everything up, or stops what it has started and throws. Aborting the signal does the latter at any time. */
export async function startStack(settings: Settings, report: Report, signal: AbortSignal): Promise<Stack> {
  await using started = new AsyncDisposableStack();
  const own = await claim(settings, report, started);
  const env = stackEnvironment(own);
  const apiUrl = `${env.API_URL}`;
  const functions = readFunctions(own.projectDir).map((fn) => ({ ...fn, port: freePort() }));
  const names = functions.map((fn) => fn.name);

  const ops = startOps(own.opsPort, `${env.FUNCTIONS_URL}`, createSinks(own.stackDir));
  started.defer(() => ops.stop());
  // Before Postgres, since it also is who stops that should this process be killed.
  const gateway = startGateway(own, apiUrl, functions, report);
  started.defer(() => gateway.stop());
  await startDatabase(own, report, signal, started);
  // They load while the migrations run: they touch the database only when somebody calls.
  const processes = startFunctions(functions, functionEnvironment(own, env), own.stackDir, report);
  started.defer(() => processes.stop());
  await report.step(MIGRATIONS, () => migrate(own, signal));
  await report.step("Data API and Auth", () => gateway.ready(signal));
  await report.step(`Functions ${names.join(", ")}`, () => Promise.race([processes.ready, aborted(signal)]));
  if (names.includes("worker")) {
    const schedule = startSchedule(`${env.FUNCTIONS_URL}`, localKeys.secret);
    started.defer(() => schedule.stop());
  }
  if (own.watch) started.defer(watchFunctions(own.projectDir, functions, processes, report));

  const file = envFile(own.stackDir);
  started.defer(() => removeIfThere(file));
  Deno.writeTextFileSync(file, dotenv(env), { mode: 0o600 });
  return { env, functionNames: names, stop: stopOnce(started.move()) };
}

/** Only Postgres with the migrations applied: for what looks at the schema and calls nobody. */
export async function startMigratedDatabase(
  settings: Settings,
  report: Report,
  signal: AbortSignal,
): Promise<{ settings: Settings; stop(): Promise<void> }> {
  await using started = new AsyncDisposableStack();
  const own = await claim(settings, report, started);
  await startDatabase(own, report, signal, started);
  await report.step(MIGRATIONS, () => migrate(own, signal));
  return { settings: own, stop: stopOnce(started.move()) };
}

/** Makes sure that folder and ports are ours before anything is started. */
async function claim(settings: Settings, report: Report, started: AsyncDisposableStack): Promise<Settings> {
  const folder = await holdFolder(settings.stackDir);
  started.defer(() => folder.release());
  const own = { ...settings, stackDir: folder.path };
  removeIfThere(envFile(own.stackDir));
  if (await stopLeftoverServer(own.stackDir)) {
    report.note("  Stopped a Postgres that an earlier stack had left running.");
  }
  requireFreePorts(own);
  return own;
}

async function startDatabase(
  settings: Settings,
  report: Report,
  signal: AbortSignal,
  started: AsyncDisposableStack,
): Promise<void> {
  await report.step("Database files", () => createData(settings, signal));
  const server = await report.step("Postgres", () => startPostgres(settings, report, signal));
  started.defer(() => server.stop());
  await report.step("Roles, schemas, Auth tables", () => prepareDatabase(databaseUrl(settings, "supabase_admin")));
  signal.throwIfAborted();
}

function stopOnce(started: AsyncDisposableStack): () => Promise<void> {
  let stopped: Promise<void> | undefined;
  return () => stopped ??= started.disposeAsync();
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
}

/** What Supabase injects into a function, and what this product asks to be set as secrets. */
function functionEnvironment(settings: Settings, env: Record<string, string>): Record<string, string> {
  const own = ["ALERT_WEBHOOK_URL", "ALERT_WEBHOOK_SECRET"];
  const inherited = ["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME", "TMPDIR", "LANG", ...own].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  return {
    ...Object.fromEntries(inherited),
    SUPABASE_URL: `${env.API_URL}`,
    SUPABASE_DB_URL: databaseUrl(settings, "postgres"),
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: localKeys.publishable }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: localKeys.secret }),
    SENTRY_DSN: `http://local@127.0.0.1:${settings.opsPort}/sentry/1`,
    TWILIO_ACCOUNT_SID: localKeys.twilioAccountSid,
    TWILIO_AUTH_TOKEN: localKeys.twilioAuthToken,
    TWILIO_API_URL: `${env.TWILIO_API_URL}`,
    PUBLIC_FUNCTIONS_URL: `${env.PUBLIC_FUNCTIONS_URL}`,
    SB_REGION: "local",
  };
}

/** Quoted as every reader of such files takes it; none of the values holds a quote. */
function dotenv(env: Record<string, string>): string {
  return Object.entries(env).map(([name, value]) => `${name}="${value}"\n`).join("");
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
