import assert from "node:assert/strict";
import { localeOfNumber } from "../../../functions/_language/locale.ts";
import { callerNumber } from "../../../functions/_shared/twilio-call.ts";
import { CallEvent } from "../../../functions/voice-status/call-event.ts";
import { TurnRequest } from "../../../functions/voice/turn.ts";

function recorded(name: string): Record<string, string> {
  return JSON.parse(Deno.readTextFileSync(new URL(`../fixtures/${name}.json`, import.meta.url))).params;
}

Deno.test("a number that stands for none is no number, and neither is an address that is no phone", () => {
  for (
    const from of [
      undefined,
      "",
      "anonymous",
      "Anonymous",
      "Restricted",
      "unavailable",
      "+266696687",
      "+7378742833",
      "+2562533",
      "+8656696",
      "+86282452253",
      "client:reception",
      "sip:someone@clinic.example",
      "2125550147",
      "+0125550147",
    ]
  ) assert.equal(callerNumber(from), null, String(from));
  assert.equal(callerNumber("+12125550147"), "+12125550147");
  assert.equal(callerNumber("+442079460123"), "+442079460123");
});

Deno.test("before the clinic is known, its number tells the language", () => {
  assert.equal(localeOfNumber("+442079460100"), "en-GB");
  assert.equal(localeOfNumber("+12125550100"), "en-US");
});

Deno.test("a call event is read as Twilio sends it, its time as an instant", () => {
  const { body } = CallEvent.parse({ query: {}, body: recorded("voice-status") });
  assert.equal(body.Timestamp, "2026-11-22T20:41:42.000Z");
  assert.equal(body.SequenceNumber, 2);
  assert.equal(body.CallDuration, 74);
  assert.equal(body.CallStatus, "completed");
});

Deno.test("a call event that cannot be is refused", () => {
  const event = recorded("voice-status");
  for (
    const absurd of [
      { CallSid: "CA1" },
      { CallStatus: "exploded" },
      { SequenceNumber: "-1" },
      { SequenceNumber: "1e9" },
      { Timestamp: "infinity" },
      { Timestamp: "2026-11-22T20:41:42Z" },
      { Timestamp: "Sun, 99 Nov 2026 20:41:42 +0000" },
      { CallDuration: "forever" },
      { To: "" },
    ]
  ) {
    assert.equal(
      CallEvent.safeParse({ query: {}, body: { ...event, ...absurd } }).success,
      false,
      JSON.stringify(absurd),
    );
  }
});

Deno.test("a turn is read as Twilio sends it, and what was keyed or recorded is what can be", () => {
  const call = recorded("voice");
  const { state, body } = TurnRequest.parse({ query: {}, body: call });
  assert.deepEqual(state, { step: "greeting" });
  assert.equal(body.Digits, "");
  for (
    const fields of [{ Digits: "12#*" }, { Digits: "hangup", RecordingUrl: "https://api.twilio.com/x/RE1" }, {
      From: undefined,
    }]
  ) {
    assert.equal(
      TurnRequest.safeParse({ query: {}, body: { ...call, ...fields } }).success,
      true,
      JSON.stringify(fields),
    );
  }
  for (
    const absurd of [
      { CallSid: undefined },
      { CallSid: "CA'; drop table calls; --" },
      { To: undefined },
      { Digits: "1".repeat(65) },
      { Digits: "<1>" },
      { RecordingUrl: "javascript:alert(1)" },
      { RecordingUrl: "file:///etc/passwd" },
      { SpeechResult: ["a", "b"] },
    ]
  ) {
    assert.equal(
      TurnRequest.safeParse({ query: {}, body: { ...call, ...absurd } }).success,
      false,
      JSON.stringify(absurd),
    );
  }
});

Deno.test("the region that the address asks for goes on into every further turn", () => {
  const call = recorded("voice");
  assert.equal(TurnRequest.parse({ query: { forceFunctionRegion: "eu-west-2" }, body: call }).region, "eu-west-2");
  assert.equal(TurnRequest.parse({ query: { forceFunctionRegion: "a&b" }, body: call }).region, undefined);
});
