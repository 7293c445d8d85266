/** What Twilio knows and we may have missed, for the tests of the worker that brings it. */
import assert from "node:assert/strict";
import { newSid } from "../../../../scripts/testkit/caller/call-parameters.ts";
import { type Lane, openLane } from "../../../../scripts/testkit/faults/lane.ts";
import { holdReconciliation } from "../../../../scripts/testkit/worker.ts";
import { database, HARBOR, someCaller } from "../http/stack.ts";

/** The database, to look into. */
export type Sql = ReturnType<typeof database>;

export const environment = Deno.env.toObject();
export const secretKey = environment.SECRET_KEY ?? "";
export const twilioApiUrl = environment.TWILIO_API_URL ?? "";

/** With functions whose world can be broken, and no other worker that reconciles. */
export async function withLane(test: (lane: Lane, sql: Sql) => Promise<void>): Promise<void> {
  await using sql = database();
  // The stack has a worker of its own, whose world is not broken. A run of it is over by the time that the lane is open.
  await using _ours = await holdReconciliation(sql);
  await using lane = await openLane(environment, { functions: ["voice", "voice-status", "sms", "worker"] });
  await test(lane, sql);
}

/** A task as far as the tests ask about it. */
export interface Task {
  readonly reason: string;
  readonly recording_url: string | null;
  readonly from_phone: string | null;
  readonly status: string;
}

/** A call in the terms of Twilio's REST API. */
export interface TwilioCall {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  readonly status: string;
  readonly direction: string;
  readonly start_time: string;
  readonly end_time: string | null;
  readonly duration: number | null;
}

/** A recording in the same terms. */
export interface TwilioRecording {
  readonly sid: string;
  readonly call_sid: string;
  readonly date_created: string;
  readonly duration: number;
  readonly source: string;
}

/** What staff got of a call. */
export async function tasksOf(sql: Sql, callSid: string): Promise<readonly Task[]> {
  return await sql<Task[]>`
    select reason, recording_url, from_phone, status from public.follow_up_tasks where call_sid = ${callSid}`;
}

/** How a call ended, and what came of it. */
export async function outcomeOf(sql: Sql, callSid: string): Promise<string> {
  const [call] = await sql<{ told: string }[]>`
    select concat_ws(' ', status, outcome) as told from public.calls where call_sid = ${callSid}`;
  return call?.told ?? "unknown";
}

/** A call as Twilio lists it, that began so many minutes ago. */
export function listedCall(sid: string, minutesAgo: number, changes: Partial<TwilioCall> = {}): TwilioCall {
  const started = Date.now() - minutesAgo * 60_000;
  return {
    sid,
    to: HARBOR.phone,
    from: someCaller(),
    status: "completed",
    direction: "inbound",
    start_time: new Date(started).toISOString(),
    end_time: new Date(started + 30_000).toISOString(),
    duration: 30,
    ...changes,
  };
}

/** Makes Twilio know of calls and recordings. */
export async function tellTwilio(news: unknown): Promise<void> {
  const told = await fetch(`${twilioApiUrl}/line`, { method: "PUT", body: JSON.stringify(news) });
  await told.body?.cancel();
  assert.equal(told.status, 200);
}

/** A message of somebody's call, recorded so many minutes ago. */
export function listedRecording(
  callSid: string,
  minutesAgo: number,
  changes: Partial<TwilioRecording> = {},
): TwilioRecording {
  const recorded = new Date(Date.now() - minutesAgo * 60_000).toISOString();
  return {
    sid: newSid("RE"),
    call_sid: callSid,
    date_created: recorded,
    duration: 7,
    source: "RecordVerb",
    ...changes,
  };
}
