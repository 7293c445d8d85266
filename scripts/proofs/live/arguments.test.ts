import assert from "node:assert/strict";
import { BadArguments } from "../../command/command.ts";
import { readLiveArguments } from "./live.ts";

Deno.test("by default every part is run on the stack in STACK_DIR, or in .stack", () => {
  const wanted = readLiveArguments([], {});
  assert.ok("parts" in wanted && wanted.stackDir === ".stack" && !wanted.extent.isQuick);
  assert.deepEqual(wanted.parts, ["faults", "histories", "replays", "fuzz", "kills"]);
  const other = readLiveArguments(["--only", "kills,fuzz", "--seed", "7", "--quick"], { STACK_DIR: "other-stack" });
  assert.deepEqual(other, {
    parts: ["kills", "fuzz"],
    extent: { seed: 7, isQuick: true },
    stackDir: "other-stack",
  });
});

Deno.test("a deployed project is called only with the token in the environment", () => {
  const args = ["--url", "https://abc.supabase.co/functions/v1", "--to", "+1 212 555 0150"];
  assert.throws(() => readLiveArguments(args, {}), BadArguments);
  const wanted = readLiveArguments(args, { TWILIO_AUTH_TOKEN: "token" });
  assert.ok("deployed" in wanted);
  assert.deepEqual([wanted.deployed.to, wanted.deployed.url.host], ["+12125550150", "abc.supabase.co"]);
});

for (const wrong of ["--only sleep", "--seed x", "--url nowhere", "--url https://a.b --to 1"]) {
  Deno.test(`"${wrong}" is refused`, () => {
    assert.throws(() => readLiveArguments(wrong.split(" "), { TWILIO_AUTH_TOKEN: "token" }), BadArguments);
  });
}
