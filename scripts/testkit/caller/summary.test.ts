import assert from "node:assert/strict";
import { inWords, type Summary } from "./summary.ts";

Deno.test("the summary says how many turns, how quick, how long and how it ended", () => {
  const summary: Summary = {
    type: "summary",
    callSid: "CA1",
    to: "+12125550100",
    from: "+12125550123",
    turns: 9,
    p50: 31.4,
    p95: 48.6,
    max: 48.6,
    seconds: 96,
    ending: { how: "hangup", status: "completed", detail: "the clinic hung up" },
    callbacksFailed: 0,
  };
  assert.equal(inWords(summary), "9 turns: p50 31, p95 49, max 49 ms; 1 min 36 s on a real line. The clinic hung up.");
  assert.match(inWords({ ...summary, turns: 1, callbacksFailed: 1 }), /^1 turn: .*1 status callback failed\.$/);
});
