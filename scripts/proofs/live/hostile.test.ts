import assert from "node:assert/strict";
import { openTrialClinic } from "./clinic.ts";
import { fuzz } from "./fuzz.ts";
import { openLane } from "../../testkit/faults/lane.ts";
import { pathOf, realRequests } from "./real-requests.ts";

const environment = Deno.env.toObject();
const { SECRET_KEY = "", PUBLISHABLE_KEY = "", TWILIO_AUTH_TOKEN = "", TWILIO_API_URL = "" } = environment;

Deno.test("hostile input makes no function fall over, fail, tell of our inside, or grow", async () => {
  await using lane = await openLane(environment);
  await using clinic = await openTrialClinic(environment);
  const real = await realRequests({ lane, clinic, twilioApiUrl: TWILIO_API_URL, callerPhone: "+12125550161" });
  const seed = Number(environment.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
  const fuzzed = await fuzz(lane, {
    requests: Number(environment.FUZZ_REQUESTS ?? 800),
    seed,
    secretKey: SECRET_KEY,
    secrets: [SECRET_KEY, PUBLISHABLE_KEY, TWILIO_AUTH_TOKEN],
    to: clinic.phone,
    real: real.map((request) => ({ path: pathOf(request, lane.line.publicUrl), params: request.params })),
  });
  assert.deepEqual(fuzzed.wrong, [], `FUZZ_SEED=${seed}`);
  assert.ok((fuzzed.statuses["200"] ?? 0) > 100, "some of it gets through to the handlers");
});
