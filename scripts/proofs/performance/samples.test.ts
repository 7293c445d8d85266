import assert from "node:assert/strict";
import { Samples } from "./samples.ts";

function answered(url: string, ms: number, part: { status?: number; body?: string } = {}) {
  const request = { method: "POST", url, headers: {}, body: "", params: {} } as const;
  return { request, ms, status: 200, body: "<Response/>", failure: null, ...part };
}

Deno.test("answers are told apart by function, and turns of a call by step", () => {
  const samples = new Samples();
  samples.add(answered("http://x/functions/v1/voice", 10));
  samples.add(answered("http://x/functions/v1/voice?step=menu&tries=0", 20));
  samples.add(answered("http://x/functions/v1/sms", 500));
  assert.deepEqual(samples.rows().map(({ what, max }) => [what, max]), [
    ["sms", 500],
    ["voice greeting", 10],
    ["voice menu", 20],
  ]);
  assert.equal(samples.turns()?.max, 20, "a text is no turn");
});

Deno.test("an apology is an answer to the caller and a failure of ours", () => {
  const samples = new Samples();
  samples.add(answered("http://x/voice?step=day", 10, { body: 'action="voice?step=message&amp;reason=trouble"' }));
  samples.add(answered("http://x/health", 10, { status: 503 }));
  assert.deepEqual(samples.rows().map(({ failures }) => failures), [1, 1]);
});
