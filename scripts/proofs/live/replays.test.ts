import assert from "node:assert/strict";
import { openTrialClinic } from "./trial-clinic.ts";
import { openLane } from "../../testkit/faults/lane.ts";
import { replay, REPLAYED } from "./replays.ts";

Deno.test("an exact copy of a real request, at once, a minute or a day later, changes nothing", async () => {
  const environment = Deno.env.toObject();
  await using lane = await openLane(environment, { functions: REPLAYED });
  await using clinic = await openTrialClinic(environment);
  const twilioApiUrl = environment.TWILIO_API_URL ?? "";
  const { copies, wrong } = await replay({ lane, clinic, twilioApiUrl, callerPhone: "+12125550161" }, 1);
  assert.deepEqual(wrong, []);
  assert.ok(copies > 300);
});
