import { z } from "zod";
import { askDatabase } from "../_shared/database.ts";
import { FrontdeskError } from "../_shared/errors.ts";
import type { Context } from "../_shared/webhook.ts";
import { WORKER_ANSWERS } from "./contracts.ts";
import { reconcile } from "./reconcile.ts";
import { sendTexts } from "./send-texts.ts";
import { tellAlerts } from "./tell-alerts.ts";
import { twilioLists } from "./twilio-lists.ts";
import { twilioMessages } from "./twilio-messages.ts";

/** One run takes at most so long, so that a worker whose outside is slow does not pile up on the next. */
const RUN_MS = 20_000;

/** What there is to do, under the names that the timetable has for it, the quick things first. */
const CHORES: Record<string, (until: number, context: Context) => Promise<unknown>> = {
  expire_holds: (_, { signal }) => askDatabase("expire_holds", WORKER_ANSWERS.expire_holds, {}, signal),
  evaluate_alerts: (_, { signal }) => askDatabase("evaluate_alerts", WORKER_ANSWERS.evaluate_alerts, {}, signal),
  tell_alerts: (_, context) => tellAlerts(context),
  tidy_counts: (_, { signal }) => askDatabase("tidy_counts", WORKER_ANSWERS.tidy_counts, {}, signal),
  send_texts: (until, context) => sendTexts(twilioMessages(), until, context),
  reconcile: (until, context) => reconcile(twilioLists(), until, context),
};

/** A poke says nothing but "look"; or an operator names what shall be done now, whether or not it is due. */
export const Poke = z.object({
  body: z.object({ now: z.array(z.enum(Object.keys(CHORES))).max(Object.keys(CHORES).length).default([]) }),
});

/**
 * Does what is due. Every chore is safe to run twice at once and to be cut off at any point, so a poke that gets lost
 * only delays, and one too many does no harm. A chore that fails does not keep the others from being done.
 */
export async function work({ body: { now } }: z.output<typeof Poke>, context: Context): Promise<Response> {
  const until = performance.now() + RUN_MS;
  const due = await askDatabase("claim_chores", WORKER_ANSWERS.claim_chores, {}, context.signal);
  if (!due.success) throw new FrontdeskError("claim_chores refuses", due.reason);

  const done: Record<string, unknown> = {};
  let success = true;
  for (const [name, chore] of Object.entries(CHORES)) {
    if (!due.chores.includes(name) && !now.includes(name)) continue;
    try {
      done[name] = await chore(until, context);
    } catch (thrown) {
      success = false;
      context.report(thrown);
    }
  }
  return Response.json({ success, done }, { status: success ? 200 : 503 });
}
