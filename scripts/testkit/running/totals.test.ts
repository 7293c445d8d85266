import assert from "node:assert/strict";
import { readTotal } from "./totals.ts";

Deno.test("the last total of a run counts", () => {
  assert.deepEqual(readTotal("3 passed, 1 failed\nmore\n\n12 passed, 0 failed\n", true), { passed: 12, failed: 0 });
});

Deno.test("a run that ended badly is a failure, whatever its total says", () => {
  assert.deepEqual(readTotal("12 passed, 0 failed\n", false), { passed: 12, failed: 1 });
  assert.deepEqual(readTotal("10 passed, 2 failed\n", false), { passed: 10, failed: 2 });
});

Deno.test("a run without a total is a failure", () => {
  assert.deepEqual(readTotal("Task not found: test:live\n", false), { passed: 0, failed: 1 });
  assert.deepEqual(readTotal("", true), { passed: 0, failed: 1 });
});
