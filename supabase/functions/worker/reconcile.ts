import { z } from "zod";
import { outcome } from "../_shared/contracts.ts";
import { askDatabase } from "../_shared/database.ts";
import { FrontdeskError } from "../_shared/errors.ts";
import { callerNumber } from "../_shared/twilio-call.ts";
import type { Context } from "../_shared/webhook.ts";
import type { Calls, ListedCall, ListedRecording } from "./twilio-calls.ts";

const Mark = outcome(() => ({ settled_until: z.iso.datetime({ offset: true }) }));
const Unsettled = outcome(() => ({ calls: z.array(z.string()), recordings: z.array(z.string()) }));
const Settled = outcome(() => ({ status: z.string() }));
const Taken = outcome(() => ({ task_id: z.guid() }));
const Noted = outcome(() => ({}));

/** What Twilio lists may be some minutes behind what it does, and its clock beside ours. */
const LOOK_BACK_MS = 10 * 60_000;
/** Longer than any call may last: what is unfinished for so long stays so, and is not waited for. */
const UNFINISHED_MS = 24 * 60 * 60_000;
/** As many sids as are looked up at a time. */
const BATCH = 1000;

/** What one run brought back. */
export interface Reconciled {
  calls: number;
  messages: number;
}

/**
 * Brings what Twilio knows and we missed: the ends of calls, and messages. It goes from the mark that the last complete run
 * has left, and moves the mark only as far as everything before it is settled. So it may be cut off, fail, or run twice
 * at once: what it has done is done, and the rest is found again.
 */
export async function reconcile(twilio: Calls, until: number, context: Context): Promise<Reconciled> {
  const started = await askDatabase("start_reconciliation", Mark, {}, context.signal);
  if (!started.success) throw new FrontdeskError("start_reconciliation refuses", started.reason);

  const lookedAt = new Date();
  const since = new Date(Date.parse(started.settled_until) - LOOK_BACK_MS);
  // Recordings first: the call of each of them has begun by then, and is on the list that is fetched next.
  const recordings = await twilio.recordingsSince(since);
  const calls = await twilio.callsSince(since);
  const unsettled = await findUnsettled(calls, recordings, context);

  const tally = { calls: 0, messages: 0 };
  let settledUntil = earliest(lookedAt, waitedFor(calls, recordings, lookedAt));
  for (const call of unsettled.calls) {
    if (performance.now() > until) {
      settledUntil = earliest(settledUntil, [call.startedAt]);
      break;
    }
    if (await settleCall(call, context)) tally.calls += 1;
  }
  for (const recording of unsettled.recordings) {
    if (performance.now() > until) {
      settledUntil = earliest(settledUntil, [recording.createdAt]);
      break;
    }
    const call = calls.find(({ sid }) => sid === recording.callSid) ?? await twilio.call(recording.callSid);
    if (call !== null && await takeMessage(recording, call, context)) tally.messages += 1;
  }

  const mark = { p_settled_until: settledUntil.toISOString() };
  const finished = await askDatabase("finish_reconciliation", Noted, mark, context.signal);
  if (!finished.success) throw new FrontdeskError("finish_reconciliation refuses", finished.reason);
  return tally;
}

/** What is still going on will have to be looked at again, so the mark stays before it. */
function waitedFor(calls: readonly ListedCall[], recordings: readonly ListedRecording[], now: Date): Date[] {
  return [
    ...calls.filter(({ endedAt }) => endedAt === null).map(({ startedAt }) => startedAt),
    ...recordings.filter(({ isUnfinished }) => isUnfinished).map(({ createdAt }) => createdAt),
  ].filter((began) => now.getTime() - began.getTime() < UNFINISHED_MS);
}

function earliest(first: Date, others: readonly Date[]): Date {
  return new Date(Math.min(first.getTime(), ...others.map((other) => other.getTime())));
}

async function findUnsettled(
  calls: readonly ListedCall[],
  recordings: readonly ListedRecording[],
  context: Context,
): Promise<{ calls: ListedCall[]; recordings: ListedRecording[] }> {
  const ended = calls.filter(({ endedAt }) => endedAt !== null);
  const messages = recordings.filter(({ isUnfinished }) => !isUnfinished);
  const missing = new Set<string>();
  for (let at = 0; at < Math.max(ended.length, messages.length); at += BATCH) {
    const someMessages = messages.slice(at, at + BATCH);
    const found = await askDatabase("find_unsettled", Unsettled, {
      p_call_sids: ended.slice(at, at + BATCH).map(({ sid }) => sid),
      p_recording_call_sids: someMessages.map(({ callSid }) => callSid),
      p_recording_sids: someMessages.map(({ sid }) => sid),
    }, context.signal);
    if (!found.success) throw new FrontdeskError("find_unsettled refuses", found.reason);
    for (const sid of [...found.calls, ...found.recordings]) missing.add(sid);
  }
  return {
    calls: ended.filter(({ sid }) => missing.has(sid)),
    recordings: messages.filter(({ sid }) => missing.has(sid)),
  };
}

async function settleCall(call: ListedCall, context: Context): Promise<boolean> {
  const settled = await askDatabase("settle_call", Settled, {
    p_call_sid: call.sid,
    p_to: call.to,
    p_from: callerNumber(call.from),
    p_status: call.status,
    p_started_at: call.startedAt.toISOString(),
    p_ended_at: (call.endedAt ?? call.startedAt).toISOString(),
    p_duration_seconds: call.durationSeconds,
  }, context.signal);
  return isOurs("settle_call", settled, context);
}

async function takeMessage(recording: ListedRecording, call: ListedCall, context: Context): Promise<boolean> {
  const taken = await askDatabase("take_message", Taken, {
    p_org_id: null,
    p_call_sid: recording.callSid,
    p_from: callerNumber(call.from),
    p_reason: "message",
    p_body: null,
    p_recording_url: recording.url,
    p_to: call.to,
  }, context.signal);
  return isOurs("take_message", taken, context);
}

/** The account may have numbers that belong to no clinic; whatever else is refused, somebody has to look at. */
function isOurs(operation: string, answer: { success: boolean; reason?: string }, context: Context): boolean {
  if (answer.success) return true;
  if (answer.reason !== "not_found") context.report(new FrontdeskError(`${operation} refuses`, answer.reason ?? ""));
  return false;
}
