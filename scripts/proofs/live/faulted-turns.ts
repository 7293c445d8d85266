/** One call with one fault at one of its turns, and everything that can be seen of it afterwards. */
import { type Answered, leaksIn, whyNotTwiml } from "../../testkit/answers.ts";
import type { Call } from "../../testkit/caller/turns.ts";
import { type Fault, TELLTALE } from "../../testkit/faults/fault-proxy.ts";
import { errorsIn, type Report } from "../../testkit/faults/sentry-double.ts";
import { reconcileNow } from "../../testkit/worker.ts";
import { MESSAGE, NEW_CALLER, PATIENT } from "./flows.ts";
import { retry } from "./retry.ts";
import { type AskingTurn, makeForget, placeCallOf, type Trial } from "./trial-calls.ts";
import { NAMES } from "./trial-clinic.ts";

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

/** What a trial with faults must know besides. */
export interface FaultTrial extends Trial {
  readonly secretKey: string;
  /** Keys and tokens of the stack, which must not turn up anywhere. */
  readonly secrets: readonly string[];
  /** Kills the database, for the fault "kill". */
  readonly kill: () => Promise<void>;
}

/** Twilio would wait 15 s, a caller would not. */
export const MOST_MS = 4000;
/** What callers told or keyed in, and what the clinic knows of them. */
const PRIVATE = [
  ...NEW_CALLER.split(" "),
  ...PATIENT.name.split(" "),
  PATIENT.birth,
  PATIENT.keyed,
  MESSAGE,
  "marmalade",
  "park my car",
];

/** What is broken, where, and for how long. */
export interface FaultyTurn {
  readonly asking: AskingTurn;
  readonly fault: Fault;
  /** Until the call is over and all its callbacks are answered, and whatever is asked; else for the one turn. */
  readonly lasts: boolean;
}

/** Places the call, breaks what is behind the turn, and judges. */
export async function tryFaultyTurn(trial: FaultTrial, faulty: FaultyTurn): Promise<Verdict> {
  const { asking: { flow, turn: broken, step, operation }, fault, lasts } = faulty;
  const { lane, callerPhone, secrets } = trial;
  const verdict = { what: flow.name, step: lasts ? `${step}, and so it stays` : `${step} ${operation}`, fault };
  const { call, killed } = await placeFaultyCall(trial, faulty);
  await killed;
  const turn = call.turns[broken - 1];
  if (turn === undefined) {
    return { ...verdict, heard: "", ms: 0, staff: "", sentry: "", wrong: [`the call ended before turn ${broken}`] };
  }
  const before = await tasksOf(trial, call);
  await reconcile(trial);
  const tasks = await tasksOf(trial, call);
  // A killed server may have finished its answer in its last millisecond.
  const survived = fault === "kill" && turn.verbs.every(({ verb }) => verb !== "Record");
  const report = survived ? null : await reportOf(trial, turn);
  return {
    ...verdict,
    heard: turn.said.join(" "),
    ms: turn.ms,
    staff: tasks.map((reason) => (before.includes(reason) ? reason : `${reason} (brought back)`)).join(", ") ||
      "nothing",
    sentry: survived ? "nothing: it was answered" : toldIn(report),
    wrong: [
      ...call.turns.flatMap((one) => wrongWith(one, one.ms, lane.line.publicUrl, secrets)),
      ...(survived ? [] : wrongWithWhatWasHeard(call, broken, step)),
      ...await wrongWithConfirmation(trial, call),
      ...wrongWithTasks(call, tasks, flow.leaves === "nothing" && flow.ends.test(call.said.join(" "))),
      ...(report === null && !survived ? ["Sentry got nothing of it"] : []),
      ...privateIn(lane.reports.raw.join("\n"), [...PRIVATE, callerPhone.slice(1), ...secrets], "Sentry"),
      ...privateIn(lane.log(), [...PRIVATE, callerPhone.slice(1), ...secrets], "the log"),
    ],
  };
}

async function placeFaultyCall(
  trial: FaultTrial,
  { asking: { flow, turn: broken, operation }, fault, lasts }: FaultyTurn,
): Promise<{ call: Call; killed: Promise<void> | undefined }> {
  const { database } = trial.lane;
  let killed: Promise<void> | undefined;
  const call = await placeCallOf(trial, flow, {
    async prepare(request, turn) {
      if (!lasts) database.mend();
      if (turn !== broken) return request;
      // A function that remembers the clinic would not ask, and what is not asked cannot fail.
      if (turn > 1 && operation === "begin_call") await makeForget(trial);
      const onHit = () => void (fault === "kill" && (killed = trial.kill()));
      database.break({ fault, onHit, ...(!lasts && { only: [operation] }) });
      return request;
    },
    // Callbacks come while the call goes on: here they wait, so that the fault strikes the turn alone.
    callbacks: lasts ? "in order" : (events) => {
      database.mend();
      return events;
    },
  });
  database.mend();
  return { call, killed };
}

/** What Sentry was told of an answer; null when it was not within some seconds. */
export function reportOf({ lane }: Trial, { headers }: Pick<Answered, "headers">): Promise<Report | null> {
  return lane.reports.event(
    ({ tags, exception }) => tags?.request_id === headers["x-request-id"] && exception !== undefined,
    MOST_MS,
  );
}

/** The same in a few words. */
export function toldIn(report: Report | null): string {
  return report === null ? "nothing" : errorsIn(report).join(", ");
}

/** What is wrong with an answer to a call in itself, whatever was asked. */
export function wrongWith(answer: Answered, ms: number, published: string, secrets: readonly string[]): string[] {
  const notTwiml = whyNotTwiml(answer);
  return [
    ...(ms > MOST_MS ? [`an answer took ${Math.round(ms)} ms`] : []),
    ...(notTwiml === null ? [] : [`an answer is no TwiML: ${notTwiml}`]),
    ...leaksTold(answer, published, secrets),
  ];
}

/** What an answer gives away, in words. `names` are those of the database that it may not tell. */
export function leaksTold(
  answer: Answered,
  published: string,
  secrets: readonly string[],
  names: ReadonlySet<string> = NAMES,
): string[] {
  return leaksIn(answer, published, { names, secrets: [...secrets, TELLTALE] })
    .map(({ kind, found }) => `an answer leaks a ${kind}: ${found}`);
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

/** The code that a caller was told; undefined when they were told none. */
export function codeHeardIn(call: Call): string | undefined {
  return /Your code is ((?:\d, ){5}\d)/.exec(call.said.join(" "))?.[1]?.replaceAll(", ", "");
}

/** Whoever heard that it is booked has it, once. */
async function wrongWithConfirmation({ clinic }: Trial, call: Call): Promise<string[]> {
  const code = codeHeardIn(call);
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
export async function tasksOf({ clinic }: Trial, call: Call): Promise<string[]> {
  const rows = await retry(() =>
    clinic.sql<{ reason: string }[]>`
      select reason from public.follow_up_tasks where org_id = ${clinic.orgId} and call_sid = ${call.callSid}`
  );
  return rows.map(({ reason }) => reason);
}

/** Brings back what was missed; tried again until the database is there to take it. */
async function reconcile({ lane, secretKey }: FaultTrial): Promise<void> {
  await retry(async () => {
    const { status } = await reconcileNow(lane.line, secretKey);
    if (status !== 200) throw new Error("The worker could not reconcile.");
  });
}
