import assert from "node:assert/strict";
import { inboundCall, newSid } from "../../../../scripts/testkit/caller/call-parameters.ts";
import { send, sign, type WebhookRequest } from "../../../../scripts/testkit/caller/line.ts";
import { readTwiml } from "../../../../scripts/testkit/caller/twiml.ts";
import { database, HARBOR, stackLine } from "./stack.ts";

const line = stackLine();
const WEBHOOKS = ["voice", "voice-status", "voice-fallback"];

function aCall(changes: Partial<Record<string, string>> = {}): Record<string, string> {
  const call = inboundCall({
    callSid: newSid("CA"),
    accountSid: line.accountSid,
    to: HARBOR.phone,
    from: "+12125550199",
  });
  const own = { CallStatus: "ringing", SequenceNumber: "0", Timestamp: new Date().toUTCString() };
  return Object.fromEntries(
    Object.entries({ ...call, ...own, ...changes }).map(([name, value]) => [name, value ?? ""]),
  );
}

/** Sends it and sees that nothing about the call was kept. */
async function sendAndKeepNothing(request: WebhookRequest, callSid: string) {
  const exchange = await send(line, request);
  await using sql = database();
  const [kept] = await sql`
    select
      (select count(*)::int from public.calls where call_sid = ${callSid}) as calls,
      (select count(*)::int from public.call_events where call_sid = ${callSid}) as events,
      (select count(*)::int from public.appointment_holds where call_sid = ${callSid}) as holds,
      (select count(*)::int from public.follow_up_tasks where call_sid = ${callSid}) as tasks`;
  assert.deepEqual({ ...kept }, { calls: 0, events: 0, holds: 0, tasks: 0 });
  return exchange;
}

for (const name of WEBHOOKS) {
  Deno.test(`${name} turns away a request without a signature, with an empty 403`, async () => {
    const params = aCall();
    const { "x-twilio-signature": _, ...headers } = sign(line, name, params).headers;
    const exchange = await sendAndKeepNothing({ ...sign(line, name, params), headers }, params.CallSid ?? "");
    assert.equal(exchange.status, 403);
    assert.equal(exchange.body, "");
  });

  Deno.test(`${name} turns away a wrong signature`, async () => {
    const params = aCall();
    const request = sign({ ...line, authToken: "not the token" }, name, params);
    const exchange = await sendAndKeepNothing(request, params.CallSid ?? "");
    assert.equal(exchange.status, 403);
    assert.equal(exchange.body, "");
  });

  Deno.test(`${name} turns away a signature that was made for another address`, async () => {
    const params = aCall();
    const elsewhere = sign({ ...line, publicUrl: "https://clinic.example/functions/v1" }, name, params);
    const request = { ...sign(line, name, params), headers: elsewhere.headers };
    assert.equal((await sendAndKeepNothing(request, params.CallSid ?? "")).status, 403);
  });

  Deno.test(`${name} turns away a request whose fields were changed after signing`, async () => {
    const params = aCall();
    const request = sign(line, name, params);
    const body = new URLSearchParams({ ...params, From: "+12125550111" }).toString();
    assert.equal((await sendAndKeepNothing({ ...request, body }, params.CallSid ?? "")).status, 403);
  });

  Deno.test(`${name} answers 400 in a plain sentence when fields are missing`, async () => {
    const { CallSid = "", To: _, ...params } = aCall();
    const exchange = await sendAndKeepNothing(sign(line, name, params), CallSid);
    assert.equal(exchange.status, 400);
    assert.match(exchange.body, /^[A-Z][^<>{}]+\.$/);
  });

  Deno.test(`${name} answers 400 when fields are absurd`, async () => {
    for (
      const absurd of [
        { CallSid: "'; drop table calls; --" },
        { CallSid: "" },
        { To: "x".repeat(5000) },
        { CallSid: "CA" + "\u0000".repeat(32) },
      ]
    ) {
      const params = aCall(absurd);
      const exchange = await send(line, sign(line, name, params));
      assert.equal(exchange.status, 400, JSON.stringify(absurd).slice(0, 60));
      assert.match(exchange.body, /^[A-Z][^<>{}]+\.$/);
    }
  });

  Deno.test(`${name} answers 400 to a body of a megabyte, even a signed one`, async () => {
    const params = aCall({ Padding: "x".repeat(1024 * 1024) });
    const exchange = await sendAndKeepNothing(sign(line, name, params), params.CallSid ?? "");
    assert.equal(exchange.status, 400);
  });

  Deno.test(`${name} answers 400 to another method or content type`, async () => {
    const params = aCall();
    const signed = sign(line, name, params);
    const asGet = { ...sign(line, name, params, "GET") };
    assert.equal((await sendAndKeepNothing(asGet, params.CallSid ?? "")).status, 400);
    for (const type of ["application/json", "text/plain", "multipart/form-data; boundary=x"]) {
      const request = { ...signed, headers: { ...signed.headers, "content-type": type } };
      assert.equal((await sendAndKeepNothing(request, params.CallSid ?? "")).status, 400, type);
    }
  });
}

