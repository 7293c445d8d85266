import { checkHealth } from "../_desk/operations/jobs.ts";
import { callOperation, type Success, successOf } from "../_desk/operations/operation.ts";
import { VERSION } from "../_shared/environment.ts";
import type { Context } from "../_shared/webhook.ts";

/** How far the worker may be behind before we say so; usually it is seconds. */
const LATE_SECONDS = 300;

/** Says whether the database answers and how fast, and whether the worker keeps up. It says nothing about any clinic. */
export async function reportHealth(_input: unknown, context: Context): Promise<Response> {
  const askedAt = performance.now();
  const seen = successOf(checkHealth, await callOperation(checkHealth, {}, context));
  return healthAnswer(200, {
    // Calls are answered without the worker, so it is no reason to call the whole of us down.
    status: isBehind(seen) ? "degraded" : "ok",
    database: { reachable: true, ms: Math.round(performance.now() - askedAt) },
    outbox: { age_seconds: seen.outbox_age_seconds },
    holds: { overdue_seconds: seen.hold_overdue_seconds },
    alerts: { open: seen.open_alerts },
    worker: { last_run: seen.last_worker_run },
    version: VERSION,
  });
}

/** The same when the database does not answer. */
export function reportDown(_input: unknown, context: Context): Response {
  return healthAnswer(503, {
    status: "down",
    database: { reachable: false, ms: Math.round(context.elapsed()) },
    version: VERSION,
  });
}

function isBehind(seen: Success<typeof checkHealth>): boolean {
  const sinceLastRun = seen.last_worker_run === null
    ? Infinity
    : (Date.now() - Date.parse(seen.last_worker_run)) / 1000;
  return Math.max(seen.outbox_age_seconds, seen.hold_overdue_seconds, sinceLastRun) > LATE_SECONDS;
}

function healthAnswer(status: 200 | 503, health: Record<string, unknown>): Response {
  return Response.json(health, { status, headers: { "cache-control": "no-store" } });
}
