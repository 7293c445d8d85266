/** How quick the clinic answers, under calls. */
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { BadArguments, type Command } from "../../command/command.ts";
import { flag, number, readOptions, wholeNumber } from "../../command/options.ts";
import { type Report, terminalReport } from "../../stack/report.ts";
import { phoneOption } from "../../testkit/caller/call-parameters.ts";
import { type Line, openLine } from "../../testkit/caller/line.ts";
import { lineTo, needed, type StackEnvironment } from "../../testkit/environment.ts";
import { conclude } from "../../testkit/running/totals.ts";
import { openStack } from "../../testkit/stack.ts";
import { onlyHost } from "../../testkit/caller/loopback.ts";
import { readLookups } from "./cache-hits.ts";
import { callerAt, clinicsAt } from "./callers.ts";
import { timeColdStarts } from "./cold-start.ts";
import { compareCounting } from "./counting-cost.ts";
import { runBeside, runLoad } from "./load.ts";
import { inTables, type Measured, verdicts } from "./report.ts";
import { countRoundTrips } from "./round-trips.ts";
import { Samples } from "./samples.ts";

const usage = `deno task test:performance [--calls 20] [--rate N] [--seconds 20] [--think 1] [--starts 9] [--pairs 300]
                           [--stack | --url FUNCTIONS_URL --to NUMBER] [--json] [--strict]

Places whole calls and says how quick the clinic answers. Without --stack or --url on a stack of its own.

  --calls N     so many calls at once, 100 at most
  --rate N      so many new calls a second, as long as no more than --calls are under way; otherwise one after the other
  --seconds N   for so long, 600 at most
  --think N     how many seconds a caller listens before each answer, on average
  --starts N    times each function's cold start so often; 0 leaves them out
  --pairs N     compares so many turns that are counted with as many that are not, and up to four times as many where the
                machine is too busy to tell; 0 leaves it out
  --stack       the stack that runs on $STACK_DIR (default .stack); it books real time of its demo clinics
  --url URL     deployed functions (https://REF.supabase.co/functions/v1), and no other host; TWILIO_AUTH_TOKEN signs. The
                calls are real: they leave call records and follow-up tasks, so --to must be a clinic for tests. They book nothing.
  --json        the report as JSON on standard output
  --strict      exit code 1 also when a threshold does not hold

The last line counts what is not a matter of time: calls that went wrong, requests that failed, turns with more than one
round trip to the database. Thresholds of time are printed as "holds" or "does not hold".`;

const options = {
  calls: wholeNumber(1, 100).default(20),
  rate: number(0.01, 100).optional(),
  seconds: number(1, 600).default(20),
  think: number(0, 60).default(1),
  starts: wholeNumber(0, 50).default(9),
  pairs: wholeNumber(0, 10_000).default(300),
  stack: flag,
  url: z.url({ protocol: /^https?$/, error: "takes the functions' address." }).optional(),
  to: phoneOption.optional(),
  json: flag,
  strict: flag,
};
type Settings = z.output<z.ZodObject<typeof options>>;

/** Reads the arguments. */
export function readPerformanceSettings(args: readonly string[]): Settings {
  const settings = readOptions(args, options);
  const { stack, url, to } = settings;
  if (stack && url !== undefined) throw new BadArguments("--stack and --url exclude each other.");
  if ((url === undefined) !== (to === undefined)) {
    throw new BadArguments("--url needs --to with the number of a clinic that may be called, and --to needs --url.");
  }
  return { ...settings, url: url?.replace(/\/+$/, "") };
}

async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const settings = readPerformanceSettings(args);
  // With --json standard output is for the machine alone.
  const progress = settings.json
    ? terminalReport((text) => void Deno.stderr.writeSync(new TextEncoder().encode(text)))
    : terminalReport();
  const measured = await measureSomewhere(settings, progress, signal);
  const found = verdicts(measured);
  const facts = found.filter(({ isTiming }) => !isTiming);
  const failed = facts.filter(({ holds }) => !holds).length;
  const isTooSlow = settings.strict && found.some(({ holds }) => !holds);
  if (settings.json) {
    console.log(JSON.stringify({ ...measured, verdicts: found }));
    return failed > 0 || isTooSlow ? 1 : 0;
  }
  console.log(inTables(measured));
  return conclude({ passed: facts.length - failed, failed }) || Number(isTooSlow);
}

