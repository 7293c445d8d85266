import assert from "node:assert/strict";
import { BadArguments } from "../../command/command.ts";
import { readPerformanceSettings } from "./performance.ts";

Deno.test("without arguments: 20 calls at once for 20 seconds, on a stack of its own", () => {
  const { calls, seconds, rate, stack, url } = readPerformanceSettings([]);
  assert.deepEqual([calls, seconds, rate, stack, url], [20, 20, undefined, false, undefined]);
});

Deno.test("a deployed address needs a clinic that may be called", () => {
  const args = ["--url", "https://ref.supabase.co/functions/v1/"];
  assert.throws(() => readPerformanceSettings(args), BadArguments);
  const { url, to } = readPerformanceSettings([...args, "--to", "+1 212 555 0100"]);
  assert.deepEqual([url, to], ["https://ref.supabase.co/functions/v1", "+12125550100"]);
});

Deno.test("what would go on for ever or call too much is refused", () => {
  for (const args of [["--calls", "101"], ["--calls", "1.5"], ["--seconds", "601"], ["--rate", "0"], ["--think", ""]]) {
    assert.throws(() => readPerformanceSettings(args), BadArguments, args.join(" "));
  }
});
