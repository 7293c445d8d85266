import assert from "node:assert/strict";
import { inboundCall, newSid } from "../../../../scripts/testkit/caller/call-parameters.ts";
import { type Exchange, send, sign } from "../../../../scripts/testkit/caller/line.ts";
import { functionEnvironment, startLoneFunction, writeImportMap } from "../../../../scripts/testkit/lone-function.ts";
import { fileURLToPath } from "node:url";
import { HARBOR, stackLine } from "../http/stack.ts";

const VOICE = fileURLToPath(new URL("../../../functions/voice/index.ts", import.meta.url));

Deno.test("a turn that needs a package which cannot be loaded gets the apology, and the other turns go on", async () => {
  await using imports = await writeImportMap({ "chrono-node/en": "supabase/tests/functions/faults/unloadable.ts" });
  await using voice = await startLoneFunction(VOICE, functionEnvironment(Deno.env.toObject()), imports.path);
  const line = { ...stackLine(), reachedAt: voice.url };
  const turn = (query: string, SpeechResult: string): Promise<Exchange> => {
    const call = { callSid: newSid("CA"), accountSid: line.accountSid, to: HARBOR.phone, from: "+12125550166" };
    return send(line, sign(line, `voice${query}`, { ...inboundCall(call), CallStatus: "in-progress", SpeechResult }));
  };
  const day =
    `?step=day&org=${HARBOR.id}&zone=UTC&locale=en-US&asked=2026-11-22T15%3A29&version=1&service=${HARBOR.id}`;
  for (
    const [query, words, heard] of [
      ["", "", /Harbor Dental/],
      [day, "the third of March", /let me help you another way/],
      [day, "", /Sorry/],
      ["", "", /Harbor Dental/],
    ] as const
  ) {
    const { status, body } = await turn(query, words);
    assert.equal(status, 200);
    assert.match(body, heard);
    assert.doesNotMatch(body, /Zebulon|unloadable|chrono/);
  }
});
