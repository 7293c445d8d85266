/** The rows of the table that are no turn of a call: other requests, and calls while Sentry or Twilio's REST API is broken. */
import { setTimeout as delay } from "node:timers/promises";
import type postgres from "postgres";
import { fallbackAnswer } from "../../../supabase/functions/_shared/fallbacks.ts";
import { type Answered, whyNotTwiml } from "../../testkit/answers.ts";
import { scripted } from "../../testkit/caller/answers.ts";
import { inboundCall, newSid } from "../../testkit/caller/call-parameters.ts";
import { type Parameters, sign } from "../../testkit/caller/line.ts";
import { placeListedCall, tellStandIn } from "../../testkit/caller/listed-call.ts";
import { rfc2822 } from "../../testkit/caller/status-callbacks.ts";
import { type Outgoing, transmit } from "../../testkit/caller/transport.ts";
import type { Fault } from "../../testkit/faults/fault-proxy.ts";
import { reconcileNow } from "../../testkit/worker.ts";
import {
  type FaultTrial,
  leaksTold,
  MOST_MS,
  privateIn,
  reportOf,
  tasksOf,
  toldIn,
  type Verdict,
  wrongWith,
} from "./faulted-turns.ts";
import { MESSAGE } from "./flows.ts";
import { type AskingTurn, placeCallOf } from "./trial-calls.ts";
import { NAMES } from "./trial-clinic.ts";

/** A request to one function that is no turn of a call. */
interface OtherRequest {
  readonly name: string;
  /** What it asks the database first; null when it asks nothing. */
  readonly operation: string | null;
  /** What is posted with Twilio's signature; the others are asked as whoever else asks them does. */
  readonly posted?: (from: string, to: string, sid: string) => Parameters;
  /** Makes sure that it asks. */
  readonly prepare?: (sql: postgres.Sql) => Promise<unknown>;
  /** What is wrong with an answer that had to be masked; null when it is well. */
  readonly judge: (answer: Answered) => string | null | Promise<string | null>;
}

export const OTHER_REQUESTS: readonly OtherRequest[] = [
  {
    name: "voice-status",
    operation: "record_call_event",
    posted: () => ({ CallStatus: "ringing", SequenceNumber: "0", Timestamp: rfc2822(new Date()) }),
    judge: jsonMask,
  },
  {
    name: "sms",
    operation: "receive_text",
    posted: (_from, _to, sid) => ({ MessageSid: sid, Body: "2", NumMedia: "0" }),
    judge: ({ status, body }) =>
      status === 200 && /^<\?xml [^>]*\?><Response ?\/>$/.test(body) ? null : "it is no empty TwiML",
  },
  {
    name: "sms-status",
    operation: "record_text_status",
    posted: (from, to, sid) => ({ MessageSid: sid, MessageStatus: "delivered", To: from, From: to }),
    judge: jsonMask,
  },
  {
    name: "health",
    operation: "check_health",
    judge: ({ status, body }) =>
      status === 503 && /^\{.*\}$/s.test(body) ? null : `status ${status} where health is not well`,
  },
  { name: "worker", operation: "claim_chores", judge: jsonMask },
  ...["expire_holds", "evaluate_alerts", "tidy_counts", "claim_texts", "start_reconciliation", "finish_reconciliation"]
    .map((operation): OtherRequest => ({
      name: "worker",
      operation,
      prepare: (sql) => sql`update private.jobs set last_started_at = '-infinity'`,
      // A job that fails is told; where nobody listens, not even the question what to do gets through.
      judge: (answer) =>
        answer.status === 503 && /^\{"success":false,"done":\{.*\}\}$/.test(answer.body) ? null : jsonMask(answer),
    })),
  {
    name: "voice-fallback",
    operation: null,
    posted: () => ({ CallStatus: "in-progress", ErrorCode: "11200" }),
    judge: (answer) =>
      whyNotTwiml(answer) ?? (answer.body.includes("let me help you another way") ? null : "no apology"),
  },
];

async function jsonMask({ status, body }: Answered): Promise<string | null> {
  if (status !== 503) return `status ${status} instead of 503`;
  return body === await fallbackAnswer("json").text() ? null : `it is not the mask: ${body.slice(0, 80)}`;
}

