import { later } from "./background.ts";
import { optionalSetting } from "./environment.ts";

/**
 * Counts requests in memory, by function and minute, and sends the counts to Postgres in batches. A request only adds
 * to a few numbers; sending happens after the answer, and nobody waits for it.
 */

/** How many lookups in memory found something, and how many did not, since the last time that somebody asked. */
export type CacheCounts = { hits: number; misses: number };

let cacheCounts: CacheCounts = { hits: 0, misses: 0 };

/** Counts one lookup in a cache. */
export function countLookup(isHit: boolean): void {
  if (isHit) cacheCounts.hits++;
  else cacheCounts.misses++;
}

/** Returns the counts and starts again from zero, so that each lookup is reported once. */
export function takeCacheCounts(): CacheCounts {
  const taken = cacheCounts;
  cacheCounts = { hits: 0, misses: 0 };
  return taken;
}

/** One function's minute. `latencies` is a histogram: how many requests took no longer than so many milliseconds. */
export type MinuteCount = {
  function: string;
  minute: string;
  requests: number;
  failures: number;
  cache_hits: number;
  cache_misses: number;
  latencies: Record<string, number>;
};

/** Counts that travel together: sent twice under one id, they count once. */
export type Batch = { id: string; counts: MinuteCount[] };

/** Sends a batch to where counts are kept; throws when it may not have arrived. */
export type Send = (batch: Batch) => Promise<void>;

/** When Postgres is down, this many of the latest minutes are kept, and older ones forgotten. */
const MOST_MINUTES = 60;

/** How long counts gather before they are sent. */
const GATHER_MS = 3000;

const SEND_MS = 2500;

/**
 * The end of the histogram's bucket that a latency falls into. Buckets grow with what they measure, and the thresholds
 * of alerts are edges. Postgres counts on the same edges (private.bucket_width_ms).
 */
export function bucketOf(ms: number): number {
  for (const [end, width] of [[10, 1], [100, 5], [1000, 50], [10_000, 500], [60_000, 5000]] as const) {
    if (ms <= end) return Math.max(width, Math.ceil(ms / width) * width);
  }
  return 60_000;
}

/** The counts of one isolate. */
export class RequestCounter {
  readonly #minutes = new Map<string, MinuteCount>();
  /** What was sent and is not known to have arrived. */
  #inFlight: Batch | undefined;
  #isSending = false;

  constructor(
    private readonly send: Send,
    private readonly schedule: (work: () => Promise<void>) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /** Counts a request that has been answered. */
  count(functionName: string, ms: number, isFailure: boolean, cache: CacheCounts): void {
    const minute = new Date(Math.floor(this.now() / 60_000) * 60_000).toISOString();
    const key = `${minute} ${functionName}`;
    let counted = this.#minutes.get(key);
    if (counted === undefined) {
      counted = {
        function: functionName,
        minute,
        requests: 0,
        failures: 0,
        cache_hits: 0,
        cache_misses: 0,
        latencies: {},
      };
      this.#minutes.set(key, counted);
      for (const oldest of this.#minutes.keys()) {
        if (this.#minutes.size <= MOST_MINUTES) break;
        this.#minutes.delete(oldest);
      }
    }
    counted.requests += 1;
    counted.failures += isFailure ? 1 : 0;
    counted.cache_hits += cache.hits;
    counted.cache_misses += cache.misses;
    const bucket = bucketOf(ms);
    counted.latencies[bucket] = (counted.latencies[bucket] ?? 0) + 1;
    if (this.#isSending) return;
    this.#isSending = true;
    this.schedule(() => this.#sendAll().finally(() => this.#isSending = false));
  }

  async #sendAll(): Promise<void> {
    for (;;) {
      this.#inFlight ??= this.#taken();
      if (this.#inFlight === undefined) return;
      try {
        await this.send(this.#inFlight);
        this.#inFlight = undefined;
      } catch {
        // It waits for the next request, under its old id. That Postgres is down is reported by what it makes fail.
        return;
      }
    }
  }

  #taken(): Batch | undefined {
    if (this.#minutes.size === 0) return undefined;
    const counts = [...this.#minutes.values()];
    this.#minutes.clear();
    return { id: crypto.randomUUID(), counts };
  }
}

const counter = new RequestCounter(sendToPostgres, (work) => later(GATHER_MS, work));

/** Counts a request that has been answered, and what it looked up in memory. */
export function countRequest(functionName: string, ms: number, isFailure: boolean): void {
  counter.count(functionName, ms, isFailure, takeCacheCounts());
}

async function sendToPostgres({ id, counts }: Batch): Promise<void> {
  if (optionalSetting("SUPABASE_URL") === undefined) return;
  // Loaded behind the answer: voice-fallback counts too, and must not need the library that may be what fails.
  const { databaseClient } = await import("./database.ts");
  const { status } = await databaseClient().rpc("record_requests", { p_batch: id, p_counts: counts })
    .abortSignal(AbortSignal.timeout(SEND_MS));
  // What is refused for good would be refused again, and hold up everything behind it. Status 0: nobody answered.
  if (status === 0 || status === 429 || status >= 500) throw new Error(`the counts were answered with ${status}`);
}
