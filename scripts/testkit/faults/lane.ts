/**
 * A lane beside a running stack: the same functions, in processes of their own, on the same database and Data API, but with
 * a proxy before everything that they depend on, so that each dependency can be broken without touching the stack.
 */
import type { Line } from "../caller/line.ts";
import { freePort } from "../../stack/claims.ts";
import { type ServedFunction, startFunctions } from "../../stack/functions.ts";
import { exists, join } from "../../stack/paths.ts";
import { silentReport } from "../../stack/report.ts";
import { FaultProxy } from "./fault-proxy.ts";
import { openSentryDouble, type SentryDouble } from "./sentry-double.ts";
import { functionEnvironment, projectFunctions } from "../lone-function.ts";
import { lineTo, needed, type StackEnvironment } from "../environment.ts";

/** What a function runs as. */
export interface FunctionProcess {
  readonly pid: number;
  readonly megabytes: number;
}

/** Functions whose world can be broken. */
export interface Lane extends AsyncDisposable {
  readonly line: Line;
  /** Between the functions and the Data API, Sentry, and Twilio's REST API. */
  readonly database: FaultProxy;
  readonly sentry: FaultProxy;
  readonly twilio: FaultProxy;
  /** What got through to Sentry. */
  readonly reports: SentryDouble;
  readonly functions: readonly string[];
  /** All that the functions have printed. */
  log(): string;
  /** Each function's process and its resident memory; empty where there is no /proc. */
  processes(): Record<string, FunctionProcess>;
}

/** What a lane need not have as the stack has it. */
export interface LaneOptions {
  /** Only these functions; all when absent. */
  readonly functions?: readonly string[];
  /** Replaces what the functions would find in their environment. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Opens a lane beside the stack that has this environment. */
export async function openLane(stack: StackEnvironment, options: LaneOptions = {}): Promise<Lane> {
  await using opened = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "frontdesk-lane-" });
  opened.defer(() => Deno.remove(folder, { recursive: true }));
  const reports = opened.use(openSentryDouble());
  const database = opened.use(new FaultProxy(new URL(needed(stack, "API_URL"))));
  const sentry = opened.use(new FaultProxy(new URL(`http://127.0.0.1:${reports.port}`)));
  const twilio = opened.use(new FaultProxy(new URL(needed(stack, "TWILIO_API_URL"))));

  const functions = projectFunctions()
    .filter(({ name }) => options.functions?.includes(name) ?? true)
    .map((fn) => ({ ...fn, port: freePort() }));
  const door = opened.use(openDoor(functions));
  const environment = functionEnvironment(stack, {
    SUPABASE_URL: database.url,
    SUPABASE_DB_URL: needed(stack, "DB_URL"),
    SENTRY_DSN: `${sentry.url.replace("//", "//publickey@")}/1`,
    TWILIO_API_URL: twilio.url + new URL(needed(stack, "TWILIO_API_URL")).pathname,
    PUBLIC_FUNCTIONS_URL: PUBLISHED,
    ...options.settings,
  });
  const processes = startFunctions(functions, () => environment, folder, silentReport());
  opened.defer(() => processes.stop());
  await processes.ready;

  const line = lineTo({ ...stack, PUBLIC_FUNCTIONS_URL: PUBLISHED }, door.url);
  const everything = opened.move();
  return {
    line,
    database,
    sentry,
    twilio,
    reports,
    functions: functions.map(({ name }) => name),
    log: () => Deno.readTextFileSync(join(folder, "functions.log")),
    processes: () => processesOf(functions),
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

/** As in production, what is signed is not the address that is dialled. */
const PUBLISHED = "https://frontdesk.example/functions/v1";

/** The front door: leads to each function's process, and strips the path as Supabase's gateway does. */
function openDoor(functions: readonly ServedFunction[]): { url: string } & AsyncDisposable {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    // Not through URL, which would rewrite what it finds odd: a signature covers the query as it was sent.
    const [, name, rest = ""] = /^https?:\/\/[^/]*\/functions\/v1\/([\w-]+)(.*)$/s.exec(request.url) ?? [];
    const fn = functions.find((one) => one.name === name);
    if (fn === undefined) return new Response(null, { status: 404 });
    const { method, headers, body } = request;
    return await fetch(`http://127.0.0.1:${fn.port}/${name}${rest}`, {
      method,
      headers,
      body,
      redirect: "manual",
    });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/functions/v1`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function processesOf(functions: readonly ServedFunction[]): Record<string, FunctionProcess> {
  if (!exists("/proc/self/status")) return {};
  const processes: Record<string, FunctionProcess> = {};
  for (const { name: pid } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    const command = readIfThere(`/proc/${pid}/cmdline`).split("\0");
    const fn = functions.find(({ entry, port }) => command.includes(entry) && command.includes(String(port)));
    const resident = /^VmRSS:\s+(\d+) kB/m.exec(readIfThere(`/proc/${pid}/status`))?.[1];
    if (fn !== undefined && resident !== undefined) {
      processes[fn.name] = { pid: Number(pid), megabytes: Math.round(Number(resident) / 1024) };
    }
  }
  return processes;
}

/** A process may end while one looks at it. */
function readIfThere(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