/** Nobody waits for the worker, but it has to give up some time. */
const MOST_WORKER_MS = 60_000;
/** Sentry gets two seconds, and the log what Sentry has not taken by then. */
const TOLD_WITHIN_MS = 8000;
/** Whoever answers with status 200 has taken it, as far as a sender can know: nothing is to be seen of these. */
const TAKEN: readonly Fault[] = ["half", "wrong"];
/** Sooner a text is still its webhook's. */
const LONG_AGO_MS = 2 * 60_000;

/** Tries each with the faults that it has to stand. */
export async function tryFaultyRequests(
  trial: FaultTrial,
  faultsFor: (index: number) => readonly Fault[],
  asking: readonly AskingTurn[],
  add: (row: Verdict) => void,
): Promise<void> {
  for (const [index, request] of OTHER_REQUESTS.entries()) {
    for (const fault of faultsFor(index)) add(await tryRequest(trial, request, fault));
  }
  const claim = asking.find(({ operation }) => operation === "claim_slot_atomic");
  for (const fault of faultsFor(0)) {
    if (claim !== undefined && !TAKEN.includes(fault)) add(await withoutSentry(trial, claim, fault));
    add(await withoutTwilio(trial, fault));
  }
}

async function tryRequest(trial: FaultTrial, request: OtherRequest, fault: Fault): Promise<Verdict> {
  const { lane, clinic, secrets, callerPhone } = trial;
  const { name, operation } = request;
  const messageSid = newSid("SM");
  await request.prepare?.(clinic.sql);
  lane.database.break({ fault, ...(operation !== null && { only: [operation] }) });
  const began = performance.now();
  const answer = await send(trial, request, messageSid);
  const ms = performance.now() - began;
  lane.database.mend();
  const staff = name === "sms" ? await bringTextBack(trial, messageSid) : "nothing";
  const report = await reportOf(trial, answer);
  const judged = await request.judge(answer);
  return {
    what: name,
    step: operation ?? "no database",
    fault,
    heard: `${answer.status} ${answer.body.replace(/<[^>]*>/g, " ").trim()}`,
    ms,
    staff,
    sentry: toldIn(report),
    wrong: [
      ...(name === "sms" && staff === "nothing" ? ["the text is lost"] : []),
      ...(ms > (name === "worker" ? MOST_WORKER_MS : MOST_MS) ? [`the answer took ${Math.round(ms)} ms`] : []),
      ...(judged === null ? [] : [judged]),
      ...leaksOf(trial, answer),
      ...(report === null ? ["Sentry got nothing of it"] : []),
      ...privateIn(lane.reports.raw.join("\n"), [callerPhone.slice(1), ...secrets], "Sentry"),
    ],
  };
}

async function send(trial: FaultTrial, { name, posted }: OtherRequest, messageSid: string): Promise<Answered> {
  const { lane: { line }, clinic: { phone: to }, callerPhone: from, secretKey } = trial;
  const path = name === "sms-status" ? `${name}?text=${crypto.randomUUID()}` : name;
  const call = inboundCall({ callSid: newSid("CA"), accountSid: line.accountSid, to, from });
  const outgoing: Outgoing = posted !== undefined
    ? sign(line, path, { ...call, ...posted(from, to, messageSid) })
    : name === "worker"
    ? { method: "POST", headers: { apikey: secretKey, "content-type": "application/json" }, body: "{}" }
    : { method: "GET", headers: {}, body: "" };
  const url = new URL(`${line.reachedAt}/${path}`);
  await line.permit(url);
  const limitMs = name === "worker" ? MOST_WORKER_MS + 10_000 : line.limitMs;
  return await transmit(url, outgoing, AbortSignal.timeout(limitMs));
}

/** Twilio keeps a text, whatever its webhook came to. */
async function bringTextBack(trial: FaultTrial, sid: string): Promise<string> {
  const { lane, clinic, secretKey, callerPhone, twilioApiUrl } = trial;
  const before = await clinic.sql`select 1 from public.texts where sid = ${sid}`;
  const sentAt = new Date(Date.now() - LONG_AGO_MS).toISOString();
  const text = { sid, to: clinic.phone, from: callerPhone, body: "2", date_sent: sentAt };
  await tellStandIn(lane.line, twilioApiUrl, { texts: [text] });
  await reconcileNow(lane.line, secretKey);
  const [after] = await clinic.sql<{ outcome: string }[]>`select outcome from public.texts where sid = ${sid}`;
  return after === undefined ? "nothing" : before.length > 0 ? after.outcome : "text (brought back)";
}

