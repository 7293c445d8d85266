/** Whole calls through the front door, while everything behind it breaks. */
import { z } from "zod";
import { BadArguments, type Command } from "../../command/command.ts";
import { flag, readOptions, wholeNumber } from "../../command/options.ts";
import { readEnvFile } from "../../stack/env-file.ts";
import { phoneOption } from "../../testkit/caller/call-parameters.ts";
import { lineTo, needed, secretsOf, type StackEnvironment } from "../../testkit/environment.ts";
import { openLane } from "../../testkit/faults/lane.ts";
import { conclude, type Count, sumOf } from "../../testkit/running/totals.ts";
import { openStack } from "../../testkit/stack.ts";
import { tableOf } from "../../testkit/table.ts";
import { type Deployed, verifyDeployed } from "./deployed.ts";
import { tryHistories } from "./event-histories.ts";
import { FAULTS, tryFaults } from "./fault-table.ts";
import type { Verdict } from "./faulted-turns.ts";
import { fuzz } from "./fuzz.ts";
import { killUnderCalls } from "./kills.ts";
import { replay, REPLAYED } from "./replays.ts";
import { killPostgres } from "./retry.ts";
import { openTrialClinic } from "./trial-clinic.ts";

const PARTS = { faults, histories, replays, fuzz: fuzzed, kills };
type PartName = keyof typeof PARTS;

const usage = `deno task test:live [--only PARTS] [--quick] [--seed N] [--stack DIR]
deno task test:live --url https://PROJECT.supabase.co/functions/v1 [--to +1...] [--from +1...]

Whole calls through the front door, with everything behind it broken at every step in turn. It runs on the running stack
(the folder in STACK_DIR, or .stack), and starts one for itself when there is none.

  --only PARTS   of ${Object.keys(PARTS).join(", ")}: these alone, separated by commas
  --quick        one fault a step, and a tenth of the rest
  --seed N       the seed that a failed run printed
  --stack DIR    the folder of a running stack

With --url it calls a deployed project instead, whose functions answer there, and breaks nothing. TWILIO_AUTH_TOKEN has to
be in the environment (and TWILIO_ACCOUNT_SID may be). No other host is called, and there are as many calls as errands:
they book, ask and leave messages for real, so name the number of a clinic that is there for trying.

  --to NUMBER    the clinic's number; +12125550100 when it is not given
  --from NUMBER  the caller's`;

const options = {
  only: z.string().default(Object.keys(PARTS).join()).transform((text) => text.split(",")),
  quick: flag,
  seed: wholeNumber(0, 1e9).default(() => Math.floor(Math.random() * 1e6)),
  stack: z.string().optional(),
  url: z.url("takes the functions' address.").optional(),
  to: phoneOption.default("+12125550100"),
  from: phoneOption.default("+12125550123"),
};

/** What is verified: a stack, or what is deployed somewhere. */
export type Wanted =
  | { readonly parts: readonly PartName[]; readonly extent: Extent; readonly stackDir: string }
  | { readonly deployed: Deployed };

/** How much is tried: all, or a tenth of it for a first look. */
interface Extent {
  readonly seed: number;
  readonly isQuick: boolean;
}

/** Reads arguments and environment. */
export function readLiveArguments(args: readonly string[], environment: StackEnvironment): Wanted {
  const { only, quick, seed, stack, url, to, from } = readOptions(args, options);
  if (url !== undefined) {
    const { TWILIO_AUTH_TOKEN: authToken, TWILIO_ACCOUNT_SID: accountSid } = environment;
    if (!authToken) throw new BadArguments("Without TWILIO_AUTH_TOKEN in the environment no call can be signed.");
    return { deployed: { url: new URL(url), authToken, accountSid: accountSid || null, to, from } };
  }
  const parts = only.filter((name): name is PartName => Object.hasOwn(PARTS, name));
  const unknown = only.find((name) => !Object.hasOwn(PARTS, name));
  if (unknown !== undefined) throw new BadArguments(`There is no part "${unknown}".`);
  return { parts, extent: { seed, isQuick: quick }, stackDir: stack ?? (environment.STACK_DIR || ".stack") };
}

async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const wanted = readLiveArguments(args, Deno.env.toObject());
  if ("deployed" in wanted) return conclude(await orStopped(verifyOutside(wanted.deployed), signal));
  return conclude(await verifyStack(wanted, signal));
}

async function verifyOutside(deployed: Deployed): Promise<Count> {
  console.log(`Calling ${deployed.to} at ${deployed.url.href}\n\n${table.heading}`);
  return countRows(await verifyDeployed(deployed, printRow));
}

async function verifyStack(
  { parts, extent, stackDir }: Extract<Wanted, { stackDir: string }>,
  signal: AbortSignal,
): Promise<Count> {
  const isRunning = readEnvFile(stackDir) !== null;
  console.log(
    isRunning ? `On the stack that runs in ${stackDir}.` : `No stack runs in ${stackDir}: starting one for this run.`,
  );
  await using stack = await openStack(isRunning ? stackDir : undefined, signal);
  const counts: Count[] = [];
  for (const name of parts) {
    const began = performance.now();
    const count = await orStopped(PARTS[name](stack.env, extent), signal);
    counts.push(count);
    console.log(
      `  ${name}: ${count.passed} passed, ${count.failed} failed, ${Math.round((performance.now() - began) / 1000)} s`,
    );
  }
  return sumOf(counts);
}

