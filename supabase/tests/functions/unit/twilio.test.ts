import assert from "node:assert/strict";
import fc from "fast-check";
import MessagingResponse from "twilio/lib/twiml/MessagingResponse.js";
import VoiceResponse from "twilio/lib/twiml/VoiceResponse.js";
import webhooks from "twilio/lib/webhooks/webhooks.js";
import { readXml } from "../../../../scripts/testkit/caller/xml.ts";
import { readFields } from "../../../functions/_shared/body.ts";
import { isSignedByTwilio } from "../../../functions/_shared/twilio-signature.ts";
import { element, response } from "../../../functions/_shared/twiml.ts";

/** What we do without Twilio's library, beside what the library does. */

const TOKEN = "a token for tests only";
const ADDRESS = "https://clinic.example/functions/v1/voice";

/** Fields as they come in, some of them more than once. */
const forms = fc.array(fc.tuple(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" })), { maxLength: 8 })
  .map((fields) => readFields(new URLSearchParams(fields).toString()));
const queries = fc.array(fc.tuple(fc.webSegment(), fc.webSegment()), { maxLength: 3 })
  .map((fields) => fields.length === 0 ? "" : `?${new URLSearchParams(fields)}`);

Deno.test("whatever Twilio's library signs is let in", async () => {
  await fc.assert(fc.asyncProperty(fc.string({ minLength: 1 }), queries, forms, async (token, query, fields) => {
    const signature = webhooks.getExpectedTwilioSignature(token, ADDRESS + query, fields);
    assert.equal(await isSignedByTwilio(token, signature, ADDRESS + query, fields), true);
  }));
});

Deno.test("a signature with the port that the address leaves out is let in, as the library does", async () => {
  const signature = webhooks.getExpectedTwilioSignature(TOKEN, ADDRESS.replace(".example", ".example:443"), {
    CallSid: "CA1",
  });
  assert.equal(await isSignedByTwilio(TOKEN, signature, ADDRESS, { CallSid: "CA1" }), true);
});

Deno.test("with another token, address, field or value, nothing is let in", async () => {
  const fields = { CallSid: "CA1", Digits: ["1", "2"] };
  const signature = webhooks.getExpectedTwilioSignature(TOKEN, ADDRESS, fields);
  assert.equal(await isSignedByTwilio(TOKEN, signature, ADDRESS, fields), true);
  assert.equal(await isSignedByTwilio(`${TOKEN}.`, signature, ADDRESS, fields), false);
  assert.equal(await isSignedByTwilio(TOKEN, signature, `${ADDRESS}?step=menu`, fields), false);
  assert.equal(await isSignedByTwilio(TOKEN, signature, ADDRESS, { ...fields, From: "+12125550123" }), false);
  assert.equal(await isSignedByTwilio(TOKEN, signature, ADDRESS, { ...fields, Digits: ["1", "3"] }), false);
});

Deno.test("what is no signature is not let in, whatever it is", async () => {
  const fields = { CallSid: "CA1" };
  const right = webhooks.getExpectedTwilioSignature(TOKEN, ADDRESS, fields);
  const wrong = [right.slice(0, -1), `${right}=`, ` ${right}`, right.toLowerCase(), "=".repeat(28), "ü".repeat(28)];
  for (const signature of wrong) {
    assert.equal(await isSignedByTwilio(TOKEN, signature, ADDRESS, fields), false, signature);
  }
});

/** What XML can hold. */
const texts = fc.string({ unit: "grapheme" }).map((text) => text.replace(/[\p{Cc}\uFFFE\uFFFF]/gu, " "));

Deno.test("what we write for a call reads as what Twilio's library writes", () => {
  fc.assert(fc.property(texts, texts, fc.nat(), fc.boolean(), (said, address, timeout, isEmptyTold) => {
    const gather = { action: address, method: "POST", timeout, actionOnEmptyResult: isEmptyTold };
    const theirs = new VoiceResponse();
    theirs.gather({ input: ["dtmf", "speech"], ...gather }).say({ language: "en-GB" }, said);
    theirs.redirect({ method: "POST" }, address);
    theirs.hangup();
    const ours = response(
      element("Gather", { input: ["dtmf", "speech"], ...gather }, element("Say", { language: "en-GB" }, said)),
      element("Redirect", { method: "POST" }, address),
      element("Hangup", {}),
    );
    assert.deepEqual(readXml(ours), readXml(theirs.toString()));
  }));
});

Deno.test("what we write in answer to a text reads as what Twilio's library writes", () => {
  fc.assert(fc.property(texts, (text) => {
    const theirs = new MessagingResponse();
    theirs.message(text);
    assert.deepEqual(readXml(response(element("Message", {}, text))), readXml(theirs.toString()));
  }));
  assert.deepEqual(readXml(response()), readXml(new MessagingResponse().toString()));
});

Deno.test("whatever the text, the document can be read", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    readXml(response(element("Say", { language: text }, text)));
  }));
});

Deno.test("lines and tabs stay what they are, and an attribute without a value is left out", () => {
  assert.equal(
    response(element("Say", { language: undefined, loop: 2 }, "one\ntwo\tthree\0")),
    '<?xml version="1.0" encoding="UTF-8"?><Response><Say loop="2">one&#10;two&#9;three</Say></Response>',
  );
});
