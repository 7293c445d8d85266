import { z } from "zod";
import { callOperation, type Success } from "../_desk/operations/operation.ts";
import { receiveText } from "../_desk/operations/texts.ts";
import { type Reply, replyBody, wordsForStaff } from "../_language/en/texts.ts";
import { FrontdeskError } from "../_shared/errors.ts";
import { twimlAnswer } from "../_shared/fallbacks.ts";
import { party } from "../_shared/twilio-call.ts";
import { element, response } from "../_shared/twiml.ts";
import type { Context } from "../_shared/webhook.ts";
import { intentOf } from "./intent.ts";

/** A text that a patient has sent to a clinic's number. */
export const InboundText = z.object({
  body: z.object({
    MessageSid: z.string().regex(/^(?:SM|MM)[0-9a-zA-Z]{32}$/),
    To: party.min(1),
    From: party.min(1),
    // Postgres cannot store the null character.
    Body: z.string().max(10_000).default("").transform((text) => text.replaceAll("\0", "")),
    NumMedia: z.string().regex(/^\d{1,3}$/).default("0").transform(Number),
    OptOutType: z.string().max(20).optional(),
  }),
});

/** Hands the text to Postgres, which knows what it answers, and writes back what came of it. */
export async function receive({ body: text }: z.output<typeof InboundText>, context: Context): Promise<Response> {
  const intent = intentOf(text.Body, text.OptOutType);
  context.label({ step: intent });
  const received = await callOperation(receiveText, {
    p_to: text.To,
    p_from: text.From,
    p_sid: text.MessageSid,
    p_intent: intent,
    p_body: wordsForStaff({ sid: text.MessageSid, body: text.Body, attached: text.NumMedia }),
  }, context);
  if (!received.success) {
    context.report(new FrontdeskError("a text could not be taken", received.reason));
    return replied(undefined);
  }
  context.label({ clinic: received.clinic.id });
  return replied(received.is_answered ? replyTo(received) : undefined);
}

function replyTo({ outcome, clinic, slot }: Success<typeof receiveText>): Reply | undefined {
  if ((outcome === "confirmed" || outcome === "cancelled") && slot !== null) return { outcome, clinic, slot };
  return outcome === "passed_on" ? { outcome, clinic } : undefined;
}

function replied(reply: Reply | undefined): Response {
  return twimlAnswer(reply === undefined ? response() : response(element("Message", {}, replyBody(reply))));
}
