import { setTimeout as delay } from "node:timers/promises";

/** Asks again while asking fails, as it does while a server starts; for at most a minute. */
export async function retry<Answer>(ask: () => PromiseLike<Answer> | Answer): Promise<Answer> {
  for (const until = performance.now() + 60_000;;) {
    try {
      return await ask();
    } catch (thrown) {
      if (performance.now() > until) throw thrown;
      await delay(50);
    }
  }
}

/** Kills the stack's Postgres as `kill -9` does, and resolves when another has taken its place; it may still be starting. */
export async function killPostgres(stackDir: string): Promise<void> {
  const killed = await retry(() => postmaster(stackDir));
  Deno.kill(killed, "SIGKILL");
  await retry(() => {
    if (postmaster(stackDir) === killed) throw new Error("The killed server is still on file.");
  });
}

/** Between two servers there is none on file. */
function postmaster(stackDir: string): number {
  const pid = Number(Deno.readTextFileSync(`${stackDir}/postgres/postmaster.pid`).split("\n")[0]);
  if (!Number.isInteger(pid) || pid < 2) throw new Error("There is no server to kill.");
  return pid;
}
