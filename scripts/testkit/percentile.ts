/**
 * The nearest-rank percentile, a value that was measured; NaN of nothing. Not by node's histogram, which counts whole
 * numbers from 1: differences may be below nothing, and ratios are small.
 */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? NaN;
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}
