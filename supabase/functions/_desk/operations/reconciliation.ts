import { z } from "zod";
import { Instant } from "./answers.ts";
import { operation } from "./operation.ts";

/** Writes down the end of a call that Twilio lists and we missed. */
export const settleCall = operation("settle_call", { status: z.string() });

/** How far everything that Twilio lists is known to be settled. */
export const startReconciliation = operation("start_reconciliation", { settled_until: Instant });

/** Of what Twilio lists, what is missing here. */
export const findUnsettled = operation("find_unsettled", {
  calls: z.array(z.string()),
  recordings: z.array(z.string()),
  texts: z.array(z.string()),
});

/** Moves the mark up to which everything is settled. */
export const finishReconciliation = operation("finish_reconciliation", {});
