import assert from "node:assert/strict";
import { inboundCall, newSid } from "../../../../scripts/caller/call-parameters.ts";
import { send, sign } from "../../../../scripts/caller/line.ts";
import { openTrialClinic } from "../../../../scripts/live/clinic.ts";
import { fuzz } from "../../../../scripts/live/fuzz.ts";
import { openLane } from "../../../../scripts/live/lane.ts";
import { pathOf, realRequests } from "../../../../scripts/live/real-requests.ts";
import { HARBOR, stackLine } from "../http/stack.ts";

const environment = Deno.env.toObject();
const { SECRET_KEY = "", PUBLISHABLE_KEY = "", TWILIO_AUTH_TOKEN = "", TWILIO_API_URL = "" } = environment;

Deno.test("a number with a character that Postgres cannot keep is refused, and is no failure of ours", async () => {
  const line = stackLine();
  const call = inboundCall({
    callSid: newSid("CA"),
    accountSid: line.accountSid,
    to: HARBOR.phone,
    from: "+12125550199",
  });
  const more = { SequenceNumber: "0", Timestamp: new Date().toUTCString(), CallStatus: "ringing", Body: "1" };
  const text = { ...call, ...more, MessageSid: newSid("CA").replace("CA", "SM") };
  for (const name of ["voice", "voice-status", "voice-fallback", "sms"]) {
    for (const part of ["To", "From"]) {
      const exchange = await send(line, sign(line, name, { ...text, [part]: "+1212555\u00000100" }));
      assert.equal(exchange.status, 400, `${name} ${part}`);
    }
  }
});

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
