/** What counting requests costs a turn: the same turn at a function that counts and at one that does not, side by side. */
import { inboundCall, newSid } from "../caller/call-parameters.ts";
import { type Line, openLine, send, sign } from "../caller/line.ts";
import { join } from "../stack/paths.ts";
import { repositoryDir } from "../stack/settings.ts";
import { RequestCounter } from "../../supabase/functions/_shared/counting.ts";
import { functionEnvironment, startLoneFunction, writeImportMap } from "./lone-function.ts";
import { median } from "./samples.ts";

/** The comparison; times are milliseconds. */
export interface CountingCost {
  readonly pairs: number;
  readonly p50Counted: number;
  readonly p50Uncounted: number;
  /** How much more a counted turn takes, as a share of an uncounted one's p50. */
  readonly added: number;
  /** Where the true share lies with 95 % certainty, by resampling the pairs. */
  readonly between: readonly [number, number];
  /** How long the counting itself takes, in microseconds, in this process. */
  readonly countUs: number;
}

/** Takes turns with both, the one or the other first by chance. */
export async function compareCounting(
  env: Readonly<Record<string, string>>,
  pairs: number,
  signal: AbortSignal,
): Promise<CountingCost> {
  const entry = join(repositoryDir, "supabase/functions/voice/index.ts");
  const environment = functionEnvironment(env);
  // Both with an import map, so that it makes no difference.
  await using asItIs = await writeImportMap({});
  await using withoutCounting = await writeImportMap({
    "supabase/functions/_shared/counting.ts": "scripts/performance/no-counting.ts",
  });
  await using counting = await startLoneFunction(entry, environment, asItIs.path);
  await using silent = await startLoneFunction(entry, environment, withoutCounting.path);
  const lineTo = (functionsUrl: string): Line =>
    openLine({
      functionsUrl,
      publicFunctionsUrl: env.PUBLIC_FUNCTIONS_URL ?? "",
      twilioAuthToken: env.TWILIO_AUTH_TOKEN ?? "",
      twilioAccountSid: env.TWILIO_ACCOUNT_SID ?? null,
    });
  const lines = { counted: lineTo(counting.url), uncounted: lineTo(silent.url) };
  const timed: { counted: number; uncounted: number }[] = [];
  const warmUp = 20;
  for (let pair = 0; pair < pairs + warmUp; pair++) {
    signal.throwIfAborted();
    const took = { counted: 0, uncounted: 0 };
    const order = ["counted", "uncounted"] as const;
    for (const which of Math.random() < 0.5 ? order : order.toReversed()) took[which] = await turn(lines[which]);
    if (pair >= warmUp) timed.push(took);
  }
  const added = (some: typeof timed) =>
    median(some.map(({ counted }) => counted)) / median(some.map(({ uncounted }) => uncounted)) - 1;
  const resampled = Array.from(
    { length: 500 },
    () => added(timed.map(() => timed[Math.floor(Math.random() * timed.length)] ?? { counted: 0, uncounted: 0 })),
  );
  resampled.sort((one, other) => one - other);
  return {
    pairs,
    p50Counted: median(timed.map(({ counted }) => counted)),
    p50Uncounted: median(timed.map(({ uncounted }) => uncounted)),
    added: added(timed),
    between: [resampled[12] ?? NaN, resampled[487] ?? NaN],
    countUs: countingAlone(),
  };
}

/** The first turn of a call: it asks the database, as most do. */
async function turn(line: Line): Promise<number> {
  const call = { callSid: newSid("CA"), accountSid: line.accountSid, to: "+12125550100", from: "+12125550123" };
  const exchange = await send(line, sign(line, "voice", { ...inboundCall(call), CallStatus: "ringing" }));
  if (exchange.failure !== null) throw new Error(`A turn failed: ${exchange.failure.reason}`);
  return exchange.ms;
}

function countingAlone(): number {
  const counter = new RequestCounter(() => Promise.resolve(), () => {});
  const times = 20_000;
  const began = performance.now();
  for (let nth = 0; nth < times; nth++) counter.count("voice", nth % 2000, false, { hits: 1, misses: 0 });
  return (performance.now() - began) * 1000 / times;
}
