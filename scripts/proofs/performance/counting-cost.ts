/** What counting requests costs a turn: the same turn at a function that counts and at one that does not, side by side. */
import { inboundCall, newSid } from "../../testkit/caller/call-parameters.ts";
import { type Line, send, sign } from "../../testkit/caller/line.ts";
import { lineTo, type StackEnvironment } from "../../testkit/environment.ts";
import { join } from "../../stack/paths.ts";
import { repositoryDir } from "../../stack/settings.ts";
import { RequestCounter } from "../../../supabase/functions/_shared/counting.ts";
import { median } from "../../testkit/percentile.ts";
import { functionEnvironment, startLoneFunction, writeImportMap } from "../../testkit/lone-function.ts";

/** A counted turn may take so much longer, as a share. */
export const COUNTING_MAY_ADD = 0.03;

/** A busy machine's noise hides so little a difference: at most so often as many pairs are added until it shows. */
const MOST_ROUNDS = 4;

/** The comparison; times are milliseconds. */
export interface CountingCost {
  readonly pairs: number;
  readonly p50Counted: number;
  readonly p50Uncounted: number;
  /**
   * How much more a counted turn takes, as a share of an uncounted one's p50: the median of the pairs' differences, which
   * a machine that is busy now and idle then blurs half as much as the difference of the medians (1,200 pairs, tried).
   */
  readonly added: number;
  /** Where the true share lies with 95 % certainty, by resampling the pairs. */
  readonly between: readonly [number, number];
  /** How long the counting itself takes, in microseconds, in this process. */
  readonly countUs: number;
}

interface Pair {
  counted: number;
  uncounted: number;
}

/** Takes turns with both, in random order. */
export async function compareCounting(
  env: StackEnvironment,
  pairs: number,
  signal: AbortSignal,
): Promise<CountingCost> {
  const entry = join(repositoryDir, "supabase/functions/voice/index.ts");
  const environment = functionEnvironment(env);
  // Both with an import map, so that it makes no difference.
  await using asItIs = await writeImportMap({});
  await using withoutCounting = await writeImportMap({
    "supabase/functions/_shared/counting.ts": "scripts/proofs/performance/no-counting.ts",
  });
  await using counting = await startLoneFunction(entry, environment, asItIs.path);
  await using silent = await startLoneFunction(entry, environment, withoutCounting.path);
  const lines = { counted: lineTo(env, counting.url), uncounted: lineTo(env, silent.url) };
  const timed: Pair[] = [];
  const takePair = async () => {
    const took = { counted: 0, uncounted: 0 };
    const order = ["counted", "uncounted"] as const;
    for (const which of Math.random() < 0.5 ? order : order.toReversed()) took[which] = await turn(lines[which]);
    return took;
  };
  for (let warmUp = 0; warmUp < 20; warmUp++) await takePair();
  let between: readonly [number, number];
  do {
    for (let pair = 0; pair < pairs; pair++) {
      signal.throwIfAborted();
      timed.push(await takePair());
    }
    between = boundsOf(timed);
  } while (
    between[0] < COUNTING_MAY_ADD && COUNTING_MAY_ADD < between[1] && timed.length < MOST_ROUNDS * pairs
  );
  return {
    pairs: timed.length,
    p50Counted: median(timed.map(({ counted }) => counted)),
    p50Uncounted: median(timed.map(({ uncounted }) => uncounted)),
    added: addedIn(timed),
    between,
    countUs: countingAlone(),
  };
}

function addedIn(pairs: readonly Pair[]): number {
  return median(pairs.map(({ counted, uncounted }) => counted - uncounted)) /
    median(pairs.map(({ uncounted }) => uncounted));
}

function boundsOf(pairs: readonly Pair[]): readonly [number, number] {
  const resampled = Array.from(
    { length: 500 },
    () => addedIn(pairs.flatMap(() => pairs[Math.floor(Math.random() * pairs.length)] ?? [])),
  );
  resampled.sort((one, other) => one - other);
  return [resampled[12] ?? NaN, resampled[487] ?? NaN];
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
