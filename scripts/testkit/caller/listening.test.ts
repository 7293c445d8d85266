import assert from "node:assert/strict";
import { writtenAnswer } from "./answers.ts";
import { gathered, recorded } from "./listening.ts";
import { readTwiml } from "./twiml.ts";

/** What the action of a <Gather> is told; null when nothing is. */
function told(attributes: string, answer: string): Readonly<Record<string, string>> | null {
  const [verb] = readTwiml(`<Response><Gather ${attributes}/></Response>`, "text/xml").verbs;
  assert.ok(verb?.verb === "Gather");
  const result = gathered(verb, writtenAnswer(answer));
  return result.kind === "input" ? result.params : null;
}

function kept(attributes: string, answer: string) {
  const [verb] = readTwiml(`<Response><Record ${attributes}/></Response>`, "text/xml").verbs;
  assert.ok(verb?.verb === "Record");
  return recorded(verb, writtenAnswer(answer));
}

Deno.test("the finishing key ends the digits and is not one of them", () => {
  const { Digits, FinishedOnKey } = told("", "2125550123#99") ?? {};
  assert.deepEqual({ Digits, FinishedOnKey }, { Digits: "2125550123", FinishedOnKey: "#" });
});

Deno.test("the finishing key alone is no input", () => assert.equal(told("", "#"), null));

Deno.test("with another finishing key, # is a digit like any other", () => {
  assert.equal(told(`finishOnKey="*"`, "12#3*")?.Digits, "12#3");
  assert.equal(told(`finishOnKey=""`, "12#3*")?.Digits, "12#3*");
});

Deno.test("enough digits end the input, and the keys after them are lost", () => {
  const { Digits, FinishedOnKey } = told(`numDigits="1"`, "123") ?? {};
  assert.deepEqual({ Digits, FinishedOnKey }, { Digits: "1", FinishedOnKey: "" });
});

Deno.test("too few digits are submitted when the time is up", () => {
  assert.equal(told(`numDigits="4"`, "12")?.Digits, "12");
});

Deno.test("the star is input, so that a menu can be repeated", () => {
  assert.equal(told(`numDigits="1"`, "*")?.Digits, "*");
});

Deno.test("a <Gather> hears only what it listens for", () => {
  assert.equal(told(`input="dtmf"`, "yes"), null);
  assert.equal(told(`input="speech"`, "1"), null);
  assert.equal(told(`input="dtmf speech"`, "yes")?.SpeechResult, "yes");
  assert.equal(told(`input="speech dtmf"`, "1")?.Digits, "1");
});

Deno.test("talk is speech to a <Gather>, and speech is talk to a <Record>", () => {
  assert.equal(told(`input="speech"`, "record:I have a toothache")?.SpeechResult, "I have a toothache");
  assert.deepEqual(kept("", "I have a toothache"), {
    kind: "recording",
    seconds: 2,
    words: "I have a toothache",
    digits: null,
  });
});

Deno.test("a recording is no longer than the clinic takes", () => {
  assert.deepEqual(kept(`maxLength="60"`, "record:90 #"), { kind: "recording", seconds: 60, words: "", digits: null });
});

Deno.test("a key that does not finish a recording is only a tone in it", () => {
  const result = kept(`finishOnKey="#"`, "record:5 *");
  assert.equal(result.kind === "recording" && result.digits, null);
  assert.equal(kept(`finishOnKey="#"`, "1").kind, "empty");
});