async function measureSomewhere(settings: Settings, progress: Report, signal: AbortSignal): Promise<Measured> {
  if (settings.url !== undefined) return await measure(settings, lineOutside(settings.url), null, progress, signal);
  const folder = settings.stack ? Deno.env.get("STACK_DIR") || ".stack" : undefined;
  await using stack = await openStack(folder, signal, progress);
  return await measure(settings, lineTo(stack.env), stack.env, progress, signal);
}

/** `env` is null where there is no stack to look into. */
async function measure(
  settings: Settings,
  line: Line,
  env: StackEnvironment | null,
  progress: Report,
  signal: AbortSignal,
): Promise<Measured> {
  const { calls, rate = null, seconds, think, starts, pairs } = settings;
  const samples = new Samples();
  const clinics = clinicsAt(settings.to ?? null);
  const readCache = async () => env === null ? null : await readLookups(needed(env, "DB_URL"));
  // What starts cold is measured apart, below; here everything has answered before.
  if (env !== null) {
    const caller = (nth: number) => callerAt(clinics, nth, think / 4, signal);
    const warmUp = { calls, rate: null, seconds: 3 };
    await progress.step(
      "Calls that are not counted, to warm up",
      () => runLoad(line, warmUp, caller, new Samples(), signal),
    );
  }
  const before = await readCache();
  const outcome = await progress.step(`Calls, ${calls} at once for ${seconds} s`, async () => {
    const over = new AbortController();
    const until = AbortSignal.any([over.signal, signal]);
    const beside = runBeside(line, env === null ? null : "+12125550100", samples, until);
    try {
      const caller = (nth: number) => callerAt(clinics, nth, think, signal);
      return await runLoad(line, { calls, rate, seconds }, caller, samples, signal);
    } finally {
      over.abort();
      await beside;
    }
  });
  signal.throwIfAborted();
  // From here on one thing at a time: what is compared must not be disturbed by ourselves.
  const step = async <T>(what: string, wanted: boolean, work: (known: StackEnvironment) => Promise<T>) =>
    env === null || !wanted ? null : await progress.step(what, () => work(env));
  const after = await step("What the functions have counted of it", true, async () => {
    await delay(COUNTS_ARRIVE_MS, undefined, { signal });
    return await readCache();
  });
  return {
    at: new Date().toISOString(),
    machine: { load: Deno.loadavg()[0] ?? NaN, processors: navigator.hardwareConcurrency },
    load: { calls, rate, seconds, think },
    outcome,
    turns: samples.turns(),
    rows: samples.rows(),
    reasons: samples.reasons(),
    cache: before && after && { hits: after.hits - before.hits, misses: after.misses - before.misses },
    roundTrips: await step("Round trips", true, (known) => countRoundTrips(known, signal)),
    counting: await step(
      "Turns with and without counting",
      pairs > 0,
      (known) => compareCounting(known, pairs, signal),
    ),
    coldStarts: await step("Cold starts", starts > 0, (known) => timeColdStarts(known, starts, signal)),
  };
}

/** Longer than counts gather in a function before they are brought. */
const COUNTS_ARRIVE_MS = 5000;

/** The line to functions that are deployed somewhere. */
function lineOutside(url: string): Line {
  const twilioAuthToken = Deno.env.get("TWILIO_AUTH_TOKEN");
  if (!twilioAuthToken) {
    throw new BadArguments("TWILIO_AUTH_TOKEN is not set; without it no request is taken for Twilio's.");
  }
  const stack = {
    functionsUrl: url,
    publicFunctionsUrl: Deno.env.get("PUBLIC_FUNCTIONS_URL")?.replace(/\/+$/, "") || url,
    twilioAuthToken,
    twilioAccountSid: Deno.env.get("TWILIO_ACCOUNT_SID") || null,
  };
  return openLine(stack, { permit: onlyHost(new URL(url)) });
}

/** `deno task test:performance`. */
export const performanceTest: Command = { usage, run };
