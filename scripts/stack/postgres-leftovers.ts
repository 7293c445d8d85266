/**
 * What a server that was killed leaves behind: its own children, or, when it was the stack that got killed, the server
 * itself. A process is touched only when it proves to work on the data in question; a process id on file proves nothing.
 */
import { setTimeout as delay } from "node:timers/promises";
import { signalProcess } from "./child.ts";
import { exists, join } from "./paths.ts";

/** Ends a server that an earlier stack could not stop; true when there was one. */
export async function stopLeftoverServer(stackDir: string): Promise<boolean> {
  const dataDir = join(stackDir, "postgres");
  const pid = postmasterId(dataDir);
  if (pid === undefined || !await worksOn(pid, dataDir)) return killOrphans(dataDir);
  signalProcess(pid, "SIGINT");
  for (let waited = 0; await worksOn(pid, dataDir) && waited < 8000; waited += 25) await delay(25);
  if (await worksOn(pid, dataDir)) signalProcess(pid, "SIGKILL");
  killOrphans(dataDir);
  return true;
}

/**
 * Kills server processes whose server is gone; true when there were any. A server works inside its data folder, and so do
 * its children, which is how they are found; where there is no /proc to ask, they have to notice by themselves.
 */
export function killOrphans(dataDir: string): boolean {
  if (!exists("/proc/self/cwd")) return false;
  let found = false;
  for (const entry of Deno.readDirSync("/proc")) {
    const pid = Number(entry.name);
    if (!Number.isInteger(pid) || !worksInside(pid, dataDir)) continue;
    found = true;
    signalProcess(pid, "SIGKILL");
  }
  return found;
}

function postmasterId(dataDir: string): number | undefined {
  const file = join(dataDir, "postmaster.pid");
  if (!exists(file)) return undefined;
  const pid = Number(Deno.readTextFileSync(file).split("\n")[0]);
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

async function worksOn(pid: number, dataDir: string): Promise<boolean> {
  if (exists("/proc/self/cwd")) return worksInside(pid, dataDir);
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "command=", "-p", String(pid)] }).output();
  return new TextDecoder().decode(stdout).includes(dataDir);
}

function worksInside(pid: number, dataDir: string): boolean {
  try {
    return Deno.readLinkSync(`/proc/${pid}/cwd`) === dataDir &&
      /^postgres/.test(Deno.readTextFileSync(`/proc/${pid}/comm`));
  } catch (error) {
    // Gone while we looked, or somebody else's.
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return false;
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}
