import assert from "node:assert/strict";
import { readSummary } from "./deno-tests.ts";

Deno.test("the summary of deno test is read, with steps and ignored tests beside", () => {
  assert.deepEqual(readSummary("ok | 12 passed (3 steps) | 0 failed | 1 ignored (2s)\n"), { passed: 12, failed: 0 });
  assert.deepEqual(readSummary("x\nFAILED | 7 passed | 2 failed (14ms)\n\n"), { passed: 7, failed: 2 });
});

Deno.test("output without a summary counts nothing", () => {
  assert.deepEqual(readSummary("error: Module not found"), { passed: 0, failed: 0 });
});