/** A part knows of no signal: what it began ends with the stack and this process. */
function orStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const stopped = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => stopped.reject(signal.reason), { once: true });
  return Promise.race([work, stopped.promise]);
}

async function faults(stack: StackEnvironment, { isQuick }: Extent): Promise<Count> {
  console.log("\nEvery turn of every errand, and every other request, with every fault\n");
  console.log(table.heading);
  const faultsFor = isQuick ? (index: number) => FAULTS.slice(index % FAULTS.length).slice(0, 1) : () => FAULTS;
  return countRows(await tryFaults(stack, { faultsFor, onRow: printRow }));
}

async function histories(stack: StackEnvironment, { seed, isQuick }: Extent): Promise<Count> {
  console.log("\nHistories of call events: shuffled, repeated, truncated");
  const { tried, deliveries, wrong } = await tryHistories(needed(stack, "DB_URL"), isQuick ? 1000 : 10_000, seed);
  console.log(
    `  histories ${tried}, deliveries ${deliveries}, ended otherwise than in order ${wrong.length}, seed ${seed}`,
  );
  return judge(wrong);
}

async function replays(stack: StackEnvironment, { seed }: Extent): Promise<Count> {
  console.log("\nCopies of real requests: at once, a minute and a day later");
  await using trial = await openTrial(stack, REPLAYED);
  const { requests, copies, wrong } = await replay(trial, seed);
  console.log(`  requests ${requests}, copies ${copies}, changes ${wrong.length}, seed ${seed}`);
  return judge(wrong);
}

async function fuzzed(stack: StackEnvironment, { seed, isQuick }: Extent): Promise<Count> {
  console.log("\nHostile input to every function");
  await using trial = await openTrial(stack);
  const { requests, statuses, slowestMs, memory, wrong } = await fuzz(trial, stack, isQuick ? 1000 : 10_000, seed);
  const answered = Object.entries(statuses).map(([status, count]) => `${count} x ${status}`).join(", ");
  console.log(
    `  requests ${requests} (${answered}), slowest ${Math.round(slowestMs)} ms, wrong ${wrong.length}, seed ${seed}`,
  );
  for (const [name, [warm, end]] of Object.entries(memory)) {
    console.log(`  ${name}: ${warm} MB warm, ${end} MB at the end`);
  }
  return judge(wrong);
}

async function kills(stack: StackEnvironment, { seed, isQuick }: Extent): Promise<Count> {
  console.log("\nPostgres killed (-9) at random moments under 20 concurrent calls");
  await using clinic = await openTrialClinic(stack);
  const audit = await killUnderCalls({
    line: lineTo(stack),
    clinic,
    twilioApiUrl: needed(stack, "TWILIO_API_URL"),
    secretKey: needed(stack, "SECRET_KEY"),
    secrets: secretsOf(stack),
    kill: () => killPostgres(needed(stack, "STACK_DIR")),
    kills: isQuick ? 5 : 50,
    callers: 20,
    seed,
  });
  const { calls, turns, confirmations: { booked, moved, cancelled }, messages, tasks, slowestMs, wrong } = audit;
  console.log(
    `  kills ${audit.kills}, calls ${calls}, confirmations ${booked + moved + cancelled}, tasks ${tasks}, ` +
      `lost ${audit.lost}, duplicated ${audit.duplicated}\n  booked ${booked}, moved ${moved}, ` +
      `cancelled ${cancelled}, messages ${messages}, turns ${turns}, slowest answer ${Math.round(slowestMs)} ms, ` +
      `wrong ${wrong.length}, seed ${seed}`,
  );
  return judge(wrong);
}

async function openTrial(stack: StackEnvironment, functions?: readonly string[]) {
  await using opened = new AsyncDisposableStack();
  const lane = opened.use(await openLane(stack, functions === undefined ? {} : { functions }));
  const clinic = opened.use(await openTrialClinic(stack));
  const everything = opened.move();
  return {
    ...{ lane, clinic, twilioApiUrl: needed(stack, "TWILIO_API_URL"), callerPhone: "+12125550161" },
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

const table = tableOf([
  ["call or request", 20],
  ["step", 27],
  ["fault", 7],
  ["what the caller heard", 36],
  ["ms", 5],
  ["what staff got", 22],
  ["what Sentry got", 44],
  ["verdict", 7],
]);

function printRow({ what, step, fault, heard, ms, staff, sentry, wrong }: Verdict): void {
  const told = sentry.replace(/^DatabaseError: /, "");
  console.log(table.row([what, step, fault, heard, Math.round(ms), staff, told, wrong.length === 0 ? "pass" : "FAIL"]));
  for (const fault of wrong) console.log(`    ! ${fault}`);
}

function countRows(rows: readonly Verdict[]): Count {
  const failed = rows.filter(({ wrong }) => wrong.length > 0).length;
  return { passed: rows.length - failed, failed };
}

function judge(wrong: readonly string[]): Count {
  for (const what of wrong.slice(0, 20)) console.log(`    ! ${what}`);
  return wrong.length === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** `deno task test:live`. */
export const liveVerification: Command = { usage, run };
