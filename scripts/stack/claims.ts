/** What a stack must have for itself before it starts anything: its folder and its ports. */
import { Refused } from "../command/command.ts";
import { join } from "./paths.ts";
import { serverOwner } from "./postgres-owner.ts";
import type { Settings } from "./settings.ts";

/** A reason not to start that the user can do something about. */
export class CannotStart extends Refused {}

/**
 * Makes the folder and locks it; the lock ends with the process, whatever ends that. The folder is nobody else's to read:
 * logs, texts and recordings of whoever tries the phone out lie there.
 */
export async function holdFolder(stackDir: string): Promise<{ path: string; release(): void }> {
  Deno.mkdirSync(stackDir, { recursive: true });
  Deno.chmodSync(stackDir, serverOwner().folderMode);
  // Without symbolic links, since running processes are recognised by their folder.
  const path = Deno.realPathSync(stackDir);
  const lock = Deno.openSync(join(path, "lock"), { read: true, write: true, create: true, mode: 0o600 });
  if (!await lock.tryLock(true)) {
    lock.close();
    throw new CannotStart(`A stack is already running on ${path}; set STACK_DIR to another folder for a second one.`);
  }
  return { path, release: () => lock.close() };
}

/** Refuses in one sentence when somebody holds one of the ports. */
export function requireFreePorts(settings: Settings): void {
  const ports = { STACK_API_PORT: settings.apiPort, STACK_DB_PORT: settings.dbPort, STACK_OPS_PORT: settings.opsPort };
  for (const [name, port] of Object.entries(ports)) {
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
    } catch (error) {
      if (error instanceof Deno.errors.AddrInUse) {
        throw new CannotStart(`Port ${port} is already taken; set ${name} to a free one.`);
      }
      if (error instanceof Deno.errors.PermissionDenied) {
        throw new CannotStart(`Port ${port} may not be used by this user; set ${name} to another.`);
      }
      throw error;
    }
  }
}

/** Ports that this process was given. Until somebody listens there, they look as free as before. */
const given = new Set<number>();

/**
 * A port that nobody holds now, another one at each call. It is below those that systems hand out by themselves (32768 and
 * up on Linux): one of those may be gone again, to somebody's outgoing connection, before the stack gets to it.
 */
export function freePort(): number {
  for (let tries = 0; tries < 100; tries++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (given.has(port)) continue;
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      given.add(port);
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new CannotStart("There is no free port between 20000 and 32000.");
}
