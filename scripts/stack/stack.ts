/**
 * The local stack, start to stop: what `supabase start` and `supabase functions serve` give together, without Docker.
 * `deno task start` runs it for people; tests start one of their own with other settings.
 */
import { type Child, delay, spawn } from "./child.ts";
import { prepareDatabase } from "./database.ts";
import { type FunctionProcesses, startFunctions } from "./functions.ts";
import type { GatewaySettings } from "./gateway.ts";
import { openLog } from "./log-file.ts";
import { migrate } from "./migrate.ts";
import { startOps } from "./ops.ts";
import { fromFileUrl, join } from "./paths.ts";
import { freePort, holdFolder, requireFreePorts } from "./claims.ts";
import { createData, startPostgres } from "./postgres.ts";
import { stopLeftoverServer } from "./postgres-leftovers.ts";
import { readFunctions } from "./project.ts";
import type { Report } from "./report.ts";
import { startSchedule } from "./schedule.ts";
import { databaseUrl, localKeys, type Settings, stackEnvironment } from "./settings.ts";
import { createSinks } from "./sinks.ts";
import { watchFunctions } from "./watch.ts";

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
  const onStop = (stop: () => void | Promise<void>) => started.defer(stop);

  const folder = await holdFolder(settings.stackDir);
  onStop(() => folder.release());
  const own = { ...settings, stackDir: folder.path };
  if (await stopLeftoverServer(own.stackDir)) {
    report.note("  Stopped a Postgres that an earlier stack had left running.");
  }
  requireFreePorts(own);

  const env = stackEnvironment(own);
  const functions = readFunctions(own.projectDir).map((fn) => ({ ...fn, port: freePort() }));
  const ops = startOps(own.opsPort, `${env.FUNCTIONS_URL}`, createSinks(own.stackDir));
  onStop(() => ops.stop());

  // First, since it also is who stops Postgres should this process be killed.
  const gateway = startGateway(own, env, functions, report);
  onStop(() => gateway.stop());
  await report.step("Database files", () => createData(own, signal));
  const server = await report.step("Postgres", () => startPostgres(own, report, signal));
  onStop(() => server.stop());
  await report.step("Roles, schemas, Auth tables", () => prepareDatabase(own));
  signal.throwIfAborted();

  // Functions load while the migrations run: they touch the database only when somebody calls.
  const processes = startFunctions(functions, functionEnvironment(own, env), own.stackDir, report);
  onStop(() => processes.stop());
  await report.step("Migrations and seed (supabase db push)", () => migrate(own, signal));
  await report.step("Data API and Auth", () => gateway.ready(signal));
  await report.step(`Functions ${functions.map((fn) => fn.name).join(", ")}`, () => allReady(processes, signal));
  if (functions.some((fn) => fn.name === "worker")) {
    const schedule = startSchedule(`${env.FUNCTIONS_URL}`, localKeys.secret);
    onStop(() => schedule.stop());
  }
  if (own.watch) onStop(watchFunctions(own.projectDir, functions, processes, report));

  const file = join(own.stackDir, "env");
  onStop(() => removeIfThere(file));
  Deno.writeTextFileSync(file, dotenv(env), { mode: 0o600 });

  const all = started.move();
  let stopped: Promise<void> | undefined;
  return {
    env,
    functionNames: functions.map((fn) => fn.name),
    stop: () => stopped ??= all.disposeAsync(),
  };
}

async function allReady(processes: FunctionProcesses, signal: AbortSignal): Promise<void> {
  await Promise.race([processes.ready, aborted(signal)]);
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
}

/** What Supabase injects into a function, and what this product asks to be set as secrets. */
function functionEnvironment(settings: Settings, env: Record<string, string>): Record<string, string> {
  const inherited = ["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME", "TMPDIR", "LANG"].flatMap((name) => {
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

function startGateway(
  settings: Settings,
  env: Record<string, string>,
  functions: GatewaySettings["functions"],
  report: Report,
): { ready(signal: AbortSignal): Promise<void>; stop(): Promise<void> } {
  const gatewaySettings: GatewaySettings = {
    port: settings.apiPort,
    stackDir: settings.stackDir,
    adminUrl: databaseUrl(settings, "supabase_admin"),
    requestUrl: databaseUrl(settings, "authenticator"),
    siteUrl: `${env.API_URL}`,
    jwtSecret: localKeys.jwtSecret,
    publishableKey: localKeys.publishable,
    secretKey: localKeys.secret,
    functions,
  };
  const log = openLog(join(settings.stackDir, "api.log"));
  const start = (): Child =>
    spawn(Deno.execPath(), {
      args: ["run", "-A", "--quiet", fromFileUrl(new URL("gateway.ts", import.meta.url))],
      env: { GATEWAY_SETTINGS: JSON.stringify(gatewaySettings) },
      onOutput: log.write,
    });
  let child = start();
  let stopping = false;
  const supervise = async () => {
    while (!stopping) {
      await child.exited;
      if (stopping) return;
      report.note("The API ended; starting it again (see api.log).");
      await delay(200);
      if (!stopping) child = start();
    }
  };
  const supervised = supervise();
  return {
    async ready(signal) {
      const url = `${env.REST_URL}/`;
      for (;;) {
        try {
          await (await fetch(url, { signal: AbortSignal.timeout(2000) })).body?.cancel();
          return;
        } catch {
          await delay(25, signal);
        }
      }
    },
    async stop() {
      stopping = true;
      await child.stop("SIGTERM", 1000);
      await supervised;
      log.close();
    },
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
