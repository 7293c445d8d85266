/** The clock of the local stack: pokes the worker, as pg_cron and pg_net do on Supabase. */
import { setTimeout as delay } from "node:timers/promises";

/** Twice as often as a text has to be out quickly; a poke that finds nothing to do costs three short queries. */
const everyMs = 2000;

/** No run takes longer; a poke that has no answer by then is given up, and the next one finds what is left. */
const patienceMs = 30_000;

/** Pokes until stopped, one poke at a time. One that fails only delays the work: whoever fails says so in its own log. */
export function startSchedule(functionsUrl: string, secretKey: string): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const run = async () => {
    while (!stopping.signal.aborted) {
      try {
        await poke(functionsUrl, secretKey, stopping.signal);
        await delay(everyMs, undefined, { signal: stopping.signal });
      } catch {
        if (!stopping.signal.aborted) await delay(everyMs, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function poke(functionsUrl: string, secretKey: string, stopping: AbortSignal): Promise<void> {
  const answer = await fetch(`${functionsUrl}/worker`, {
    method: "POST",
    headers: { apikey: secretKey, "content-type": "application/json" },
    body: "{}",
    signal: AbortSignal.any([stopping, AbortSignal.timeout(patienceMs)]),
  });
  await answer.body?.cancel();
}
