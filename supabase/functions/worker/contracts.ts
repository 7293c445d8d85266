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

/** What the worker asks Postgres, and what it may answer. */
export const WORKER_ANSWERS = {
  claim_texts: outcome({ seen: z.int(), texts: z.array(ClaimedText) }),
  record_text_sent: outcome({}),
  record_text_failed: outcome({ status: z.enum(["pending", "given_up"]) }),
  expire_holds: outcome({ expired: z.int() }),
} as const;
