import assert from "node:assert/strict";
import { explainTextFailure, replyBody, textBody, type TextFacts } from "../../../functions/_language/en/texts.ts";
import { writtenTime } from "../../../functions/_language/en/written-time.ts";
import { intentOf } from "../../../functions/sms/intent.ts";
import { failureOf } from "../../../functions/worker/twilio-failures.ts";

const harbor: TextFacts = {
  kind: "booked_text",
  clinic: { name: "Harbor Dental", locale: "en-US", address: "12 Pier Street, New York", phone: "+12125550100" },
  slot: { starts_local: "2026-11-24T09:00:00" },
  provider: "Dr. Maya Ortiz",
  code: "482913",
};

Deno.test("each occasion has its words, with day, time and code", () => {
  assert.equal(
    textBody(harbor),
    "Harbor Dental: your appointment with Dr. Maya Ortiz on Tue, Nov 24, 9:00 AM is booked. " +
      "Address: 12 Pier Street, New York. Code 482913. Reply 1 to confirm, 2 to cancel, STOP for no texts.",
  );
  assert.equal(
    textBody({ ...harbor, kind: "moved_text" }),
    "Harbor Dental: your appointment has moved. It is now with Dr. Maya Ortiz on Tue, Nov 24, 9:00 AM. " +
      "Address: 12 Pier Street, New York. Code 482913. Reply 1 to confirm, 2 to cancel.",
  );
  assert.equal(
    textBody({ ...harbor, kind: "cancelled_text" }),
    "Harbor Dental: your appointment with Dr. Maya Ortiz on Tue, Nov 24, 9:00 AM is cancelled. Code 482913. " +
      "To book again, call +12125550100.",
  );
  assert.equal(
    textBody({ ...harbor, kind: "reminder_text", clinic: { ...harbor.clinic, address: null } }),
    "Harbor Dental: a reminder of your appointment with Dr. Maya Ortiz on Tue, Nov 24, 9:00 AM. Code 482913. " +
      "Reply 1 to confirm, 2 to cancel.",
  );
});

Deno.test("a text never asks for a word that stops all texts", () => {
  for (const kind of ["booked_text", "moved_text", "cancelled_text", "reminder_text"] as const) {
    assert.doesNotMatch(textBody({ ...harbor, kind }), /\b(?:CANCEL|END|QUIT|YES|START)\b/);
  }
});

Deno.test("a time is written as the clinic's country writes it, in characters that every phone has", () => {
  assert.equal(writtenTime("2027-03-14T15:30:00", "en-US"), "Sun, Mar 14, 3:30 PM");
  assert.equal(writtenTime("2027-03-14T15:30", "en-GB"), "Sun 14 Mar, 15:30");
  assert.equal(writtenTime("2027-01-01T00:05:00", "en-US"), "Fri, Jan 1, 12:05 AM");
  assert.equal(writtenTime("2027-01-01T00:05:00", "en-GB"), "Fri 1 Jan, 00:05");
  assert.match(textBody(harbor), /^[\x20-\x7e]+$/);
});

Deno.test("a reply says what became of the answer", () => {
  const about = { clinic: { name: "Cedar", locale: "en-GB" }, slot: { starts_local: "2026-11-24T09:00:00" } } as const;
  assert.equal(replyBody({ outcome: "confirmed", ...about }), "Cedar: thank you, see you on Tue 24 Nov, 09:00.");
  assert.match(replyBody({ outcome: "cancelled", ...about }), /Tue 24 Nov, 09:00 is cancelled/);
  assert.match(replyBody({ outcome: "passed_on", clinic: about.clinic }), /passed your message on/);
});

Deno.test("1 and 2 are understood however they are typed, and nothing else is taken for them", () => {
  for (const text of ["1", " 1 ", "1.", "(1)", "'1'", "１", "1️⃣", "One", "\n1\n"]) {
    assert.equal(intentOf(text, undefined), "confirm", text);
  }
  for (const text of ["2", "2!", "TWO"]) assert.equal(intentOf(text, undefined), "cancel", text);
  for (
    const text of ["12", "1 2", "2 pm", "1 please call me", "", "👍", "no", "stop it please", "cancel my appointment"]
  ) {
    assert.equal(intentOf(text, undefined), "other", text);
  }
});

Deno.test("the words that stop and start texts are those on which Twilio acts", () => {
  for (const text of ["STOP", "stop.", "StopAll", "UNSUBSCRIBE", "Cancel", "END", "quit"]) {
    assert.equal(intentOf(text, undefined), "stop", text);
  }
  for (const text of ["START", "yes", "Unstop"]) assert.equal(intentOf(text, undefined), "start", text);
  assert.equal(intentOf("basta", "STOP"), "stop");
  assert.equal(intentOf("de nuevo", "START"), "start");
  assert.equal(intentOf("help", "HELP"), "other");
});

Deno.test("what Twilio refuses for good is not tried again; what may have arrived is asked about", () => {
  const read = (status: number, code?: number) => {
    const { isFinal, isUnsure, problem } = failureOf(Object.assign(new Error("said outside"), { status, code }));
    return [problem, isFinal, isUnsure];
  };
  assert.deepEqual(read(400, 21610), ["twilio_21610", true, false]);
  assert.deepEqual(read(400, 21614), ["twilio_21614", true, false]);
  assert.deepEqual(read(429, 20429), ["twilio_20429", false, false]);
  assert.deepEqual(read(401, 20003), ["twilio_20003", false, false]);
  assert.deepEqual(read(500, 20500), ["twilio_20500", false, true]);
  assert.deepEqual(read(503), ["http_503", false, true]);
  for (const thrown of [new Error("timeout of 8000ms exceeded"), null, "x", { status: "400" }]) {
    assert.deepEqual(failureOf(thrown), {
      problem: "no_answer",
      twilioCode: undefined,
      isFinal: false,
      isUnsure: true,
    });
  }
});

Deno.test("staff read in plain words why a patient got no text", () => {
  assert.match(explainTextFailure(30006), /^The number is a landline/);
  assert.match(explainTextFailure(99999), /^The text could not be delivered\. Please tell the patient another way\.$/);
  assert.match(explainTextFailure(undefined), /could not be delivered/);
});
