/** `deno task test:performance`: how quick the clinic answers, under calls. */
import { type Line, openLine } from "./testkit/caller/line.ts";
import { AddressRefused } from "./testkit/caller/loopback.ts";
import { BadArguments, runCommand } from "./command/command.ts";
import { readPerformanceSettings, type Settings, USAGE } from "./proofs/performance/arguments.ts";
import { readLookups } from "./proofs/performance/cache-hits.ts";
import { callerAt, clinicsAt } from "./proofs/performance/callers.ts";
import { timeColdStarts } from "./proofs/performance/cold-start.ts";
import { compareCounting } from "./proofs/performance/counting-cost.ts";
import { runBeside, runLoad } from "./proofs/performance/load.ts";
import { inTables, type Measured, verdicts } from "./proofs/performance/report.ts";
import { countRoundTrips } from "./proofs/performance/round-trips.ts";
import { Samples } from "./proofs/performance/samples.ts";
import { delay } from "./stack/child.ts";
import { requireEnvFile } from "./stack/env-file.ts";
import { type Report, terminalReport } from "./stack/report.ts";
import { startThrowAwayStack } from "./stack/throw-away.ts";

/** Where we measure: a stack's environment, or null for what is deployed elsewhere. */
type Environment = Readonly<Record<string, string>> | null;

/** Runs the command and gives its exit code. */
async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const settings = readPerformanceSettings(args);
  // With --json standard output is for the machine alone.
  const progress = settings.json
    ? terminalReport((text) => void Deno.stderr.writeSync(new TextEncoder().encode(text)))
    : terminalReport();
  const measured = await measureSomewhere(settings, progress, signal);
  const found = verdicts(measured);
  if (settings.json) console.log(JSON.stringify({ ...measured, verdicts: found }));
  else console.log(inTables(measured));

  const facts = found.filter(({ isTiming }) => !isTiming);
  const failed = facts.filter(({ holds }) => !holds).length;
  if (!settings.json) console.log(`\n${facts.length - failed} passed, ${failed} failed`);
  return failed > 0 || (settings.strict && found.some(({ holds }) => !holds)) ? 1 : 0;
}

async function measureSomewhere(settings: Settings, progress: Report, signal: AbortSignal): Promise<Measured> {
  if (settings.target.kind === "own") {
    await using stack = await startThrowAwayStack(progress, signal);
    return await measure(settings, stack.env, progress, signal);
  }
  if (settings.target.kind === "deployed") return await measure(settings, null, progress, signal);
  return await measure(settings, requireEnvFile(Deno.env.get("STACK_DIR") || ".stack"), progress, signal);
}

async function measure(
  settings: Settings,
  env: Environment,
  progress: Report,
  signal: AbortSignal,
): Promise<Measured> {
  const { calls, rate, seconds, think, starts, pairs } = settings;
  const samples = new Samples();
  const clinics = clinicsAt(settings.target.kind === "deployed" ? settings.target.to : null);
  const line = lineTo(settings, env);

  // What starts cold is measured apart, below; here everything has answered before.
  const caller = (nth: number) => callerAt(clinics, nth, think, signal);
  const warmUp = { calls, rate: null, seconds: 3 };
  if (env !== null) {
    await progress.step(
      "Calls that are not counted, to warm up",
      () => runLoad(line, warmUp, (nth) => callerAt(clinics, nth, think / 4, signal), new Samples(), signal),
    );
  }
  const before = env === null ? null : await readLookups(env.DB_URL ?? "");
  const outcome = await progress.step(`Calls, ${calls} at once for ${seconds} s`, async () => {
    const over = new AbortController();
    const beside = runBeside(
      line,
      env === null ? null : "+12125550100",
      samples,
      AbortSignal.any([over.signal, signal]),
    );
    try {
      return await runLoad(line, { calls, rate, seconds }, caller, samples, signal);
    } finally {
      over.abort();
      await beside;
    }
  });
  signal.throwIfAborted();
  const cache = before === null ? null : await progress.step("What the functions have counted of it", async () => {
    await delay(COUNTS_ARRIVE_MS, signal);
    const after = await readLookups(env?.DB_URL ?? "");
    return { hits: after.hits - before.hits, misses: after.misses - before.misses };
  });
  // From here on one thing at a time: what is compared must not be disturbed by ourselves.
  const step = async <T>(what: string, wanted: boolean, work: (known: NonNullable<Environment>) => Promise<T>) =>
    env === null || !wanted ? null : await progress.step(what, () => work(env));
  const roundTrips = await step("Round trips", true, (known) => countRoundTrips(known, signal));
  const counting = await step(
    "Turns with and without counting",
    pairs > 0,
    (known) => compareCounting(known, pairs, signal),
  );
  const coldStarts = await step("Cold starts", starts > 0, (known) => timeColdStarts(known, starts, signal));
  return {
    at: new Date().toISOString(),
    machine: { load: Deno.loadavg()[0] ?? NaN, processors: navigator.hardwareConcurrency },
    load: { calls, rate, seconds, think },
    outcome,
    turns: samples.turns(),
    rows: samples.rows(),
    reasons: samples.reasons(),
    cache,
    roundTrips,
    counting,
    coldStarts,
  };
}

/** Longer than counts gather in a function before they are brought. */
const COUNTS_ARRIVE_MS = 5000;

function lineTo({ target }: Settings, env: Environment): Line {
  if (env !== null) {
    return openLine({
      functionsUrl: env.FUNCTIONS_URL ?? "",
      publicFunctionsUrl: env.PUBLIC_FUNCTIONS_URL ?? "",
      twilioAuthToken: env.TWILIO_AUTH_TOKEN ?? "",
      twilioAccountSid: env.TWILIO_ACCOUNT_SID ?? null,
    });
  }
  const url = target.kind === "deployed" ? target.url : "";
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
  const { origin } = new URL(url);
  return openLine(stack, {
    permit: (asked) => {
      if (asked.origin !== origin) return Promise.reject(new AddressRefused(asked.href, `it is not at ${origin}`));
      return Promise.resolve();
    },
  });
}

await runCommand({ usage: USAGE, run: main });
