import { callOperation, successOf } from "../_desk/operations/operation.ts";
import { type ClaimedText, claimTexts, recordTextFailed, recordTextSent } from "../_desk/operations/texts.ts";
import { explainTextFailure, textBody } from "../_language/en/texts.ts";
import { publicUrl } from "../_shared/environment.ts";
import { FrontdeskError } from "../_shared/errors.ts";
import type { Context } from "../_shared/webhook.ts";
import { type Failure, failureOf } from "./twilio-failures.ts";
import type { AcceptedText, Messages } from "./twilio-messages.ts";

/** How many texts one run has in hand at a time; they are sent side by side. */
const BATCH = 10;

/** After this long a claimed text is free for another worker, because whoever claimed it must have died. */
const LEASE_SECONDS = 30;

/** So late into the lease nothing is begun that could end after it: looking up and sending may take 8 s each. */
const LATEST_START_MS = 12_000;

/**
 * When Twilio has not said for so many tries (two minutes or so) whether it has a text, it is sent without knowing:
 * once too often is better than never.
 */
const LAST_TRY_TO_ASK = 10;

/** What one run did. */
export interface Sent {
  sent: number;
  failed: number;
}

/** What became of one text. Without a failure and not sent, it is left as it is: somebody else has it, or will have. */
type Outcome = { isSent: boolean; failure?: Failure };

/** Sends what is due until nothing is, or until the run's time is over. Any number of runs may do so at once. */
export async function sendTexts(twilio: Messages, until: number, context: Context): Promise<Sent> {
  const tally = { sent: 0, failed: 0 };
  let passing: Failure | undefined;
  while (performance.now() < until) {
    const claimedAt = performance.now();
    const args = { p_limit: BATCH, p_lease_seconds: LEASE_SECONDS };
    const claimed = successOf(claimTexts, await callOperation(claimTexts, args, context));
    if (claimed.seen === 0) break;
    if (claimed.texts.length === 0) continue; // All of them had become pointless; there may be more.

    const isInTime = () => performance.now() - claimedAt < LATEST_START_MS;
    const results = await Promise.allSettled(claimed.texts.map((text) => sendText(twilio, text, isInTime, context)));
    for (const result of results) {
      if (result.status === "rejected") context.report(result.reason);
      const { isSent, failure } = result.status === "fulfilled" ? result.value : { isSent: false };
      tally[isSent ? "sent" : "failed"] += 1;
      if (failure?.isFinal === false) passing ??= failure;
    }
  }
  // Once a run: when Twilio is away, it is so for every text.
  if (passing !== undefined) {
    context.report(new FrontdeskError("texts could not be sent and wait for another try", passing.problem));
  }
  return tally;
}

/** Sends one text, unless an earlier try turns out to have done so. */
async function sendText(
  twilio: Messages,
  text: ClaimedText,
  isInTime: () => boolean,
  context: Context,
): Promise<Outcome> {
  const body = textBody(text);
  let earlier: AcceptedText[] = [];
  if (text.unsure_since !== null) {
    try {
      earlier = await twilio.findAccepted(text.to, body, new Date(text.unsure_since));
    } catch (thrown) {
      if (text.attempt <= LAST_TRY_TO_ASK) {
        return await recordFailed(text, { ...failureOf(thrown), isFinal: false, isUnsure: true }, context);
      }
    }
  }
  for (const found of earlier) {
    if (await recordSent(text, found, context)) return { isSent: true };
  }
  // Left as it is, its lease runs out, and the next to claim it starts by asking Twilio.
  if (!isInTime()) return { isSent: false };

  let accepted;
  try {
    accepted = await twilio.send({
      to: text.to,
      from: text.from,
      messagingServiceSid: text.messaging_service_sid,
      body,
      statusCallback: `${publicUrl("sms-status")}?text=${text.outbox_id}`,
    });
  } catch (thrown) {
    return await recordFailed(text, failureOf(thrown), context);
  }
  return { isSent: await recordSent(text, accepted, context) };
}

async function recordSent(text: ClaimedText, accepted: AcceptedText, context: Context): Promise<boolean> {
  const recorded = await callOperation(recordTextSent, {
    p_org_id: text.org_id,
    p_outbox_id: text.outbox_id,
    p_sid: accepted.sid,
    p_status: accepted.status,
  }, context);
  return recorded.success;
}

async function recordFailed(text: ClaimedText, failure: Failure, context: Context): Promise<Outcome> {
  const recorded = await callOperation(recordTextFailed, {
    p_org_id: text.org_id,
    p_outbox_id: text.outbox_id,
    p_claim_id: text.claim_id,
    p_problem: failure.problem,
    p_explanation: explainTextFailure(failure.twilioCode),
    p_is_final: failure.isFinal,
    p_is_unsure: failure.isUnsure,
  }, context);
  // A number that takes no texts is everyday life, and a task says so. Having tried for hours is not.
  if (recorded.success && recorded.status === "given_up" && !failure.isFinal) {
    context.report(new FrontdeskError("a text could not be delivered and was left to staff", failure.problem));
  }
  return { isSent: false, failure };
}
