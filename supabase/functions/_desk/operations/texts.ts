import { z } from "zod";
import { Id, Instant, Locale, Slot } from "./answers.ts";
import { operation } from "./operation.ts";

/** A text that this run has claimed, with everything that its words need. */
export const ClaimedText = z.object({
  org_id: Id,
  outbox_id: Id,
  claim_id: Id,
  kind: z.enum(["booked_text", "moved_text", "cancelled_text", "reminder_text"]),
  attempt: z.int(),
  /** Set when an earlier try may have been accepted although nobody heard of it. */
  unsure_since: Instant.nullable(),
  to: z.string(),
  from: z.string().nullable(),
  messaging_service_sid: z.string().nullable(),
  clinic: z.object({ name: z.string(), locale: Locale, address: z.string().nullable(), phone: z.string().nullable() }),
  slot: Slot,
  provider: z.string(),
  code: z.string(),
});
export type ClaimedText = z.output<typeof ClaimedText>;

/** Claims texts that are due, for as long as the lease lasts. `seen` also counts those that had become pointless. */
export const claimTexts = operation("claim_texts", { seen: z.int(), texts: z.array(ClaimedText) });

/** Notes that Twilio has accepted a text. */
export const recordTextSent = operation("record_text_sent", {});

/** Notes that sending failed; the text waits for another try, or is given up and becomes a task for staff. */
export const recordTextFailed = operation("record_text_failed", { status: z.enum(["pending", "given_up"]) });

/** Notes how far a sent text has come. Late and repeated reports change nothing. */
export const recordTextStatus = operation("record_text_status", { status: z.string() });

/** Takes a text from a patient: does what it says, or passes it on to staff. */
export const receiveText = operation("receive_text", {
  outcome: z.enum(["confirmed", "cancelled", "passed_on", "opted_out", "opted_in"]),
  is_answered: z.boolean(),
  clinic: z.object({ id: Id, name: z.string(), locale: Locale }),
  slot: Slot.nullable(),
});
