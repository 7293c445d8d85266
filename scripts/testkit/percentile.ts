import { createHistogram } from "node:perf_hooks";

/** The value that so many percent of the values do not exceed, to a thousandth; NaN of nothing. */
export function percentile(values: readonly number[], percent: number): number {
  if (values.length === 0) return NaN;
  const histogram = createHistogram({ figures: 5 });
  // It counts whole numbers from 1.
  for (const value of values) histogram.record(Math.max(1, Math.round(value * 1000)));
  return histogram.percentile(percent) / 1000;
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}
