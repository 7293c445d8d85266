/** One call with one fault at one of its turns, and everything that can be seen of it afterwards. */
import type { Call } from "../../testkit/caller/turns.ts";
import { type Answered, leaksIn, whyNotTwiml } from "../../testkit/answers.ts";
import { NAMES } from "./clinic.ts";
import type { Fault } from "../../testkit/faults/fault-proxy.ts";
import { TELLTALE } from "../../testkit/faults/faulty-answers.ts";
import { MESSAGE, PATIENT, STRANGER } from "./flows.ts";
import { answerOf, type Asking, makeForget, placeCallOf, type Trial } from "./rehearsal.ts";
import { patiently } from "./patience.ts";
import { errorsIn } from "../../testkit/faults/sentry-double.ts";
import { reconcileNow } from "../../testkit/worker.ts";

/** A line of the table. */
export interface Verdict {
  readonly what: string;
  readonly step: string;
  readonly fault: string;
  readonly heard: string;
  readonly ms: number;
  readonly staff: string;
  readonly sentry: string;
  /** What is not as it should be. */
  readonly wrong: readonly string[];
}

/** What the trial must know besides. */
export interface Ordeal extends Trial {
  readonly secretKey: string;
  /** Keys and tokens of the stack, which must not turn up anywhere. */
  readonly secrets: readonly string[];
  /** Kills the database, for the fault "kill". */
  readonly kill: () => Promise<void>;
}

/** Twilio would wait 15 s, a caller would not. */
export const MOST_MS = 4000;
const SENTRY_WITHIN_MS = 4000;
/** What callers told or keyed in, and what the clinic knows of them. */
const PRIVATE = [
  ...STRANGER.split(" "),
  ...PATIENT.name.split(" "),
  PATIENT.birth,
  PATIENT.keyed,
  MESSAGE,
  "marmalade",
  "park my car",
];

/** What is broken, where, and for how long. */
export interface Trouble {
  readonly asking: Asking;
  readonly fault: Fault;
  /** Until the call is over and all its callbacks are answered, and whatever is asked; else for the one turn. */
  readonly lasts: boolean;
}

/** Places the call, breaks what is behind the turn, and judges. */
export async function undergo(ordeal: Ordeal, trouble: Trouble): Promise<Verdict> {
  const { asking, fault, lasts } = trouble;
  const { lane, callerPhone } = ordeal;
  const { flow, turn: broken, step, operation } = asking;
  let killed: Promise<void> | undefined;
  const call = await placeCallOf(ordeal, flow, {
    async prepare(request, turn) {
      if (!lasts) lane.database.mend();
      if (turn !== broken) return request;
      // A function that remembers the clinic would not ask, and what is not asked cannot fail.
      if (turn > 1 && operation === "begin_call") await makeForget(ordeal);
      const onHit = () => fault === "kill" && (killed = ordeal.kill());
      lane.database.break({ fault, onHit, ...(!lasts && { only: [operation] }) });
      return request;
    },
    // Callbacks come while the call goes on: here they wait, so that the fault strikes the turn alone.
    callbacks: lasts ? "in order" : (events) => {
      lane.database.mend();
      return events;
    },
  });
  lane.database.mend();
  await killed;

  const turn = call.turns[broken - 1];
  if (turn === undefined) return verdict(trouble, { wrong: [`the call ended before turn ${broken}`] });
  const before = await tasksOf(ordeal, call);
  await reconciled(ordeal);
  const tasks = await tasksOf(ordeal, call);
  // A killed server may have finished its answer in its last millisecond.
  const survived = fault === "kill" && turn.verbs.every(({ verb }) => verb !== "Record");
  const report = survived ? null : await lane.reports.event(
    ({ tags, exception }) => tags?.request_id === turn.headers["x-request-id"] && exception !== undefined,
    SENTRY_WITHIN_MS,
  );
  const wrong = [
    ...call.turns.flatMap((one) => wrongWith(answerOf(one), one.ms, lane.line.publicUrl, ordeal.secrets)),
    ...(survived ? [] : wrongWithWhatWasHeard(call, broken, step)),
    ...await wrongWithConfirmation(ordeal, call),
    ...wrongWithTasks(call, tasks, flow.leaves === "nothing" && flow.ends.test(call.said.join(" "))),
    ...(report === null && !survived ? ["Sentry got nothing of it"] : []),
    ...privateIn(lane.reports.raw.join("\n"), [...PRIVATE, callerPhone.slice(1), ...ordeal.secrets], "Sentry"),
    ...privateIn(lane.log(), [...PRIVATE, callerPhone.slice(1), ...ordeal.secrets], "the log"),
  ];
  return verdict(trouble, {
    heard: turn.said.join(" "),
    ms: turn.ms,
    staff: tasks.map((reason) => (before.includes(reason) ? reason : `${reason} (brought back)`)).join(", ") ||
      "nothing",
    sentry: report !== null ? errorsIn(report).join(", ") : survived ? "nothing: it was answered" : "nothing",
    wrong,
  });
}

