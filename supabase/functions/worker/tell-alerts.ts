import { Webhook } from "standardwebhooks";
import { type AlertNotice, claimAlertNotices, recordAlertNotice } from "../_desk/operations/jobs.ts";
import { callOperation, successOf } from "../_desk/operations/operation.ts";
import { optionalSetting } from "../_shared/environment.ts";
import { FrontdeskError } from "../_shared/errors.ts";
import type { Context } from "../_shared/webhook.ts";

/** A listener that takes longer than this is told again later. */
const TELL_MS = 5000;

/** Tells somebody of an alert; false or an exception when they may not have heard. */
type Tell = (notice: AlertNotice) => Promise<boolean>;

/** Tells of every alert that was opened or closed, wherever somebody has been set up to listen. */
export async function tellAlerts(context: Context): Promise<{ told: number; failed: number }> {
  const channels = listeners();
  const tally = { told: 0, failed: 0 };
  if (channels.size === 0) return tally;
  const args = { p_channels: [...channels.keys()] };
  const claimed = successOf(claimAlertNotices, await callOperation(claimAlertNotices, args, context));

  for (const notice of claimed.notices) {
    const isTold = await attempt(channels.get(notice.channel), notice, context);
    tally[isTold ? "told" : "failed"] += 1;
    await callOperation(recordAlertNotice, {
      p_alert_id: notice.alert.id,
      p_event: notice.event,
      p_channel: notice.channel,
      p_is_told: isTold,
    }, context);
  }
  return tally;
}

async function attempt(tell: Tell | undefined, notice: AlertNotice, context: Context): Promise<boolean> {
  try {
    return await tell?.(notice) ?? false;
  } catch {
    // What was thrown may quote the address, which may hold a password.
    context.report(new FrontdeskError("nobody heard of an alert", `alert_${notice.channel}`));
    return false;
  }
}

function listeners(): Map<AlertNotice["channel"], Tell> {
  const found = new Map<AlertNotice["channel"], Tell>();
  const dsn = optionalSetting("SENTRY_DSN");
  if (dsn !== undefined) {
    found.set("sentry", async (notice) => {
      const { reportAlert } = await import("../_shared/sentry.ts");
      return await reportAlert(dsn, notice);
    });
  }
  const [url, secret] = [optionalSetting("ALERT_WEBHOOK_URL"), optionalSetting("ALERT_WEBHOOK_SECRET")];
  if (url !== undefined && secret !== undefined) found.set("webhook", (notice) => post(url, secret, notice));
  return found;
}

/** By the Standard Webhooks scheme: whoever has the secret can tell that it is us, and that it is no copy. */
async function post(url: string, secret: string, { event, alert }: AlertNotice): Promise<boolean> {
  // The same for every try, so that a listener who heard the first time knows the second.
  const id = `alert_${alert.id}_${event}`;
  const now = new Date();
  const body = JSON.stringify({ type: `alert.${event}`, timestamp: now.toISOString(), data: alert });
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
      "webhook-signature": new Webhook(secret).sign(id, now, body),
    },
    body,
    redirect: "error",
    signal: AbortSignal.timeout(TELL_MS),
  });
  await answer.body?.cancel();
  return answer.ok;
}
