/** The edge functions, each a process of its own, started again when it dies or when its source changes. */
import { setTimeout as delay } from "node:timers/promises";
import { type Child, spawn } from "./child.ts";
import { openNewLog } from "./log-file.ts";
import { fromFileUrl, join } from "./paths.ts";
import type { EdgeFunction } from "./project.ts";
import type { Report } from "./report.ts";

const host = fromFileUrl(new URL("function-host.ts", import.meta.url));

/**
 * What a function imports only when it needs it is loaded only then. So it is on Supabase, where it lies in the bundle
 * meanwhile; Deno by itself would read all of it at the start, and look through node_modules for each package anew.
 */
export const LOAD_WHEN_NEEDED = "--unstable-lazy-dynamic-imports";

/** A function and the port on which it answers. */
export interface ServedFunction extends EdgeFunction {
  readonly port: number;
}

/** The processes of all functions. */
export interface FunctionProcesses {
  /** Resolves when every function has answered once, or has failed and said why. */
  readonly ready: Promise<void>;
  restart(name?: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a process for each function; what they print goes to functions.log and to the report. */
export function startFunctions(
  functions: readonly ServedFunction[],
  environmentOf: (name: string) => Record<string, string>,
  stackDir: string,
  report: Report,
): FunctionProcesses {
  const log = openNewLog(join(stackDir, "functions.log"));
  const running = functions.map((fn) => superviseFunction(fn, environmentOf(fn.name), report, log.write));
  return {
    ready: Promise.all(running.map((one) => one.ready)).then(() => {}),
    async restart(name) {
      await Promise.all(running.filter((one) => name === undefined || one.name === name).map((one) => one.restart()));
    },
    async stop() {
      await Promise.all(running.map((one) => one.stop()));
      log.close();
    },
  };
}

interface Supervised {
  readonly name: string;
  readonly ready: Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

function superviseFunction(
  fn: ServedFunction,
  environment: Record<string, string>,
  report: Report,
  write: (bytes: Uint8Array) => void,
): Supervised {
  let stopping = false;
  let restarting = false;
  let pause = new AbortController();
  const start = (load: "at-once" | "when-called") => spawnFunction(fn, load, environment, report, write);
  let child = start("at-once");
  const supervise = async () => {
    for (let failures = 0;;) {
      const began = performance.now();
      await child.exited;
      if (stopping) return;
      failures = restarting || performance.now() - began > 10_000 ? 0 : failures + 1;
      if (!restarting) report.note(`Function ${fn.name} ended; starting it again.`);
      restarting = false;
      // One that fails at once is not hammered: nothing changes before its source does, and that cuts the pause short.
      pause = new AbortController();
      await delay(Math.min(100 * 2 ** failures, 10_000) - 100, undefined, { signal: pause.signal }).catch(() => {});
      if (stopping) return;
      // It is loaded when it is called: an editor that saves every minute shall not keep the machine busy.
      child = start("when-called");
    }
  };
  const supervised = supervise();
  return {
    name: fn.name,
    ready: untilItListens(fn.port, child).then(() => {}),
    async restart() {
      restarting = true;
      pause.abort();
      await child.stop("SIGTERM", 1000);
    },
    async stop() {
      stopping = true;
      pause.abort();
      await child.stop("SIGTERM", 1000);
      await supervised;
    },
  };
}

function spawnFunction(
  fn: ServedFunction,
  load: "at-once" | "when-called",
  environment: Record<string, string>,
  report: Report,
  write: (bytes: Uint8Array) => void,
): Child {
  const decoder = new TextDecoder();
  return spawn(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      LOAD_WHEN_NEEDED,
      "--allow-net",
      "--allow-env",
      "--allow-read",
      "--allow-sys",
      host,
      fn.entry,
      String(fn.port),
      load,
    ],
    env: { ...environment, SB_EXECUTION_ID: crypto.randomUUID() },
    // A function sees what Supabase would give it, and nothing of this machine's environment.
    clearEnv: true,
    onOutput(bytes) {
      write(bytes);
      for (const line of decoder.decode(bytes, { stream: true }).split("\n")) {
        if (line.trim() !== "") report.note(`[${fn.name}] ${line}`);
      }
    },
  });
}

/** Waits until the process listens on its port; false when it ended first. */
export async function untilItListens(port: number, child: Child): Promise<boolean> {
  let ended = false;
  child.exited.then(() => ended = true);
  while (!ended) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return true;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      await delay(2);
    }
  }
  return false;
}
