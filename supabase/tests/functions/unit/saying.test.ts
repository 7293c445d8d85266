import assert from "node:assert/strict";
import { readTwiml } from "../../../../scripts/testkit/caller/twiml.ts";
import { apology } from "../../../functions/_shared/fallbacks.ts";
import { fallbackAnswer } from "../../../functions/_shared/fallbacks.ts";
import type { Reply } from "../../../functions/voice/conversation.ts";
import { sentencesIn } from "../../../functions/voice/saying/sentences.ts";
import {
  spelled,
  spelledPhone,
  spokenDate,
  spokenDays,
  spokenTime,
} from "../../../functions/voice/saying/spoken-time.ts";
import { toTwiml } from "../../../functions/voice/saying/twiml.ts";

Deno.test("a date is said as its country says it", () => {
  assert.equal(spokenDate("2026-11-24T09:00", "en-US"), "Tuesday, November 24th");
  assert.equal(spokenDate("2026-11-24T09:00", "en-GB"), "Tuesday the 24th of November");
  const endings = ["01", "02", "03", "04", "11", "12", "13", "21", "22", "23", "31"]
    .map((day) => spokenDate(`2026-12-${day}T00:00`, "en-US").split(" ").at(-1));
  assert.deepEqual(endings, ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "23rd", "31st"]);
});

Deno.test("a time is said on the twelve-hour clock", () => {
  const said = ["00:00", "00:30", "09:00", "09:05", "12:00", "12:30", "14:00", "23:59"].map((time) =>
    spokenTime(`2026-11-24T${time}`)
  );
  assert.deepEqual(said, ["midnight", "12:30 AM", "9 AM", "9:05 AM", "noon", "12:30 PM", "2 PM", "11:59 PM"]);
});

Deno.test("a span ends on the day before the midnight that ends it", () => {
  assert.equal(spokenDays("2026-11-24T00:00", "2026-11-25T00:00", "en-US"), "on Tuesday, November 24th");
  assert.equal(spokenDays("2026-11-24T12:00", "2026-11-24T18:00", "en-US"), "on Tuesday, November 24th");
  assert.equal(
    spokenDays("2026-11-30T00:00", "2026-12-02T00:00", "en-GB"),
    "between Monday the 30th of November and Tuesday the 1st of December",
  );
});

Deno.test("codes and numbers are spelled digit by digit", () => {
  assert.equal(spelled("048291"), "0, 4, 8, 2, 9, 1");
  assert.equal(spelledPhone("+12125550147"), "2 1 2, 5 5 5, 0 1 4 7");
  assert.equal(spelledPhone("+442079460123"), "0 2 0, 7 9 4 6, 0 1 2 3");
});

Deno.test("every question is worded in three different ways, in both languages", () => {
  for (const sentences of [sentencesIn("en-US"), sentencesIn("en-GB")]) {
    for (
      const wordings of [
        sentences.menu,
        sentences.service,
        sentences.day,
        sentences.phone,
        sentences.name,
        sentences.confirm,
      ]
    ) {
      assert.equal(new Set(wordings).size, 3);
    }
  }
});

const MESSAGE = { step: "message", reason: "message" } as const;
const address = () => "https://clinic.example/functions/v1/voice?step=message&reason=message";

function twimlOf(reply: Partial<Reply>): string {
  const twiml = toTwiml({ locale: "en-US", say: [], then: { verb: "hang up" }, ...reply }, address);
  assert.deepEqual(readTwiml(twiml, "text/xml").warnings, [], twiml);
  return twiml;
}

/** What a caller hears of it. */
function saidIn(twiml: string): string[] {
  return readTwiml(twiml, "text/xml").verbs.flatMap((verb) => verb.verb === "Say" ? [verb.text] : []);
}

Deno.test("whatever a clinic calls itself, the answer stays valid XML and says it", () => {
  const text = "Tooth & Crown <Ltd> \"'\u0000\u0007\uFFFF\uD800 ]]> \u{1F9B7}";
  const twiml = twimlOf({ say: [text], then: { verb: "record", state: MESSAGE } });
  assert.equal(saidIn(twiml)[0], "Tooth & Crown <Ltd> \"' ]]> \u{1F9B7}");
});

Deno.test("a text that is too long for Twilio is cut, and never through a character", () => {
  const twiml = twimlOf({ say: ["\u{1F9B7}".repeat(5000)] });
  const [said = ""] = saidIn(twiml);
  assert.equal(said.length, 4096);
  assert.ok(said.isWellFormed());
});

Deno.test("listening takes keys and words, tells of silence too, and hears hints without commas", () => {
  const twiml = twimlOf({
    say: ["Which?"],
    then: { verb: "listen", state: MESSAGE, keys: "one", hints: ["Reed, Ada", "nine"] },
  });
  assert.match(
    twiml,
    /<Gather input="dtmf speech" action="https:\/\/clinic\.example[^"]*step=message&amp;reason=message"/,
  );
  assert.match(twiml, /actionOnEmptyResult="true"/);
  assert.match(twiml, /numDigits="1"/);
  assert.match(twiml, /hints="Reed {2}Ada,nine"/);
  assert.match(twiml, /language="en-US"/);
});

Deno.test("several keys end with the pound key", () => {
  const twiml = twimlOf({ say: ["Number?"], then: { verb: "listen", state: MESSAGE, keys: "many", hints: [] } });
  assert.match(twiml, /finishOnKey="#"/);
  assert.doesNotMatch(twiml, /numDigits|hints/);
});

Deno.test("a recording that stays empty ends in a goodbye, since Twilio then asks nobody", () => {
  const twiml = twimlOf({ then: { verb: "record", state: MESSAGE } });
  assert.deepEqual(readTwiml(twiml, "text/xml").verbs.map(({ verb }) => verb), ["Record", "Say", "Hangup"]);
  assert.match(`${saidIn(twiml)}`, /didn't hear a message/);
});

Deno.test("going on is a redirect, and the end a hang-up", () => {
  assert.match(twimlOf({ then: { verb: "go", state: MESSAGE } }), /<Redirect method="POST">https:\/\/clinic/);
  assert.match(twimlOf({ say: ["Goodbye."] }), /<Say language="en-US">Goodbye\.<\/Say><Hangup\/>/);
});

Deno.test("the apology is valid TwiML that offers a message, with or without an address", () => {
  for (const twiml of [apology(), apology("en-GB", 'https://clinic.example/voice?a=1&b="<2>"')]) {
    assert.match(`${saidIn(twiml)[0]}`, /I'm having trouble right now, let me help you another way/);
    assert.ok(readTwiml(twiml, "text/xml").verbs.some(({ verb }) => verb === "Record"));
  }
});

Deno.test("each channel's plainest mask is what the sender expects, and tells nothing", async () => {
  const voice = fallbackAnswer("voice");
  assert.equal(voice.status, 200);
  assert.match(await voice.text(), /<Record action="voice\?step=message&amp;reason=trouble"/);
  const sms = fallbackAnswer("sms");
  assert.equal(sms.status, 200);
  assert.match(await sms.text(), /<Response\/>$/);
  const json = fallbackAnswer("json");
  assert.deepEqual(await json.json(), {
    success: false,
    error: "I'm having trouble accessing the schedule right now. Let me try another way to help you.",
  });
});
