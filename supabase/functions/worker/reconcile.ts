import { takeMessage } from "../_desk/operations/calls.ts";
import { type AnyOperation, callOperation, type Outcome, successOf } from "../_desk/operations/operation.ts";
import {
  findUnsettled,
  finishReconciliation,
  settleCall,
  startReconciliation,
} from "../_desk/operations/reconciliation.ts";
import { receiveText } from "../_desk/operations/texts.ts";
import { wordsForStaff } from "../_language/en/texts.ts";
import { UnexpectedReasonError } from "../_shared/errors.ts";
import { callerNumber } from "../_shared/twilio-call.ts";
import type { Context } from "../_shared/webhook.ts";
import type { ListedCall, ListedRecording, ListedText, Lists } from "./twilio-lists.ts";
import { unknownSids } from "./unknown-sids.ts";

/** What Twilio lists may be some minutes behind what it does, and its clock beside ours. */
const LOOK_BACK_MS = 10 * 60_000;
/** A text that came just now is its webhook's, which does what it says; only what that has missed is left to staff. */
const UNDER_WAY_MS = 60_000;
/** Longer than any call may last: what is unfinished for so long stays so, and is not waited for. */
const UNFINISHED_MS = 24 * 60 * 60_000;
/** As much as one run looks at. It is longer than what is waited for, lest the waiting keep us from the present. */
const MOST_AT_ONCE_MS = UNFINISHED_MS + 60 * 60_000;
/** As many sids as are looked up at a time. */
const BATCH = 1000;
/** However long the lists and the other jobs have taken, a run settles what this is enough for, so that each gets further. */
const LEAST_MS = 5000;
/** What fails so often in a row fails for all, and each would have to wait for it. */
const MOST_FAILURES = 3;

/** What one run has recovered. */
export interface Reconciled {
  calls: number;
  messages: number;
  texts: number;
}

/** One thing that is missing here. */
interface Missing {
  readonly of: keyof Reconciled;
  readonly began: Date;
  /** False when it turns out to be nothing of ours. */
  recover(): Promise<boolean>;
}

/**
 * Recovers what Twilio knows and we missed: the ends of calls, messages, and texts. It starts from the mark that the last
 * complete run has left, and moves the mark only as far as everything before it is settled. So it may be cut off, fail, or
 * run twice at once: what it has done is done, and the rest is found again.
 */
export async function reconcile(twilio: Lists, until: number, context: Context): Promise<Reconciled> {
  const started = successOf(startReconciliation, await callOperation(startReconciliation, {}, context));

  const now = new Date();
  const from = new Date(Date.parse(started.settled_until) - LOOK_BACK_MS);
  const to = earliest(now, [new Date(from.getTime() + MOST_AT_ONCE_MS)]);
  // Recordings first: the call of each of them has begun by then, and is on the list that is fetched next.
  const recordings = await twilio.recordingsIn({ from, to });
  const calls = await twilio.callsIn({ from, to });
  const texts = await twilio.textsIn({ from, to: new Date(to.getTime() - UNDER_WAY_MS) });
  const unsettled = await unsettledAmong(calls, recordings, texts, context);
  const listed = new Map(calls.map((call) => [call.sid, call]));
  const missing: Missing[] = [
    ...unsettled.calls.map((call): Missing => ({
      of: "calls",
      began: call.startedAt,
      recover: () => recoverCall(call, context),
    })),
    ...unsettled.recordings.map((recording): Missing => ({
      of: "messages",
      began: recording.createdAt,
      recover: async () => {
        const call = listed.get(recording.callSid) ?? await twilio.call(recording.callSid);
        return await recoverMessage(recording, call, context);
      },
    })),
    ...unsettled.texts.map((text): Missing => ({
      of: "texts",
      began: text.sentAt,
      recover: () => recoverText(text, context),
    })),
  ];
  const recovered = await recoverAll(missing, Math.max(until, performance.now() + LEAST_MS));

  // What cannot be recovered is tried again for a day, but does not hold the mark back for ever.
  const open = [...waitedFor(calls, recordings), ...recovered.failed].filter((began) => isYoung(began, now));
  const mark = { p_settled_until: earliest(to, [...open, ...recovered.left]).toISOString() };
  successOf(finishReconciliation, await callOperation(finishReconciliation, mark, context));
  if (recovered.failure !== undefined) throw recovered.failure.thrown;
  return recovered.tally;
}

