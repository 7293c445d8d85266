import { z } from "zod";
import { callOperation } from "../_desk/operations/operation.ts";
import { recordTextStatus } from "../_desk/operations/texts.ts";
import { explainTextFailure } from "../_language/en/texts.ts";
import { FrontdeskError } from "../_shared/errors.ts";
import type { Context } from "../_shared/webhook.ts";

/** How far a text has come, as Twilio reports it: late, twice or out of order. The query names the text. */
export const DeliveryReport = z.object({
  query: z.object({ text: z.guid().optional() }),
  body: z.object({
    MessageSid: z.string().regex(/^(?:SM|MM)[0-9a-zA-Z]{32}$/),
    MessageStatus: z.string().regex(/^[a-z_]{1,40}$/),
    ErrorCode: z.string().regex(/^\d{1,5}$/).transform(Number).optional(),
  }),
});

/** Hands the report to Postgres, which knows whether it says anything new. Twilio wants no answer. */
export async function takeReport(
  { query, body }: z.output<typeof DeliveryReport>,
  context: Context,
): Promise<Response> {
  context.label({ step: body.MessageStatus });
  // A text that our worker did not send (our replies, somebody's test) names none, and nobody waits for news of it.
  if (query.text !== undefined) {
    const recorded = await callOperation(recordTextStatus, {
      p_outbox_id: query.text,
      p_sid: body.MessageSid,
      p_status: body.MessageStatus,
      p_error_code: body.ErrorCode ?? null,
      p_explanation: explainTextFailure(body.ErrorCode),
    }, context);
    if (!recorded.success) context.report(new FrontdeskError("a delivery report says nothing to us", recorded.reason));
  }
  return new Response(null, { status: 204 });
}
