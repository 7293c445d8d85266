/** Kills the stack's database server as `kill -9` does. The stack starts it again. */
import { patiently } from "./patience.ts";

/** Kills it, and resolves when another has taken its place; that one may still be starting. */
export async function killPostgres(stackDir: string): Promise<void> {
  const killed = await patiently(() => Promise.resolve().then(() => postmaster(stackDir)));
  Deno.kill(killed, "SIGKILL");
  await patiently(async () => {
    if (postmaster(stackDir) === killed) throw new Error("The killed server is still on file.");
    await Promise.resolve();
  });
}

/** Between two servers there is none on file. */
function postmaster(stackDir: string): number {
  const pid = Number(Deno.readTextFileSync(`${stackDir}/postgres/postmaster.pid`).split("\n")[0]);
  if (!Number.isInteger(pid) || pid < 2) throw new Error("There is no server to kill.");
  return pid;
}
