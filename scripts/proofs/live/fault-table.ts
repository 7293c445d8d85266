/** Every turn of every flow, and every other request, with every fault: the rows of the table. */
import * as booking from "../../../supabase/functions/_desk/operations/booking.ts";
import * as calls from "../../../supabase/functions/_desk/operations/calls.ts";
import { checkHealth } from "../../../supabase/functions/_desk/operations/jobs.ts";
import { leaksIn } from "../../testkit/answers.ts";
import { NAMES, openTrialClinic } from "./clinic.ts";
import { EVENTS } from "./events.ts";
import type { Fault } from "../../testkit/faults/fault-proxy.ts";
import { FLOWS } from "./flows.ts";
import { openLane } from "../../testkit/faults/lane.ts";
import { type Ordeal, type Trouble, undergo, type Verdict } from "./ordeal.ts";
import { killPostgres } from "./postgres-killer.ts";
import { type Asking, rehearse } from "./rehearsal.ts";
import type { StackEnvironment } from "../../testkit/stack-environment.ts";
import { sufferAll } from "./suffering.ts";
import { holdReconciliation } from "../../testkit/worker.ts";

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
  // The stack has a worker of its own, whose world is not broken: it would bring back what ours is tried for.
  await using _held = await holdReconciliation(first.clinic.sql);
  const askings = await rehearseAll(first, add);
  add(whetherAllIsAsked(askings));
  const troubles = askings.flatMap((asking, index) =>
    faultsFor(index).map((fault): Trouble => ({ asking, fault, lasts: false }))
  );
  const lasting = worstMoments(askings).flatMap((asking, index) =>
    faultsFor(index).map((fault): Trouble => ({ asking, fault, lasts: true }))
  );
  const gentle = [...troubles, ...lasting].filter(({ fault }) => fault !== "kill");
  await Promise.all(ordeals.map(async (ordeal) => {
    for (let next = gentle.shift(); next !== undefined; next = gentle.shift()) add(await undergo(ordeal, next));
  }));
  for (const trouble of troubles.filter(({ fault }) => fault === "kill")) add(await undergo(first, trouble));
  await sufferAll(first, (index) => faultsFor(index).filter((fault) => fault !== "kill"), askings, add);
  return rows;
}

/** A lane and a clinic of its own, so that what one tries is not in another's way. */
async function openOrdeal(stack: StackEnvironment, number: number, opened: AsyncDisposableStack): Promise<Ordeal> {
  const functions = number === 0 ? {} : { functions: ["voice", "voice-status", "worker"] };
  const lane = opened.use(await openLane(stack, functions));
  const clinic = opened.use(await openTrialClinic(stack, number));
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
    const isNew = (one: Asking) =>
      flow.isVariation ? !askings.some((other) => isSame(one, other)) : index === 0 || one.turn > 1;
    askings.push(...asking.filter(isNew));
  }
  return askings;
}

function isSame(one: Asking, other: Asking): boolean {
  return one.step === other.step && one.operation === other.operation;
}

/** When it is worst to lose the database for good: at the first ring, and when an errand is about to be done. */
function worstMoments(askings: readonly Asking[]): Asking[] {
  const moments = askings.slice(0, 1);
  for (const { flow } of askings) {
    const last = askings.findLast((asking) => asking.flow === flow);
    if (last !== undefined && !flow.isVariation && !moments.some((one) => isSame(one, last))) moments.push(last);
  }
  return moments;
}

/** A question to the database that no turn of these calls asks would never be seen to fail. */
function whetherAllIsAsked(askings: readonly Asking[]): Verdict {
  const asked = new Set([...askings, ...EVENTS].map(({ operation }) => operation));
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
