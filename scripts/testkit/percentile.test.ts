import assert from "node:assert/strict";
import { median, percentile } from "./percentile.ts";

Deno.test("a percentile is a value that was measured, the nearest rank", () => {
  const values = Array.from({ length: 20 }, (_, index) => 20 - index);
  assert.deepEqual([50, 95, 100].map((percent) => percentile(values, percent)), [10, 19, 20]);
  assert.deepEqual([50, 95, 100].map((percent) => percentile([7.26], percent)), [7.26, 7.26, 7.26]);
  assert.equal(median([3, 1.25, 2.5]), 2.5);
  assert.ok(Number.isNaN(percentile([], 50)));
});
