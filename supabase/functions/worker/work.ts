import { z } from "zod";
import { claimJobs, evaluateAlerts, expireHolds, tidyCounts } from "../_desk/operations/jobs.ts";
import { callOperation, successOf } from "../_desk/operations/operation.ts";
import type { Context } from "../_shared/webhook.ts";
import { reconcile } from "./reconcile.ts";
import { sendTexts } from "./send-texts.ts";
import { tellAlerts } from "./tell-alerts.ts";
import { twilioLists } from "./twilio-lists.ts";
import { twilioMessages } from "./twilio-messages.ts";

/** One run takes at most so long, so that a worker whose outside is slow does not pile up on the next. */
const RUN_MS = 20_000;

/** What there is to do, under the names that the timetable has for it, the quick things first. */
const JOBS: Record<string, (until: number, context: Context) => Promise<unknown>> = {
  expire_holds: (_, context) => callOperation(expireHolds, {}, context),
  evaluate_alerts: (_, context) => callOperation(evaluateAlerts, {}, context),
  tell_alerts: (_, context) => tellAlerts(context),
  tidy_counts: (_, context) => callOperation(tidyCounts, {}, context),
  send_texts: (until, context) => sendTexts(twilioMessages(), until, context),
  reconcile: (until, context) => reconcile(twilioLists(), until, context),
};

/** A poke says nothing but "look"; or an operator names what shall be done now, whether or not it is due. */
export const Poke = z.object({
  body: z.object({ now: z.array(z.enum(Object.keys(JOBS))).max(Object.keys(JOBS).length).default([]) }),
});

/**
 * Does what is due. Every job is safe to run twice at once and to be cut off at any point, so a poke that gets lost
 * only delays, and one too many does no harm. A job that fails does not keep the others from being done, and what each
 * reports is told under its own name.
 */
export async function work({ body: { now } }: z.output<typeof Poke>, context: Context): Promise<Response> {
  const until = performance.now() + RUN_MS;
  const due = successOf(claimJobs, await callOperation(claimJobs, {}, context));

  const done: Record<string, unknown> = {};
  let success = true;
  for (const [name, job] of Object.entries(JOBS)) {
    if (!due.chores.includes(name) && !now.includes(name)) continue;
    const own = context.forStep(name);
    try {
      done[name] = await job(until, own);
    } catch (thrown) {
      success = false;
      own.report(thrown);
    }
  }
  return Response.json({ success, done }, { status: success ? 200 : 503 });
}
