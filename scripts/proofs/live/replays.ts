/**
 * Copies of requests that were real once. A signature has no date: whoever has seen a request can send it again, a minute or
 * a day later, and Twilio itself repeats one now and then. Nothing may come of it.
 */
import type postgres from "postgres";
import { send } from "../../testkit/caller/line.ts";
import { randomOf } from "../../testkit/random.ts";
import { leaksTold } from "./faulted-turns.ts";
import { realFallbacks, realReports, realRequests, realTexts } from "./real-requests.ts";
import type { Trial } from "./trial-calls.ts";

/** The functions whose requests are copied. What nobody signs or anybody may ask says nothing here. */
export const REPLAYED = ["voice", "voice-status", "voice-fallback", "sms", "sms-status"];

/** What came of it. */
export interface Replayed {
  readonly requests: number;
  readonly copies: number;
  /** Rows that a copy changed, made or removed, and answers that tell too much. */
  readonly wrong: readonly string[];
}

/** What changes by itself, or at the worker's hands: it says nothing about the copies. */
const PASSING: Readonly<Record<string, readonly string[]>> = {
  appointments: ["updated_at"],
  outbox: ["status", "due_at", "attempts", "claim_id", "unsure_since", "problem", "settled_at"],
  texts: ["status", "sid", "updated_at", "error_code"],
};

/** When things happened in calls, by table. */
const MOMENTS: Readonly<Record<string, readonly string[]>> = {
  calls: ["started_at", "status_at", "ended_at"],
  call_events: ["created_at", "received_at"],
  appointment_holds: ["created_at", "expires_at"],
  follow_up_tasks: ["created_at", "due_at"],
  verification_attempts: ["created_at"],
};

/** Makes real calls and texts, then sends copies of all their requests at once, a minute and a day later. */
export async function replay(trial: Trial, seed: number): Promise<Replayed> {
  const { lane: { line }, clinic: { sql, orgId } } = trial;
  const requests = [
    ...await realRequests(trial),
    ...await realTexts(trial),
    ...await realReports(trial),
    ...await realFallbacks(trial),
  ];
  await lifeGoesOn(trial);

  const wrong: string[] = [];
  let copies = 0;
  const random = randomOf(seed);
  for (const age of ["0 seconds", "1 minute", "1 day"]) {
    await grow(sql, orgId, age);
    const before = await everything(sql, orgId);
    for (const order of [requests, random.shuffled(requests)]) {
      for (const request of order) {
        const answer = await send(line, request);
        copies += 1;
        const leaks = leaksTold(answer, line.publicUrl, []);
        const failures = answer.failure === null ? [] : [`it fails: ${answer.failure.reason}`];
        wrong.push(...[...leaks, ...failures].map((what) => `a copy of ${request.url}: ${what}`));
      }
    }
    const after = await everything(sql, orgId);
    wrong.push(
      ...[...before.difference(after)].map((row) => `after ${age} this was no more: ${row}`),
      ...[...after.difference(before)].map((row) => `after ${age} this was new: ${row}`),
    );
  }
  return { requests: requests.length, copies, wrong };
}

/** Whatever was agreed in those calls is not how it stayed. */
async function lifeGoesOn({ clinic, callerPhone }: Trial): Promise<void> {
  const { sql, orgId } = clinic;
  await sql`update public.appointments set status = 'cancelled' where org_id = ${orgId} and status = 'booked'`;
  await sql`update public.follow_up_tasks set status = 'done' where org_id = ${orgId}`;
  await clinic.welcome(callerPhone);
}

/** Makes all that happened in calls older. */
async function grow(sql: postgres.Sql, orgId: string, age: string): Promise<void> {
  await sql.begin(async (tx) => {
    for (const [table, columns] of Object.entries(MOMENTS)) {
      const changes = columns.map((column) => `${column} = ${column} - $2::interval`).join(", ");
      await tx.unsafe(`update public.${table} set ${changes} where org_id = $1`, [orgId, age]);
    }
  });
}

/** Every row of the clinic, as text, without what passes. */
async function everything(sql: postgres.Sql, orgId: string): Promise<Set<string>> {
  const tables = await sql<{ name: string }[]>`
    select c.relname as name
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id'
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> 'audit_log'`;
  const rows = new Set<string>();
  for (const { name } of tables) {
    const found = await sql<{ row: string }[]>`
      select (to_jsonb(t) - ${[...PASSING[name] ?? []]}::text[])::text as row from ${sql(name)} t
      where org_id = ${orgId}`;
    // The worker sends what is due whenever it likes.
    for (const { row } of found) {
      if (!(name === "texts" && row.includes('"direction": "out"'))) rows.add(`${name} ${row}`);
    }
  }
  // What nobody reports on any more stays as it was reported last.
  const reported = await sql<{ row: string }[]>`
    select concat_ws(' ', t.sid, t.status, t.error_code) as row
    from public.texts t
    where t.org_id = ${orgId} and t.direction = 'out' and t.status in ('delivered', 'undelivered')`;
  for (const { row } of reported) rows.add(`report ${row}`);
  return rows;
}
