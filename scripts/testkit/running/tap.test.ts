import assert from "node:assert/strict";
import { readTap } from "./tap.ts";

Deno.test("a file whose tests all pass complains of nothing", () => {
  assert.deepEqual(readTap(["1..2", "ok 1 - one", "ok 2 - two"]), { passed: 2, failed: 0, complaints: [] });
});

Deno.test("a failed test is told with the remarks that follow it, and with no others", () => {
  const lines = ["1..3", "# before", "ok 1", "# after", "not ok 2 - two", '# Failed test 2: "two"', "ok 3"];
  assert.deepEqual(readTap(lines), {
    passed: 2,
    failed: 1,
    complaints: ["not ok 2 - two", '# Failed test 2: "two"'],
  });
});

Deno.test("a failure that is expected counts as passed", () => {
  assert.deepEqual(readTap(["1..1", "not ok 1 - later # TODO not built"]), { passed: 1, failed: 0, complaints: [] });
});

Deno.test("tests that were planned and did not run have failed", () => {
  assert.equal(readTap(["1..5", "ok 1", "ok 2"]).failed, 3);
});

Deno.test("tests that ran unplanned are one failure", () => {
  assert.equal(readTap(["1..1", "ok 1", "ok 2"]).failed, 1);
});

Deno.test("a file without a plan has failed", () => {
  assert.deepEqual(readTap([]), { passed: 0, failed: 1, complaints: ["# The file made no plan."] });
});
