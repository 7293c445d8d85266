/** The rows of the table that are no turn of a call: other requests, and calls while Sentry or Twilio's REST API is broken. */
import { scripted } from "../../testkit/caller/answers.ts";
import { newSid } from "../../testkit/caller/call-parameters.ts";
import { placeListedCall, tellStandIn } from "../../testkit/caller/listed-call.ts";
import { type Answered, leaksIn } from "../../testkit/answers.ts";
import { NAMES } from "./clinic.ts";
import { type EventKind, EVENTS } from "./events.ts";
import type { Fault } from "../../testkit/faults/fault-proxy.ts";
import { TELLTALE } from "../../testkit/faults/faulty-answers.ts";
import { MESSAGE } from "./flows.ts";
import { MOST_MS, type Ordeal, privateIn, tasksOf, type Verdict, wrongWith } from "./ordeal.ts";
import { type Asking, placeCallOf } from "./rehearsal.ts";
import { errorsIn } from "../../testkit/faults/sentry-double.ts";
import { reconcileNow } from "../../testkit/worker.ts";

/** Nobody waits for the worker, but it has to give up some time. */
const MOST_WORKER_MS = 60_000;
/** Sentry gets two seconds, and the log what Sentry has not taken by then. */
const TOLD_WITHIN_MS = 8000;

/** Whoever answers with status 200 has taken it, as far as a sender can know: nothing is to be seen of these. */
const TAKEN: readonly Fault[] = ["half", "wrong"];
/** Sooner a text is still its webhook's. */
const LONG_AGO_MS = 2 * 60_000;

/** Tries each with the faults that it has to stand. */
export async function sufferAll(
  ordeal: Ordeal,
  faultsFor: (index: number) => readonly Fault[],
  askings: readonly Asking[],
  add: (row: Verdict) => void,
): Promise<void> {
  for (const [index, event] of EVENTS.entries()) {
    for (const fault of faultsFor(index)) add(await suffer(ordeal, event, fault));
  }
  const claim = askings.find(({ operation }) => operation === "claim_slot_atomic");
  for (const fault of faultsFor(0)) {
    if (claim !== undefined && !TAKEN.includes(fault)) add(await withoutSentry(ordeal, claim, fault));
    add(await withoutTwilio(ordeal, fault));
  }
}

async function suffer(ordeal: Ordeal, event: EventKind, fault: Fault): Promise<Verdict> {
  const { lane, clinic, secretKey, secrets, callerPhone } = ordeal;
  const messageSid = newSid("CA").replace("CA", "SM");
  await event.prepare?.(clinic.sql);
  lane.database.break({ fault, ...(event.operation !== null && { only: [event.operation] }) });
  const began = performance.now();
  const answer = await event.send({ line: lane.line, secretKey, to: clinic.phone, from: callerPhone, messageSid });
  const ms = performance.now() - began;
  lane.database.mend();
  const staff = event.name === "sms" ? await bringTextBack(ordeal, messageSid) : "nothing";
  const report = await lane.reports.event(
    ({ tags, exception }) => tags?.request_id === answer.headers["x-request-id"] && exception !== undefined,
    MOST_MS,
  );
  const judged = event.judge(answer);
  return {
    what: event.name,
    step: event.operation ?? "no database",
    fault,
    heard: `${answer.status} ${answer.body.replace(/<[^>]*>/g, " ").trim()}`,
    ms,
    staff,
    sentry: report === null ? "nothing" : errorsIn(report).join(", "),
    wrong: [
      ...(event.name === "sms" && staff === "nothing" ? ["the text is lost"] : []),
      ...(ms > (event.name === "worker" ? MOST_WORKER_MS : MOST_MS) ? [`the answer took ${Math.round(ms)} ms`] : []),
      ...(judged === null ? [] : [judged]),
      ...leaksOf(ordeal, answer),
      ...(report === null ? ["Sentry got nothing of it"] : []),
      ...privateIn(lane.reports.raw.join("\n"), [callerPhone.slice(1), ...secrets], "Sentry"),
    ],
  };
}

/** Twilio keeps a text, whatever its webhook came to. */
async function bringTextBack(
  { lane, clinic, secretKey, callerPhone, twilioApiUrl }: Ordeal,
  sid: string,
): Promise<string> {
  const before = await clinic.sql`select 1 from public.texts where sid = ${sid}`;
  const sentAt = new Date(Date.now() - LONG_AGO_MS).toISOString();
  const text = { sid, to: clinic.phone, from: callerPhone, body: "2", date_sent: sentAt };
  await tellStandIn(lane.line, twilioApiUrl, { texts: [text] });
  await reconcileNow(lane.line, secretKey);
  const [after] = await clinic.sql<{ outcome: string }[]>`select outcome from public.texts where sid = ${sid}`;
  return after === undefined ? "nothing" : before.length > 0 ? after.outcome : "text (brought back)";
}

