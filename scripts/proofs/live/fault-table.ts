/** Every turn of every flow, and every other request, with every fault: the rows of the table. */
import * as booking from "../../../supabase/functions/_desk/operations/booking.ts";
import * as calls from "../../../supabase/functions/_desk/operations/calls.ts";
import { checkHealth } from "../../../supabase/functions/_desk/operations/jobs.ts";
import { needed, secretsOf, type StackEnvironment } from "../../testkit/environment.ts";
import type { Fault } from "../../testkit/faults/fault-proxy.ts";
import { openLane } from "../../testkit/faults/lane.ts";
import { holdReconciliation } from "../../testkit/worker.ts";
import { OTHER_REQUESTS, tryFaultyRequests } from "./faulted-requests.ts";
import { type FaultTrial, type FaultyTurn, leaksTold, tryFaultyTurn, type Verdict } from "./faulted-turns.ts";
import { FLOWS } from "./flows.ts";
import { killPostgres } from "./retry.ts";
import { type AskingTurn, placeWatchedCall } from "./trial-calls.ts";
import { openTrialClinic } from "./trial-clinic.ts";

/** The faults of what answers us, in the order in which they are tried; the killing comes last, since all share a server. */
export const FAULTS: readonly Fault[] = [
  "refuse",
  "hang",
  "drop",
  "cut",
  "late",
  "trickle",
  "error",
  "restarting",
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
  const trials = await Promise.all(Array.from({ length: lanes }, (_, number) => openTrial(stack, number, opened)));
  const [first] = trials;
  if (first === undefined) throw new RangeError("There has to be a lane.");

  const rows: Verdict[] = [];
  const add = (row: Verdict) => {
    rows.push(row);
    onRow(row);
  };
  // The stack has a worker of its own, whose world is not broken: it would bring back what ours is tried for.
  await using _held = await holdReconciliation(first.clinic.sql);
  const asking = await tryWithoutFaults(first, add);
  add(whetherAllIsAsked(asking));
  const faultyTurns = (turns: readonly AskingTurn[], lasts: boolean) =>
    turns.flatMap((turn, index) => faultsFor(index).map((fault): FaultyTurn => ({ asking: turn, fault, lasts })));
  const all = faultyTurns(asking, false);
  const gentle = [...all, ...faultyTurns(worstMoments(asking), true)].filter(({ fault }) => fault !== "kill");
  await Promise.all(trials.map(async (trial) => {
    for (let next = gentle.shift(); next !== undefined; next = gentle.shift()) add(await tryFaultyTurn(trial, next));
  }));
  for (const turn of all.filter(({ fault }) => fault === "kill")) add(await tryFaultyTurn(first, turn));
  await tryFaultyRequests(first, (index) => faultsFor(index).filter((fault) => fault !== "kill"), asking, add);
  return rows;
}

/** A lane and a clinic of its own, so that what one tries is not in another's way. */
async function openTrial(stack: StackEnvironment, number: number, opened: AsyncDisposableStack): Promise<FaultTrial> {
  const functions = number === 0 ? {} : { functions: ["voice", "voice-status", "worker"] };
  return {
    lane: opened.use(await openLane(stack, functions)),
    clinic: opened.use(await openTrialClinic(stack, number)),
    twilioApiUrl: needed(stack, "TWILIO_API_URL"),
    callerPhone: `+1212555018${number}`,
    secretKey: needed(stack, "SECRET_KEY"),
    secrets: secretsOf(stack),
    kill: () => killPostgres(needed(stack, "STACK_DIR")),
  };
}

/** Each flow once without faults; the turn in which a call comes in is the same for all, and is tried with the first. */
async function tryWithoutFaults(trial: FaultTrial, add: (row: Verdict) => void): Promise<AskingTurn[]> {
  const all: AskingTurn[] = [];
  for (const [index, flow] of FLOWS.entries()) {
    const { call, asking } = await placeWatchedCall(trial, flow);
    const [tasks] = await trial.clinic.sql<{ count: number }[]>`
      select count(*)::int as count from public.follow_up_tasks where call_sid = ${call.callSid}`;
    add({
      what: flow.name,
      step: `${call.turns.length} turns`,
      fault: "none",
      heard: call.said.at(-1) ?? "",
      ms: Math.max(...call.turns.map((turn) => turn.ms)),
      staff: flow.leaves,
      sentry: "nothing",
      wrong: [
        ...(flow.ends.test(call.said.join(" ")) ? [] : [`the call did not end as it should: ${call.said.at(-1)}`]),
        ...(tasks?.count === (flow.leaves === "nothing" ? 0 : 1) ? [] : [`it left ${tasks?.count} tasks`]),
        ...call.turns.flatMap((turn) => leaksTold(turn, trial.lane.line.publicUrl, trial.secrets)),
      ],
    });
    const isNew = (one: AskingTurn) =>
      flow.isVariation ? !all.some((other) => isSame(one, other)) : index === 0 || one.turn > 1;
    all.push(...asking.filter(isNew));
  }
  return all;
}

function isSame(one: AskingTurn, other: AskingTurn): boolean {
  return one.step === other.step && one.operation === other.operation;
}

/** When it is worst to lose the database for good: at the first ring, and when an errand is about to be done. */
function worstMoments(asking: readonly AskingTurn[]): AskingTurn[] {
  const moments = asking.slice(0, 1);
  for (const { flow } of asking) {
    const last = asking.findLast((one) => one.flow === flow);
    if (last !== undefined && !flow.isVariation && !moments.some((one) => isSame(one, last))) moments.push(last);
  }
  return moments;
}

/** A question to the database that no turn of these calls asks would never be seen to fail. */
function whetherAllIsAsked(asking: readonly AskingTurn[]): Verdict {
  const asked = new Set([...asking, ...OTHER_REQUESTS].map(({ operation }) => operation));
  const operations = [...Object.values({ ...booking, ...calls }), checkHealth].map(({ rpc }) => rpc);
  const never = operations.filter((operation) => !asked.has(operation));
  return {
    what: "all of them",
    step: `${operations.length - never.length} questions`,
    fault: "none",
    heard: "",
    ms: 0,
    staff: "",
    sentry: "",
    wrong: never.map((operation) => `${operation} is never asked`),
  };
}
