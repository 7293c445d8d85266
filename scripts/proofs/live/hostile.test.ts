import assert from "node:assert/strict";
import { openLane } from "../../testkit/faults/lane.ts";
import { fuzz } from "./fuzz.ts";
import { openTrialClinic } from "./trial-clinic.ts";

Deno.test("hostile input makes no function fall over, fail, tell of our inside, or grow", async () => {
  const environment = Deno.env.toObject();
  await using lane = await openLane(environment);
  await using clinic = await openTrialClinic(environment);
  const trial = { lane, clinic, twilioApiUrl: environment.TWILIO_API_URL ?? "", callerPhone: "+12125550161" };
  const seed = Number(environment.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
  const fuzzed = await fuzz(trial, environment, Number(environment.FUZZ_REQUESTS ?? 800), seed);
  assert.deepEqual(fuzzed.wrong, [], `FUZZ_SEED=${seed}`);
  assert.ok((fuzzed.statuses["200"] ?? 0) > 100, "some of it gets through to the handlers");
});