/** Recovers one after the other. One that fails does not keep those behind it from being recovered. */
async function recoverAll(missing: readonly Missing[], until: number): Promise<{
  tally: Reconciled;
  failed: Date[];
  /** When those began for which there was no time. */
  left: Date[];
  failure: { thrown: unknown } | undefined;
}> {
  const tally = { calls: 0, messages: 0, texts: 0 };
  const failed: Date[] = [];
  let failure: { thrown: unknown } | undefined;
  let inARow = 0;
  for (const [index, one] of missing.entries()) {
    if (performance.now() > until || inARow === MOST_FAILURES) {
      return { tally, failed, left: missing.slice(index).map(({ began }) => began), failure };
    }
    try {
      if (await one.recover()) tally[one.of] += 1;
      inARow = 0;
    } catch (thrown) {
      failure ??= { thrown };
      failed.push(one.began);
      inARow += 1;
    }
  }
  return { tally, failed, left: [], failure };
}

/** What is still going on will have to be looked at again, so the mark stays before it. */
function waitedFor(calls: readonly ListedCall[], recordings: readonly ListedRecording[]): Date[] {
  return [
    ...calls.filter(({ endedAt }) => endedAt === null).map(({ startedAt }) => startedAt),
    ...recordings.filter(({ isUnfinished }) => isUnfinished).map(({ createdAt }) => createdAt),
  ];
}

function isYoung(began: Date, now: Date): boolean {
  return now.getTime() - began.getTime() < UNFINISHED_MS;
}

function earliest(first: Date, others: readonly Date[]): Date {
  return new Date(Math.min(first.getTime(), ...others.map((other) => other.getTime())));
}

async function unsettledAmong(
  calls: readonly ListedCall[],
  recordings: readonly ListedRecording[],
  texts: readonly ListedText[],
  context: Context,
): Promise<{ calls: ListedCall[]; recordings: ListedRecording[]; texts: ListedText[] }> {
  const ended = calls.filter(({ endedAt }) => endedAt !== null);
  const messages = recordings.filter(({ isUnfinished }) => !isUnfinished);
  const missing = new Set<string>();
  for (let at = 0; at < Math.max(ended.length, messages.length, texts.length); at += BATCH) {
    const someMessages = messages.slice(at, at + BATCH);
    const args = {
      p_call_sids: ended.slice(at, at + BATCH).map(({ sid }) => sid),
      p_recording_call_sids: someMessages.map(({ callSid }) => callSid),
      p_recording_sids: someMessages.map(({ sid }) => sid),
      p_text_sids: texts.slice(at, at + BATCH).map(({ sid }) => sid),
    };
    const found = successOf(findUnsettled, await callOperation(findUnsettled, args, context));
    for (const sid of [...found.calls, ...found.recordings, ...found.texts]) missing.add(sid);
  }
  return {
    calls: ended.filter(({ sid }) => missing.has(sid) && !unknownSids.has(sid)),
    recordings: messages.filter(({ sid, callSid }) => missing.has(sid) && !unknownSids.has(callSid)),
    texts: texts.filter(({ sid }) => missing.has(sid) && !unknownSids.has(sid)),
  };
}

async function recoverCall(call: ListedCall, context: Context): Promise<boolean> {
  const settled = await callOperation(settleCall, {
    p_call_sid: call.sid,
    p_to: call.to,
    p_from: callerNumber(call.from),
    p_status: call.status,
    p_started_at: call.startedAt.toISOString(),
    p_ended_at: (call.endedAt ?? call.startedAt).toISOString(),
    p_duration_seconds: call.durationSeconds,
  }, context);
  return isOurs(settleCall, call.sid, settled, context);
}

/** Twilio may have forgotten the call; then the clinic is the one that the call is known to have reached. */
async function recoverMessage(recording: ListedRecording, call: ListedCall | null, context: Context): Promise<boolean> {
  const taken = await callOperation(takeMessage, {
    p_org_id: null,
    p_call_sid: recording.callSid,
    p_from: call === null ? null : callerNumber(call.from),
    p_reason: "message",
    p_body: null,
    p_recording_url: recording.url,
    p_to: call?.to ?? null,
  }, context);
  // A call that Twilio does not know may be one that it does not know yet.
  return isOurs(takeMessage, call?.sid ?? null, taken, context);
}

/** Whatever it says: by now it may be about something else, and nobody can be written back to. Staff read it. */
async function recoverText(text: ListedText, context: Context): Promise<boolean> {
  const received = await callOperation(receiveText, {
    p_to: text.to,
    p_from: text.from,
    p_sid: text.sid,
    p_intent: "late",
    p_body: wordsForStaff(text),
  }, context);
  return isOurs(receiveText, text.sid, received, context);
}

/** The account may have numbers that belong to no clinic; whatever else is refused, somebody has to look at. */
function isOurs(operation: AnyOperation, sid: string | null, answer: Outcome, context: Context): boolean {
  if (answer.success) return true;
  if (answer.reason !== "not_found") context.report(new UnexpectedReasonError(operation.rpc, answer.reason));
  else if (sid !== null) unknownSids.add(sid);
  return false;
}
