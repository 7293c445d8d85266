/** One request per webhook, as Twilio really sends it with all its fields, and what each must come to. */
import assert from "node:assert/strict";
import { newSid } from "../../../../scripts/testkit/caller/call-parameters.ts";
import { send, sign } from "../../../../scripts/testkit/caller/line.ts";
import { readTwiml } from "../../../../scripts/testkit/caller/twiml.ts";
import { database, stackLine } from "./stack.ts";

const line = stackLine();

function recorded(name: string): Record<string, string> {
  const file = new URL(`../fixtures/${name}.json`, import.meta.url);
  const { params } = JSON.parse(Deno.readTextFileSync(file));
  return { ...params, CallSid: newSid("CA") };
}

Deno.test("the recorded voice request is greeted with the clinic's name and the menu", async () => {
  const params = recorded("voice");
  const exchange = await send(line, sign(line, "voice", params));
  assert.equal(exchange.status, 200);
  assert.match(exchange.headers["content-type"] ?? "", /^text\/xml/);
  readTwiml(exchange.body, exchange.headers["content-type"] ?? "");
  assert.match(exchange.body, /Harbor Dental/);
  assert.match(exchange.body, /dial 911/);
  assert.match(exchange.body, /<Gather /);
});

Deno.test("the recorded status callback moves the call's status and is kept once", async () => {
  const params = recorded("voice-status");
  const request = sign(line, "voice-status", params);
  assert.equal((await send(line, request)).status, 204);
  assert.equal((await send(line, request)).status, 204);
  await using sql = database();
  const events = await sql`select status from public.call_events where call_sid = ${params.CallSid ?? ""}`;
  assert.deepEqual(events.map(({ status }) => status), [params.CallStatus]);
  const calls = await sql`select status from public.calls where call_sid = ${params.CallSid ?? ""}`;
  assert.deepEqual(calls.map(({ status }) => status), [params.CallStatus]);
});

Deno.test("the recorded fallback request is answered with an apology and a recording", async () => {
  const exchange = await send(line, sign(line, "voice-fallback", recorded("voice-fallback")));
  assert.equal(exchange.status, 200);
  const { verbs } = readTwiml(exchange.body, exchange.headers["content-type"] ?? "");
  assert.ok(verbs.some((verb) => verb.verb === "Record"));
  assert.match(exchange.body, /having trouble right now/);
});
