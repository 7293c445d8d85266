import { z } from "zod";
import { Id, Instant } from "./answers.ts";
import { operation } from "./operation.ts";

/** An alert, as it is told to whoever watches: names and numbers of the system, nothing of a clinic. */
const Alert = z.object({
  id: Id,
  rule: z.string(),
  level: z.enum(["critical", "warning", "info"]),
  signal: z.string(),
  subject: z.string(),
  value: z.number(),
  opened_at: Instant,
  closed_at: Instant.nullable(),
});

/** That an alert was opened or closed, and through which channel to say so. */
const AlertNotice = z.object({
  event: z.enum(["opened", "closed"]),
  channel: z.enum(["sentry", "webhook"]),
  alert: Alert,
});
export type AlertNotice = z.output<typeof AlertNotice>;

/** Which of the worker's jobs are due; each is told to one run only. */
export const claimJobs = operation("claim_chores", { chores: z.array(z.string()) });

/** Frees the times whose hold has expired. */
export const expireHolds = operation("expire_holds", { expired: z.int() });

/** Compares what was counted with the rules, and opens and closes alerts. */
export const evaluateAlerts = operation("evaluate_alerts", { opened: z.array(Alert), closed: z.array(Alert) });

/** Claims the alerts of which somebody has yet to be told. */
export const claimAlertNotices = operation("claim_alert_notices", { notices: z.array(AlertNotice) });

/** Notes whether somebody was told of an alert; if not, it is tried again. */
export const recordAlertNotice = operation("record_alert_notice", {});

/** Deletes counts that are too old for any rule. */
export const tidyCounts = operation("tidy_counts", {});

/** How far behind the worker is, and whether there are alerts. */
export const checkHealth = operation("check_health", {
  outbox_age_seconds: z.number(),
  hold_overdue_seconds: z.number(),
  open_alerts: z.number().int(),
  last_worker_run: Instant.nullable(),
});
