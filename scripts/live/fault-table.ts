/** Every turn of every flow, and every other request, with every fault: the rows of the table. */
import { leaksIn } from "./answers.ts";
import { NAMES, openTrialClinic } from "./clinic.ts";
import { type EventKind, EVENTS } from "./events.ts";
import { type Fault, TELLTALE } from "./fault-proxy.ts";
import { FLOWS } from "./flows.ts";
import { openLane, type StackEnvironment } from "./lane.ts";
import { MOST_MS, type Ordeal, privateIn, undergo, type Verdict } from "./ordeal.ts";
import { killPostgres } from "./postgres-killer.ts";
import { type Asking, rehearse } from "./rehearsal.ts";
import { errorsIn } from "./sentry-double.ts";

/** The faults of what answers us, in the order in which they are tried; the killing comes last, since all share a server. */
export const FAULTS: readonly Fault[] = [
  "refuse",
  "hang",
  "drop",
  "cut",
  "late",
  "trickle",
  "error",
  "html",
  "half",
  "wrong",
  "kill",
];

/** What is tried. */
export interface TableOptions {
  /** Which faults a turn meets; all, unless a test is in a hurry. */
  readonly faultsFor?: (index: number) => readonly Fault[];
  /** Lanes side by side: most of the time is spent waiting for what never answers. */
  readonly lanes?: number;
  readonly onRow?: (row: Verdict) => void;
}

/** Tries it all on the stack and gives the rows. */
export async function tryFaults(stack: StackEnvironment, options: TableOptions = {}): Promise<Verdict[]> {
  const { faultsFor = () => FAULTS, lanes = 3, onRow = () => {} } = options;
  await using opened = new AsyncDisposableStack();
  const ordeals = await Promise.all(
    Array.from({ length: lanes }, (_, number) => openOrdeal(stack, number, opened)),
  );
  const [first] = ordeals;
  if (first === undefined) throw new RangeError("There has to be a lane.");

  const rows: Verdict[] = [];
  const add = (row: Verdict) => {
    rows.push(row);
    onRow(row);
  };
  const askings = await rehearseAll(first, add);
  const tasks = askings.flatMap((asking, index) => faultsFor(index).map((fault) => ({ asking, fault })));
  const gentle = tasks.filter(({ fault }) => fault !== "kill");
  await Promise.all(ordeals.map(async (ordeal) => {
    for (let next = gentle.shift(); next !== undefined; next = gentle.shift()) {
      add(await undergo(ordeal, next.asking, next.fault));
    }
  }));
  for (const { asking, fault } of tasks.filter((task) => task.fault === "kill")) {
    add(await undergo(first, asking, fault));
  }
  for (const [index, event] of EVENTS.entries()) {
    for (const fault of faultsFor(index)) if (fault !== "kill") add(await suffer(first, event, fault));
  }
  return rows;
}

/** A lane and a clinic of its own, so that what one tries is not in another's way. */
async function openOrdeal(stack: StackEnvironment, number: number, opened: AsyncDisposableStack): Promise<Ordeal> {
  const functions = number === 0 ? {} : { functions: ["voice", "voice-status", "worker"] };
  const lane = opened.use(await openLane(stack, functions));
  const clinic = opened.use(await openTrialClinic(stack.DB_URL ?? "", number));
  const { SECRET_KEY = "", PUBLISHABLE_KEY = "", TWILIO_AUTH_TOKEN = "", TWILIO_API_URL = "", STACK_DIR = "" } = stack;
  return {
    lane,
    clinic,
    twilioApiUrl: TWILIO_API_URL,
    callerPhone: `+1212555018${number}`,
    secretKey: SECRET_KEY,
    secrets: [SECRET_KEY, PUBLISHABLE_KEY, TWILIO_AUTH_TOKEN],
    kill: () => killPostgres(STACK_DIR),
  };
}

/** Each flow once without faults; the turn in which a call comes in is the same for all, and is tried with the first. */
async function rehearseAll(ordeal: Ordeal, add: (row: Verdict) => void): Promise<Asking[]> {
  const askings: Asking[] = [];
  for (const [index, flow] of FLOWS.entries()) {
    const { call, asking } = await rehearse(ordeal, flow);
    const said = call.said.join(" ");
    const [tasks] = await ordeal.clinic.sql<{ count: number }[]>`
      select count(*)::int as count from public.follow_up_tasks where call_sid = ${call.callSid}`;
    const wrong = [
      ...(flow.ends.test(said) ? [] : [`the call did not end as it should: ${call.said.at(-1)}`]),
      ...(tasks?.count === (flow.leaves === "nothing" ? 0 : 1) ? [] : [`it left ${tasks?.count} tasks`]),
      ...call.turns.flatMap((turn) =>
        leaksIn(turn, ordeal.lane.line.publicUrl, { names: NAMES, secrets: ordeal.secrets }).map(({ kind, found }) =>
          `an answer leaks a ${kind}: ${found}`
        )
      ),
    ];
    add({
      what: flow.name,
      step: `${call.turns.length} turns`,
      fault: "none",
      heard: call.said.at(-1) ?? "",
      ms: Math.max(...call.turns.map((turn) => turn.ms)),
      staff: flow.leaves,
      sentry: "nothing",
      wrong,
    });
    askings.push(...asking.filter(({ turn }) => index === 0 || turn > 1));
  }
  return askings;
}

async function suffer(
  { lane, clinic, secretKey, secrets, callerPhone }: Ordeal,
  event: EventKind,
  fault: Fault,
): Promise<Verdict> {
  lane.database.break({ fault, ...(event.operation !== null && { only: [event.operation] }) });
  const began = performance.now();
  const answer = await event.send({ line: lane.line, secretKey, to: clinic.phone, from: callerPhone });
  const ms = performance.now() - began;
  lane.database.mend();
  const report = await lane.reports.event(({ tags }) => tags?.request_id === answer.headers["x-request-id"], MOST_MS);
  const judged = event.judge(answer);
  const leaks = leaksIn(answer, lane.line.publicUrl, { names: NAMES, secrets: [...secrets, TELLTALE] });
  return {
    what: event.name,
    step: event.operation ?? "no database",
    fault,
    heard: `${answer.status} ${answer.body.replace(/<[^>]*>/g, " ").trim()}`,
    ms,
    staff: "nothing",
    sentry: report === null ? "nothing" : errorsIn(report).join(", "),
    wrong: [
      ...(ms > MOST_MS ? [`the answer took ${Math.round(ms)} ms`] : []),
      ...(judged === null ? [] : [judged]),
      ...leaks.map(({ kind, found }) => `the answer leaks a ${kind}: ${found}`),
      ...(report === null ? ["Sentry got nothing of it"] : []),
      ...privateIn(lane.reports.raw.join("\n"), [callerPhone.slice(1), ...secrets], "Sentry"),
    ],
  };
}
