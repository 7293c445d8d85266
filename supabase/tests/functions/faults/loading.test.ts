import assert from "node:assert/strict";
import { inboundCall, newSid } from "../../../../scripts/testkit/caller/call-parameters.ts";
import { type Exchange, send, sign } from "../../../../scripts/testkit/caller/line.ts";
import { functionEnvironment, startLoneFunction, writeImportMap } from "../../../../scripts/testkit/lone-function.ts";
import { fileURLToPath } from "node:url";
import { HARBOR, stackLine } from "../http/stack.ts";

const VOICE = fileURLToPath(new URL("../../../functions/voice/index.ts", import.meta.url));

Deno.test("a turn whose steps cannot be loaded gets the apology, and the next caller is greeted all the same", async () => {
  await using imports = await writeImportMap({
    "supabase/functions/voice/later-turns.ts": "supabase/tests/functions/faults/unloadable.ts",
  });
  await using voice = await startLoneFunction(VOICE, functionEnvironment(Deno.env.toObject()), imports.path);
  const line = { ...stackLine(), reachedAt: voice.url };
  const turn = (query: string): Promise<Exchange> => {
    const call = { callSid: newSid("CA"), accountSid: line.accountSid, to: HARBOR.phone, from: "+12125550166" };
    return send(line, sign(line, `voice${query}`, { ...inboundCall(call), CallStatus: "in-progress", Digits: "1" }));
  };
  const menu = `?step=menu&org=${HARBOR.id}&zone=UTC&locale=en-US&asked=2026-11-22T15%3A29&version=1`;
  for (
    const [query, heard] of [["", /Harbor Dental/], [menu, /let me help you another way/], [
      "",
      /Harbor Dental/,
    ]] as const
  ) {
    const { status, body } = await turn(query);
    assert.equal(status, 200);
    assert.match(body, heard);
    assert.doesNotMatch(body, /Zebulon|unloadable|later-turns/);
  }
});
