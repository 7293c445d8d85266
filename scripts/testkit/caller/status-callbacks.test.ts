import assert from "node:assert/strict";
import { call, openClinic } from "./clinic-double.ts";
import { rfc2822 } from "./status-callbacks.ts";

const VOICE = { voice: () => `<Say>Hello there.</Say><Pause length="30"/>` };

Deno.test("the clinic is told of ringing, in-progress and completed, signed, numbered and dated", async () => {
  await using clinic = openClinic(VOICE);
  const { callbacks, callSid, seconds } = await call(clinic, []);
  const events = clinic.at("voice-status");
  assert.deepEqual(events.map(({ params }) => [params.SequenceNumber, params.CallStatus]), [
    ["0", "ringing"],
    ["1", "in-progress"],
    ["2", "completed"],
  ]);
  for (const { params, signed } of events) {
    assert.ok(signed);
    assert.equal(params.CallSid, callSid);
    assert.match(params.Timestamp ?? "", /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000$/);
  }
  assert.equal(events[0]?.params.CallDuration, undefined);
  assert.equal(events[2]?.params.CallDuration, String(seconds));
  assert.ok(seconds >= 31, `${seconds} s`);
  assert.deepEqual(callbacks.map(({ status }) => status), [204, 204, 204]);
});

Deno.test("the conversation does not wait for a callback, the end of the call does", async () => {
  const release = Promise.withResolvers<Response>();
  await using clinic = openClinic({
    voice: () => {
      release.resolve(new Response(null, { status: 204 }));
      return `<Hangup/>`;
    },
    "voice-status": ({ params }) =>
      params.CallStatus === "ringing" ? release.promise : new Response(null, { status: 204 }),
  });
  const { callbacks } = await call(clinic, []);
  assert.equal(callbacks.length, 3);
});

Deno.test("callbacks can be left out", async () => {
  await using clinic = openClinic(VOICE);
  await call(clinic, [], { callbacks: "none" });
  assert.deepEqual(clinic.at("voice-status"), []);
});

Deno.test("callbacks can be held and delivered in any order, repeated or lost", async () => {
  await using clinic = openClinic(VOICE);
  await call(clinic, [], {
    callbacks: (events) => events.toReversed().slice(0, 2).flatMap((event) => [event, event]),
  });
  assert.deepEqual(clinic.at("voice-status").map(({ params }) => params.SequenceNumber), ["2", "2", "1", "1"]);
});

Deno.test("a callback that the clinic does not take is part of the account and does not disturb the call", async () => {
  await using clinic = openClinic({ ...VOICE, "voice-status": () => new Response(null, { status: 500 }) });
  const { callbacks, ending } = await call(clinic, []);
  assert.equal(ending.how, "end of document");
  assert.deepEqual(callbacks.map(({ failure }) => failure?.code), [11200, 11200, 11200]);
});

Deno.test("a date is written as mail writes it", () => {
  assert.equal(rfc2822(new Date("2026-11-24T14:00:00.123Z")), "Tue, 24 Nov 2026 14:00:00 +0000");
});