/** A turn fails and Sentry cannot be told: the caller hears of neither, and the log has it. */
async function withoutSentry(trial: FaultTrial, asking: AskingTurn, fault: Fault): Promise<Verdict> {
  const { lane, secrets } = trial;
  const { flow, turn: broken, operation } = asking;
  lane.sentry.break({ fault });
  const call = await placeCallOf(trial, flow, {
    prepare(request, turn) {
      lane.database.mend();
      if (turn === broken) lane.database.break({ fault: "drop", only: [operation] });
      return request;
    },
  });
  lane.database.mend();
  const turn = call.turns[broken - 1];
  const heard = turn?.said.join(" ") ?? "";
  const requestId = turn?.headers["x-request-id"] ?? "?";
  const isLogged = await comesTrue(() => lane.log().includes(requestId), TOLD_WITHIN_MS);
  lane.sentry.mend();
  // What Sentry had taken before it broke off is told; what it says it has not is in the log as well.
  const isTold = lane.reports.events.some(({ tags }) => tags?.request_id === requestId);
  const tasks = await tasksOf(trial, call);
  return {
    what: "Sentry is broken",
    step: `${flow.name}, ${operation}`,
    fault,
    heard,
    ms: turn?.ms ?? 0,
    staff: tasks.join(", "),
    sentry: isTold ? "all of it" : isLogged ? "nothing: the log has it" : "nothing",
    wrong: [
      ...call.turns.flatMap((one) => wrongWith(one, one.ms, lane.line.publicUrl, secrets)),
      ...(/let me help you another way/.test(heard) ? [] : ["the caller was not helped another way"]),
      ...(tasks.length === 1 ? [] : [`staff got ${tasks.length} tasks`]),
      ...(isTold || isLogged ? [] : ["neither Sentry nor the log got anything of it"]),
      ...privateIn(lane.log(), secrets, "the log"),
    ],
  };
}

/** A message that was left while the database was away waits at Twilio, and Twilio cannot be asked either. */
async function withoutTwilio(trial: FaultTrial, fault: Fault): Promise<Verdict> {
  const { lane, clinic, twilioApiUrl, callerPhone, secretKey } = trial;
  lane.database.break({ fault: "drop" });
  const answer = scripted([`record:${MESSAGE}`]);
  const call = await placeListedCall(lane.line, twilioApiUrl, { to: clinic.phone, from: callerPhone, answer });
  lane.database.mend();
  lane.twilio.break({ fault });
  const began = performance.now();
  const worker = await reconcileNow(lane.line, secretKey);
  const ms = performance.now() - began;
  lane.twilio.mend();
  const meanwhile = await tasksOf(trial, call);
  await reconcileNow(lane.line, secretKey);
  const tasks = await tasksOf(trial, call);
  const report = worker.status === 200 ? null : await reportOf(trial, worker);
  return {
    what: "Twilio's REST is broken",
    step: "worker reconcile",
    fault,
    heard: `${worker.status} ${worker.body}`,
    ms,
    staff: tasks.map((reason) => `${reason} (${meanwhile.includes(reason) ? "at once" : "later"})`).join(", "),
    sentry: toldIn(report),
    wrong: [
      ...(ms > MOST_WORKER_MS ? [`the worker took ${Math.round(ms)} ms`] : []),
      ...leaksOf(trial, worker),
      ...(tasks.length === 1 && tasks[0] === "message" ? [] : [`staff got ${tasks.length} tasks: ${tasks.join(", ")}`]),
      ...(worker.status === 200 || report !== null ? [] : ["Sentry got nothing of it"]),
    ],
  };
}

function leaksOf({ lane, secrets }: FaultTrial, answer: Answered): string[] {
  // Whoever has the key may know what the worker did by its name.
  const names = /"done":/.test(answer.body) ? new Set<string>() : NAMES;
  return leaksTold(answer, lane.line.publicUrl, secrets, names);
}

async function comesTrue(test: () => boolean, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (!test() && performance.now() < until) await delay(50);
  return test();
}
