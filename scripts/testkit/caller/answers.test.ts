import assert from "node:assert/strict";
import { type Answer, scripted, writtenAnswer } from "./answers.ts";

const WRITTEN: readonly (readonly [string, Answer])[] = [
  ["1", { kind: "keys", keys: "1" }],
  ["12125550100#", { kind: "keys", keys: "12125550100#" }],
  ["*", { kind: "keys", keys: "*" }],
  ["", { kind: "silence" }],
  ["   ", { kind: "silence" }],
  ["tomorrow afternoon", { kind: "speech", words: "tomorrow afternoon" }],
  ["the 14th", { kind: "speech", words: "the 14th" }],
  ["say: 14", { kind: "speech", words: "14" }],
  ["say:", { kind: "silence" }],
  ["say nothing", { kind: "speech", words: "say nothing" }],
  ["record:8", { kind: "recording", seconds: 8, words: "" }],
  ["record:8 #", { kind: "recording", seconds: 8, words: "", endedBy: "#" }],
  ["record:", { kind: "recording", seconds: 0, words: "" }],
  ["record:please call me back", { kind: "recording", seconds: 2, words: "please call me back" }],
  ["record:please call me back *", { kind: "recording", seconds: 2, words: "please call me back", endedBy: "*" }],
  ["hangup", { kind: "hangup" }],
  ["hangup:bye", { kind: "recording", seconds: 1, words: "bye", endedBy: "hangup" }],
  ["early:2", { kind: "keys", keys: "2", early: true }],
  ["early:say:yes please", { kind: "speech", words: "yes please", early: true }],
];

for (const [text, answer] of WRITTEN) {
  Deno.test(`"${text}" is written for ${JSON.stringify(answer)}`, () => assert.deepEqual(writtenAnswer(text), answer));
}

Deno.test("a script answers in order, and is silent afterwards", async () => {
  const answer = scripted(["1", "yes"]);
  const asked = {
    verb: "Gather",
    action: "",
    method: "POST",
    listensFor: ["dtmf"],
    numDigits: 1,
    finishOnKey: "#",
    timeout: 5,
    actionOnEmptyResult: false,
    bargeIn: true,
    prompts: [],
  } as const;
  const given = [];
  for (let turn = 1; turn <= 4; turn++) given.push((await answer({ turn, said: [], asked })).kind);
  assert.deepEqual(given, ["keys", "speech", "silence", "silence"]);
});
