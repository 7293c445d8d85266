import assert from "node:assert/strict";
import { BadArguments } from "../../command/command.ts";
import { readPerformanceSettings } from "./arguments.ts";

Deno.test("without arguments: 20 calls at once for 20 seconds, on a stack of its own", () => {
  const settings = readPerformanceSettings([]);
  assert.deepEqual(settings.target, { kind: "own" });
  assert.equal(settings.calls, 20);
  assert.equal(settings.seconds, 20);
  assert.equal(settings.rate, null);
});

Deno.test("a deployed address needs a clinic that may be called", () => {
  const url = "https://ref.supabase.co/functions/v1/";
  assert.throws(() => readPerformanceSettings(["--url", url]), BadArguments);
  assert.deepEqual(readPerformanceSettings(["--url", url, "--to", "+1 212 555 0100"]).target, {
    kind: "deployed",
    url: "https://ref.supabase.co/functions/v1",
    to: "+12125550100",
  });
});

Deno.test("what would go on for ever or call too much is refused", () => {
  for (const args of [["--calls", "101"], ["--calls", "1.5"], ["--seconds", "601"], ["--rate", "0"], ["--think", ""]]) {
    assert.throws(() => readPerformanceSettings(args), BadArguments, args.join(" "));
  }
});
