/** Runs the worker by hand, where a test has to know when. */
import { setTimeout as delay } from "node:timers/promises";
import type postgres from "postgres";
import type { Line } from "./caller/line.ts";
import { transmit } from "./caller/transport.ts";
import type { Answered } from "./answers.ts";

/** One run of the worker and what it answered; `now` names what it shall do whether or not that is due. */
export async function pokeWorker(line: Line, secretKey: string, now: readonly string[] = []): Promise<Answered> {
  const headers = { apikey: secretKey, "content-type": "application/json" };
  const request = { method: "POST", headers, body: JSON.stringify({ now }) };
  return await transmit(new URL(`${line.reachedAt}/worker`), request, AbortSignal.timeout(70_000));
}

/** While this is held, no other worker reconciles; a run that is under way already is waited for. */
export async function holdReconciliation(sql: postgres.Sql): Promise<AsyncDisposable> {
  const [chore] = await sql<{ every: string }[]>`select every::text from private.jobs where name = 'reconcile'`;
  await sql`update private.jobs set every = '1 hour', last_started_at = now() where name = 'reconcile'`;
  // A stack pokes its worker once at a time: when the next run has begun, the one before is over.
  const begun = async () => {
    const [texts] = await sql<{ at: string }[]>`
      select last_started_at::text as at from private.jobs where name = 'send_texts'`;
    return texts?.at;
  };
  const before = await begun();
  for (let waited = 0; await begun() === before && waited < 10_000; waited += 100) {
    await delay(100);
  }
  return {
    async [Symbol.asyncDispose]() {
      await sql`update private.jobs set every = ${chore?.every ?? "30 seconds"}::interval where name = 'reconcile'`;
    },
  };
}

/** A run that reconciles, however long ago the last one did. It takes no turn that another worker could take instead. */
export function reconcileNow(line: Line, secretKey: string): Promise<Answered> {
  return pokeWorker(line, secretKey, ["reconcile"]);
}
