/** Times of one kind of operation, and what is said about them. */

/** Milliseconds, unsorted. */
export type Timings = readonly number[];

/** The value that the given share of the timings does not exceed. */
function percentile(timings: Timings, share: number): number {
  if (timings.length === 0) throw new Error("Nothing was timed.");
  const sorted = [...timings].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** Half of the operations were at least this quick, and 19 of 20. */
export interface Spread {
  readonly p50: number;
  readonly p95: number;
}

/** The two percentiles that are printed. */
function spread(timings: Timings): Spread {
  return { p50: percentile(timings, 0.5), p95: percentile(timings, 0.95) };
}

/** Collects timings by name. */
export class Stopwatch {
  readonly #timings = new Map<string, number[]>();

  /** Times one operation. */
  async time<T>(name: string, operation: () => PromiseLike<T>): Promise<T> {
    const began = performance.now();
    const result = await operation();
    const took = performance.now() - began;
    const earlier = this.#timings.get(name);
    if (earlier) earlier.push(took);
    else this.#timings.set(name, [took]);
    return result;
  }

  /** Forgets everything: what came before was the warm-up. */
  reset(): void {
    this.#timings.clear();
  }

  spread(name: string): Spread {
    return spread(this.#timings.get(name) ?? []);
  }
}