Deno.test("voice turns away an action URL that was tampered with", async () => {
  const params = aCall();
  const signed = sign(line, "voice", params);
  for (const query of ["?step=menu", "?step=confirm&org=" + HARBOR.id, "?x=1"]) {
    const exchange = await sendAndKeepNothing({ ...signed, url: signed.url + query }, params.CallSid ?? "");
    assert.equal(exchange.status, 403, query);
    assert.equal(exchange.body, "");
  }
});

Deno.test("voice answers 400 to a state that is signed and yet none of ours", async () => {
  const params = aCall();
  for (const query of ["?step=nowhere", "?step=menu", "?step=menu&org=1&zone=x&locale=xx&asked=never"]) {
    const exchange = await sendAndKeepNothing(sign(line, "voice" + query, params), params.CallSid ?? "");
    assert.equal(exchange.status, 400, query);
  }
});

Deno.test("a number that no clinic has gets a polite sentence, and the call ends", async () => {
  const params = aCall({ To: "+12125550198", Called: "+12125550198" });
  const exchange = await sendAndKeepNothing(sign(line, "voice", params), params.CallSid ?? "");
  assert.equal(exchange.status, 200);
  const { verbs } = readTwiml(exchange.body, exchange.headers["content-type"] ?? "");
  assert.deepEqual(verbs.map((verb) => verb.verb), ["Say", "Hangup"]);
  assert.match(exchange.body, /doesn't belong to a clinic/);
});

Deno.test("voice-fallback answers without the database, for a number that no clinic has", async () => {
  const params = aCall({ To: "+12125550198", ErrorCode: "11205", ErrorUrl: "https://clinic.example/voice" });
  const exchange = await sendAndKeepNothing(sign(line, "voice-fallback", params), params.CallSid ?? "");
  assert.equal(exchange.status, 200);
  const { verbs } = readTwiml(exchange.body, exchange.headers["content-type"] ?? "");
  assert.ok(verbs.some((verb) => verb.verb === "Record"));
});

Deno.test("health says that the database answers, to GET and HEAD only", async () => {
  const address = `${line.reachedAt}/health`;
  const answer = await fetch(address);
  assert.equal(answer.status, 200);
  const told = await answer.json();
  assert.equal(told.database.reachable, true);
  assert.equal((await fetch(address, { method: "HEAD" })).status, 200);
  const posted = await fetch(address, { method: "POST", body: "{}" });
  await posted.body?.cancel();
  assert.equal(posted.status, 405);
});

Deno.test("a number with a character that Postgres cannot keep is refused, and is no failure of ours", async () => {
  const text = { ...aCall({ Body: "1" }), MessageSid: newSid("SM") };
  for (const name of ["voice", "voice-status", "voice-fallback", "sms"]) {
    for (const part of ["To", "From"]) {
      const exchange = await send(line, sign(line, name, { ...text, [part]: "+1212555\u00000100" }));
      assert.equal(exchange.status, 400, `${name} ${part}`);
    }
  }
});
