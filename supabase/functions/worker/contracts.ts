import { z } from "zod";
import { outcome, Slot } from "../_shared/contracts.ts";

/** A text that this run has claimed, with all that its words need. */
export const ClaimedText = z.object({
  org_id: z.guid(),
  outbox_id: z.guid(),
  claim_id: z.guid(),
  kind: z.enum(["booked_text", "moved_text", "cancelled_text", "reminder_text"]),
  attempt: z.int(),
  /** Set when an earlier try may have been accepted although nobody heard of it. */
  unsure_since: z.iso.datetime({ offset: true }).nullable(),
  to: z.string(),
  from: z.string().nullable(),
  messaging_service_sid: z.string().nullable(),
  clinic: z.object({
    name: z.string(),
    locale: z.enum(["en-US", "en-GB"]),
    address: z.string().nullable(),
    phone: z.string().nullable(),
  }),
  slot: Slot,
  provider: z.string(),
  code: z.string(),
});
export type ClaimedText = z.output<typeof ClaimedText>;

/** An alert, as it is told to whoever watches: names and numbers of the system, nothing of a clinic. */
const Alert = z.object({
  id: z.guid(),
  rule: z.string(),
  level: z.enum(["critical", "warning", "info"]),
  signal: z.string(),
  subject: z.string(),
  value: z.number(),
  opened_at: z.iso.datetime({ offset: true }),
  closed_at: z.iso.datetime({ offset: true }).nullable(),
});

/** That an alert was opened or closed, and through which channel to say so. */
const AlertNotice = z.object({
  event: z.enum(["opened", "closed"]),
  channel: z.enum(["sentry", "webhook"]),
  alert: Alert,
});
export type AlertNotice = z.output<typeof AlertNotice>;

/** What the worker asks Postgres, and what it may answer. */
export const WORKER_ANSWERS = {
  claim_chores: outcome(() => ({ chores: z.array(z.string()) })),
  claim_texts: outcome(() => ({ seen: z.int(), texts: z.array(ClaimedText) })),
  record_text_sent: outcome(() => ({})),
  record_text_failed: outcome(() => ({ status: z.enum(["pending", "given_up"]) })),
  expire_holds: outcome(() => ({ expired: z.int() })),
  evaluate_alerts: outcome(() => ({ opened: z.array(Alert), closed: z.array(Alert) })),
  claim_alert_notices: outcome(() => ({ notices: z.array(AlertNotice) })),
  record_alert_notice: outcome(() => ({})),
  tidy_counts: outcome(() => ({})),
} as const;
