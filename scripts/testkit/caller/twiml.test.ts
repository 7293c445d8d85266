import assert from "node:assert/strict";
import { BadTwiml, readTwiml } from "./twiml.ts";

const read = (inside: string) =>
  readTwiml(`<?xml version="1.0" encoding="UTF-8"?><Response>${inside}</Response>`, "text/xml");

function code(body: string, type = "text/xml"): number | null {
  try {
    readTwiml(body, type);
    return null;
  } catch (error) {
    if (error instanceof BadTwiml) return error.failure.code;
    throw error;
  }
}

Deno.test("the words of a <Say> are what is heard: markup is spoken, space is squeezed, entities are characters", () => {
  const { verbs } = read(
    `<Say voice="Polly.Joanna">Press <say-as interpret-as="digits">12</say-as>,\n  Zo&#235; &amp; <![CDATA[<Co>]]>&lt;<break time="1s"/>.</Say>`,
  );
  assert.deepEqual(verbs, [{ verb: "Say", text: "Press 12, Zoë & <Co><." }]);
});

Deno.test("a <Gather> without attributes has Twilio's defaults", () => {
  assert.deepEqual(read(`<Gather/>`).verbs, [{
    verb: "Gather",
    action: "",
    method: "POST",
    listensFor: ["dtmf"],
    numDigits: null,
    finishOnKey: "#",
    timeout: 5,
    actionOnEmptyResult: false,
    bargeIn: true,
    prompts: [],
  }]);
});

Deno.test("a <Record> without attributes has Twilio's defaults", () => {
  assert.deepEqual(read(`<Record/>`).verbs, [{
    verb: "Record",
    action: "",
    method: "POST",
    timeout: 5,
    finishOnKey: "1234567890*#",
    maxLength: 3600,
    playBeep: true,
    recordingStatusCallback: null,
    transcribeCallback: null,
  }]);
});

for (
  const [what, body] of [
    ["nothing", ""],
    ["a sentence", "Something went wrong"],
    ["JSON", `{"success": false}`],
    ["half a document", "<Response><Say>Hel"],
    ["two documents", "<Response/><Response/>"],
    ["words after the end", "<Response/>done"],
    ["a web page", "<html><body><h1>502</h1></body></html>"],
    ["a space before the declaration", ` <?xml version="1.0"?><Response/>`],
    ["a bare & in text", "<Response><Say>Smith & Sons</Say></Response>"],
    ["a bare & in an attribute", `<Response><Gather action="voice?a=1&b=2"/></Response>`],
    ["a bare < in an attribute", `<Response><Gather action="a<b"/></Response>`],
    ["an entity of HTML", "<Response><Say>a&nbsp;b</Say></Response>"],
    ["a control character", "<Response><Say>\u0007</Say></Response>"],
    ["a reference to a control character", "<Response><Say>&#7;</Say></Response>"],
    ["an attribute twice", `<Response><Say voice="a" voice="b">x</Say></Response>`],
    ["an attribute without quotes", "<Response><Pause length=1/></Response>"],
    ["a name that begins with a digit", "<Response><1st/></Response>"],
    ["an entity of its own", `<!DOCTYPE Response [<!ENTITY x "y">]><Response><Say>&x;</Say></Response>`],
  ] as const
) {
  Deno.test(`${what} is no TwiML, which Twilio calls 12100`, () => assert.equal(code(body), 12100));
}

Deno.test("a verb that is unknown, misspelled or misplaced is an error that names it", () => {
  for (
    const inside of [
      "<Dial>+12125550101</Dial>",
      "<say>x</say>",
      "<__proto__/>",
      "<Gather><Redirect>x</Redirect></Gather>",
      "<Record><Say>x</Say></Record>",
    ]
  ) {
    assert.throws(() => read(inside), (error) => error instanceof BadTwiml && error.failure.code === 12200, inside);
  }
  assert.throws(() => read("<Dial/>"), /<Dial> is not a verb/);
});

Deno.test("what Twilio only warns of is performed with the default, and the warning is kept", () => {
  const { verbs, warnings } = read(
    `stray <Gather numdigits="1" timeout="soon" input="voice"/><Say></Say><Pause length="-1"/>`,
  );
  assert.deepEqual(verbs.map(({ verb }) => verb), ["Gather", "Say", "Pause"]);
  assert.deepEqual(warnings.map((warning) => warning.slice(0, 5)), [
    "12200",
    "12200",
    "12200",
    "12200",
    "13520",
    "12200",
  ]);
  assert.deepEqual(read(`<Say>${"a".repeat(4097)}</Say>`).warnings.map((warning) => warning.slice(0, 5)), ["13521"]);
});

Deno.test("plain text is read aloud, and a type that is neither TwiML nor text is refused", () => {
  assert.deepEqual(readTwiml("Closed\ntoday.", "text/plain; charset=utf-8").verbs, [{
    verb: "Say",
    text: "Closed today.",
  }]);
  assert.equal(code("<Response/>", "Application/XML;charset=utf-8"), null);
  for (const type of ["application/json", "", "image/png"]) assert.equal(code("<Response/>", type), 12300, type);
});