/** A turn fails and Sentry cannot be told: the caller hears of neither, and the log has it. */
async function withoutSentry(
  ordeal: Ordeal,
  { flow, turn: broken, operation }: Asking,
  fault: Fault,
): Promise<Verdict> {
  const { lane, secrets } = ordeal;
  lane.sentry.break({ fault });
  const call = await placeCallOf(ordeal, flow, {
    prepare(request, turn) {
      lane.database.mend();
      if (turn === broken) lane.database.break({ fault: "drop", only: [operation] });
      return request;
    },
  });
  lane.database.mend();
  const turn = call.turns[broken - 1];
  const requestId = turn?.headers["x-request-id"] ?? "?";
  const isLogged = await comesTrue(() => lane.log().includes(requestId), TOLD_WITHIN_MS);
  lane.sentry.mend();
  // What Sentry had taken before it broke off is told; what it says it has not is in the log as well.
  const isTold = lane.reports.events.some(({ tags }) => tags?.request_id === requestId);
  const tasks = await tasksOf(ordeal, call);
  return {
    what: "Sentry is broken",
    step: `${flow.name}, ${operation}`,
    fault,
    heard: turn?.said.join(" ") ?? "",
    ms: turn?.ms ?? 0,
    staff: tasks.join(", "),
    sentry: isTold ? "all of it" : isLogged ? "nothing: the log has it" : "nothing",
    wrong: [
      ...call.turns.flatMap((one) => wrongWith(one, one.ms, lane.line.publicUrl, secrets)),
      ...(/let me help you another way/.test(turn?.said.join(" ") ?? "")
        ? []
        : ["the caller was not helped another way"]),
      ...(tasks.length === 1 ? [] : [`staff got ${tasks.length} tasks`]),
      ...(isTold || isLogged ? [] : ["neither Sentry nor the log got anything of it"]),
      ...privateIn(lane.log(), secrets, "the log"),
    ],
  };
}

/** A message that was left while the database was away waits at Twilio, and Twilio cannot be asked either. */
async function withoutTwilio(ordeal: Ordeal, fault: Fault): Promise<Verdict> {
  const { lane, clinic, twilioApiUrl, callerPhone, secretKey } = ordeal;
  lane.database.break({ fault: "drop" });
  const answer = scripted([`record:${MESSAGE}`]);
  const call = await placeListedCall(lane.line, twilioApiUrl, { to: clinic.phone, from: callerPhone, answer });
  lane.database.mend();
  lane.twilio.break({ fault });
  const began = performance.now();
  const worker = await reconcileNow(lane.line, secretKey);
  const ms = performance.now() - began;
  lane.twilio.mend();
  const meanwhile = await tasksOf(ordeal, call);
  await reconcileNow(lane.line, secretKey);
  const tasks = await tasksOf(ordeal, call);
  const report = await lane.reports.event(
    ({ tags, exception }) => tags?.request_id === worker.headers["x-request-id"] && exception !== undefined,
    worker.status === 200 ? 0 : MOST_MS,
  );
  return {
    what: "Twilio's REST is broken",
    step: "worker reconcile",
    fault,
    heard: `${worker.status} ${worker.body}`,
    ms,
    staff: tasks.map((reason) => `${reason} (${meanwhile.includes(reason) ? "at once" : "later"})`).join(", "),
    sentry: report === null ? "nothing" : errorsIn(report).join(", "),
    wrong: [
      ...(ms > MOST_WORKER_MS ? [`the worker took ${Math.round(ms)} ms`] : []),
      ...leaksOf(ordeal, worker),
      ...(tasks.length === 1 && tasks[0] === "message" ? [] : [`staff got ${tasks.length} tasks: ${tasks.join(", ")}`]),
      ...(worker.status === 200 || report !== null ? [] : ["Sentry got nothing of it"]),
    ],
  };
}

function leaksOf({ lane, secrets }: Ordeal, answer: Answered): string[] {
  // Whoever has the key may know what the worker did by its name.
  const names = /"done":/.test(answer.body) ? new Set<string>() : NAMES;
  return leaksIn(answer, lane.line.publicUrl, { names, secrets: [...secrets, TELLTALE] })
    .map(({ kind, found }) => `the answer leaks a ${kind}: ${found}`);
}

async function comesTrue(test: () => boolean, withinMs: number): Promise<boolean> {
  for (const end = performance.now() + withinMs; !test();) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}
