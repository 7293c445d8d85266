import assert from "node:assert/strict";
import { type Answering, scripted } from "./answers.ts";
import { call, openClinic, type Script } from "./clinic-double.ts";
import { typedAnswers } from "./keyboard.ts";
import { Transcript, turnAsJson } from "./transcript.ts";

const CLINIC: Script = {
  voice: ({ params }) =>
    params.RecordingSid !== undefined
      ? `<Say>Thank you.</Say><Hangup/>`
      : params.Digits === "0"
      ? `<Pause/><Say>Please speak after the beep.</Say><Record/>`
      : `<Gather input="dtmf speech" numDigits="1"><Say>Press 0.</Say></Gather><Redirect/>`,
};

/** The transcript of a call, with every number of milliseconds written as N. */
async function printed(answer: Answering, echo: boolean): Promise<string[]> {
  await using clinic = openClinic(CLINIC);
  const transcript = new Transcript(echo);
  const lines: string[] = [];
  await call(clinic, answer, { listen: (event) => lines.push(...transcript.lines(event)) });
  return lines.map((line) => line.replace(/^ *\d+ ms/, "N ms"));
}

Deno.test("the transcript shows who says what, and the time before the first words of each turn", async () => {
  assert.deepEqual(await printed(scripted(["", "early:0", "record:call me please"]), true), [
    "N ms  clinic   Press 0.",
    "          caller   [silence]",
    "N ms  clinic   Press 0.",
    "          caller   [interrupts] 0",
    "N ms           [pause 1 s]",
    "          clinic   Please speak after the beep.",
    "                   [beep]",
    "          caller   [recording 1 s] call me please",
    "N ms  clinic   Thank you.",
  ]);
});

Deno.test("what somebody has just typed is not repeated, and the end of the keyboard hangs up", async () => {
  const keyboard = ReadableStream.from([new TextEncoder().encode("hello\r\n0\ncall "), new TextEncoder().encode("me")]);
  const asked: string[] = [];
  assert.deepEqual(await printed(typedAnswers(keyboard, (verb) => asked.push(verb)), false), [
    "N ms  clinic   Press 0.",
    "N ms  clinic   Press 0.",
    "N ms           [pause 1 s]",
    "          clinic   Please speak after the beep.",
    "                   [beep]",
    "          caller   [recording 1 s] call me",
    "N ms  clinic   Thank you.",
  ]);
  assert.deepEqual(asked, ["Gather", "Gather", "Record"]);
  const silent = await printed(typedAnswers(ReadableStream.from([]), () => {}), false);
  assert.deepEqual(silent, ["N ms  clinic   Press 0.", "", "          caller   [hangs up]"]);
});

Deno.test("long speech is broken between words and stays in its column", () => {
  const lines = new Transcript(true).lines({ type: "said", text: "word ".repeat(60).trim() });
  assert.ok(lines.length > 2);
  for (const line of lines) assert.ok(line.length <= 110, line);
  assert.ok(lines.slice(1).every((line) => line.startsWith(" ".repeat(19) + "word")));
});

Deno.test("a turn is one JSON line that tells what was asked and answered, without signatures", async () => {
  await using clinic = openClinic(CLINIC);
  const { turns } = await call(clinic, ["hangup"]);
  const line = turns.map(turnAsJson).join("");
  const turn = JSON.parse(line);
  assert.ok(!line.includes("\n") && !/signature/i.test(line));
  assert.deepEqual([turn.type, turn.turn, turn.status, turn.verbs, turn.said, turn.asked], [
    "turn",
    1,
    200,
    ["Gather", "Redirect"],
    ["Press 0."],
    [{ verb: "Gather", answer: { kind: "hangup" } }],
  ]);
});