/** What is wrong with an answer in itself, whatever was asked. */
export function wrongWith(answer: Answered, ms: number, published: string, secrets: readonly string[]): string[] {
  const leaks = leaksIn(answer, published, { names: NAMES, secrets: [...secrets, TELLTALE] });
  const notTwiml = whyNotTwiml(answer);
  return [
    ...(ms > MOST_MS ? [`an answer took ${Math.round(ms)} ms`] : []),
    ...(notTwiml === null ? [] : [`an answer is no TwiML: ${notTwiml}`]),
    ...leaks.map(({ kind, found }) => `an answer leaks a ${kind}: ${found}`),
  ];
}

/** Names and numbers of people, and keys of ours, where they must not be. */
export function privateIn(text: string, words: readonly string[], where: string): string[] {
  return words.filter((word) => word !== "" && text.includes(word)).map((word) => `${where} has "${word}"`);
}

function wrongWithWhatWasHeard(call: Call, broken: number, step: string): string[] {
  const said = call.turns[broken - 1]?.said.join(" ") ?? "";
  const isHelped = step === "message"
    ? /Your message was recorded/.test(said)
    : /let me help you another way/.test(said) && /after the tone/.test(said) && call.recordings.length === 1;
  return isHelped ? [] : ["the caller was not helped another way"];
}

/** Whoever heard that it is booked has it, once. */
async function wrongWithConfirmation({ clinic }: Ordeal, call: Call): Promise<string[]> {
  const code = /Your code is ((?:\d, ){5}\d)/.exec(call.said.join(" "))?.[1]?.replaceAll(", ", "");
  if (code === undefined) return [];
  const [found] = await clinic.sql<{ count: number }[]>`
    select count(*)::int as count from public.appointments
    where org_id = ${clinic.orgId} and code = ${code} and status = 'booked'`;
  return found?.count === 1 ? [] : [`the caller heard of an appointment that is there ${found?.count} times`];
}

/** A task for each message; for a call without one, a task if it came to nothing. */
function wrongWithTasks(call: Call, tasks: readonly string[], isDone: boolean): string[] {
  const expected = call.recordings.length > 0 ? call.recordings.length : isDone ? 0 : 1;
  return tasks.length === expected
    ? []
    : [`staff got ${tasks.length} tasks instead of ${expected}: ${tasks.join(", ") || "none"}`];
}

/** The reasons of the tasks that staff got of a call. */
export async function tasksOf({ clinic }: Ordeal, call: Call): Promise<string[]> {
  const rows = await patiently(() =>
    clinic.sql<{ reason: string }[]>`
      select reason from public.follow_up_tasks where org_id = ${clinic.orgId} and call_sid = ${call.callSid}`
  );
  return rows.map(({ reason }) => reason);
}

/** The job that brings back what was missed; it runs again until the database is there to take it. */
async function reconciled({ lane, secretKey }: Ordeal): Promise<void> {
  await patiently(async () => {
    const { status } = await reconcileNow(lane.line, secretKey);
    if (status !== 200) throw new Error("The worker could not reconcile.");
  });
}

function verdict({ asking, fault, lasts }: Trouble, seen: Partial<Verdict> & Pick<Verdict, "wrong">): Verdict {
  const { flow, step, operation } = asking;
  return {
    what: flow.name,
    step: lasts ? `${step}, and so it stays` : `${step} ${operation}`,
    fault,
    heard: "",
    ms: 0,
    staff: "",
    sentry: "",
    ...seen,
  };
}
