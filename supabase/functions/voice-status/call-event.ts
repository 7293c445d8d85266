import { z } from "zod";
import { recordCallEvent } from "../_desk/operations/calls.ts";
import { callOperation } from "../_desk/operations/operation.ts";
import { callerNumber, callFields } from "../_shared/twilio-call.ts";
import type { Context } from "../_shared/webhook.ts";

/** "Sun, 22 Nov 2026 20:41:42 +0000", as RFC 2822 writes it. */
const TIMESTAMP = /^(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} 2\d{3} \d\d:\d\d:\d\d (?:[+-]\d{4}|GMT|UTC)$/;

/** One step in the life of a call, as Twilio reports it: late, twice or out of order, with its own clock and counter. */
export const CallEvent = z.object({
  body: z.object({
    ...callFields,
    CallStatus: z.enum([
      "queued",
      "initiated",
      "ringing",
      "in-progress",
      "completed",
      "busy",
      "failed",
      "no-answer",
      "canceled",
    ]),
    SequenceNumber: z.string().regex(/^\d{1,5}$/).transform(Number),
    Timestamp: z.string().regex(TIMESTAMP).transform((text, refusal) => {
      const milliseconds = Date.parse(text);
      if (!Number.isNaN(milliseconds)) return new Date(milliseconds).toISOString();
      refusal.addIssue({ code: "custom" });
      return z.NEVER;
    }),
    CallDuration: z.string().regex(/^\d{1,6}$/).transform(Number).optional(),
  }),
});

/** Hands the event to Postgres, which knows whether it says anything new. Twilio wants no answer. */
export async function takeCallEvent({ body }: z.output<typeof CallEvent>, context: Context): Promise<Response> {
  context.label({ step: body.CallStatus });
  await callOperation(recordCallEvent, {
    p_call_sid: body.CallSid,
    p_status: body.CallStatus,
    p_sequence: body.SequenceNumber,
    p_created_at: body.Timestamp,
    p_to: body.To,
    p_from: callerNumber(body.From),
    p_duration_seconds: body.CallDuration ?? null,
  }, context);
  return new Response(null, { status: 204 });
}
