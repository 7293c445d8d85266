/** Pokes the worker, as the scheduler does. */
import type postgres from "postgres";
import { transmit } from "../caller/transport.ts";
import type { Line } from "../caller/line.ts";
import type { Answered } from "./answers.ts";

/** One run of the worker and what it answered. */
export async function pokeWorker(line: Line, secretKey: string): Promise<Answered> {
  const headers = { apikey: secretKey, "content-type": "application/json" };
  return await transmit(
    new URL(`${line.reachedAt}/worker`),
    { method: "POST", headers, body: "{}" },
    AbortSignal.timeout(70_000),
  );
}

/** A run that reconciles, however long ago the last one did. */
export async function reconcileNow(sql: postgres.Sql, line: Line, secretKey: string): Promise<Answered> {
  await sql`update private.chores set last_started_at = '-infinity' where name = 'reconcile'`;
  return await pokeWorker(line, secretKey);
}
