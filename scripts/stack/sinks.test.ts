import assert from "node:assert/strict";
import twilio from "twilio";
import { startOps } from "./ops.ts";
import { freePort } from "./claims.ts";
import { join } from "./paths.ts";
import { localKeys } from "./settings.ts";
import { parseEnvelope } from "./sink-sentry.ts";
import { createSinks } from "./sinks.ts";

async function withSinks(test: (url: string, received: (sink: string) => Record<string, unknown>[]) => Promise<void>) {
  const stackDir = Deno.makeTempDirSync({ prefix: "frontdesk-sinks-test-" });
  const port = freePort();
  const ops = startOps(port, "http://127.0.0.1:1", createSinks(stackDir));
  try {
    await test(`http://127.0.0.1:${port}`, (sink) =>
      Deno.readTextFileSync(join(stackDir, `${sink}.ndjson`)).split("\n").filter(Boolean).map((line) =>
        JSON.parse(line)
      ));
  } finally {
    await ops.stop();
    Deno.removeSync(stackDir, { recursive: true });
  }
}

/** The real library, told another address. */
function twilioClient(url: string): twilio.Twilio {
  const httpClient = new twilio.RequestClient();
  const send = httpClient.request.bind(httpClient);
  httpClient.request = (options) =>
    send({ ...options, uri: options.uri.replace("https://api.twilio.com", `${url}/twilio`) });
  return twilio(localKeys.twilioAccountSid, localKeys.twilioAuthToken, { httpClient });
}

Deno.test("a message that Twilio's library sends is taken, answered as Twilio does, and kept", () =>
  withSinks(async (url, received) => {
    const client = twilioClient(url);
    const message = await client.messages.create({
      to: "+12125550123",
      from: "+12125550100",
      body: "See you at nine.",
    });
    assert.match(message.sid, /^SM[0-9a-f]{32}$/);
    assert.equal(message.status, "queued");
    assert.ok(message.dateCreated instanceof Date);
    const [line] = received("twilio");
    assert.deepEqual(line?.params, { To: "+12125550123", From: "+12125550100", Body: "See you at nine." });
    assert.deepEqual(line?.answer, { status: 201, sid: message.sid });
    assert.equal((await client.messages(message.sid).fetch()).body, "See you at nine.");
    assert.deepEqual(await client.calls.list(), []);
    assert.deepEqual(await client.recordings.list(), []);
  }));

Deno.test("a fault makes the next message to its number fail, once, with Twilio's code", () =>
  withSinks(async (url, received) => {
    const client = twilioClient(url);
    const send = (to: string) => client.messages.create({ to, from: "+12125550100", body: "Hello." });
    const faults = [{
      to: "+12125550124",
      status: 400,
      code: 21610,
      message: "Attempt to send to unsubscribed recipient",
    }];
    const told = await fetch(`${url}/twilio/faults`, { method: "PUT", body: JSON.stringify(faults) });
    assert.equal(told.status, 200);
    await told.body?.cancel();
    await send("+12125550123");
    await assert.rejects(send("+12125550124"), { status: 400, code: 21610 });
    await send("+12125550124");
    assert.deepEqual(received("twilio").map(({ answer }) => Object(answer).status), [201, 400, 201]);
  }));

Deno.test("a wrong auth token is refused", () =>
  withSinks(async (url) => {
    const path = `/twilio/2010-04-01/Accounts/${localKeys.twilioAccountSid}/Messages.json`;
    const response = await fetch(url + path, { headers: { authorization: `Basic ${btoa("AC:wrong")}` } });
    assert.equal(response.status, 401);
    assert.equal((await response.json()).code, 20003);
  }));

Deno.test("each item of an envelope is kept, gzipped or not", () =>
  withSinks(async (url, received) => {
    const envelope = '{"event_id":"1"}\n{"type":"event"}\n{"message":"one"}\n{"type":"session"}\n{"ok":true}\n';
    const plain = await fetch(`${url}/sentry/api/1/envelope/?sentry_key=local`, { method: "POST", body: envelope });
    assert.equal(plain.status, 200);
    await plain.body?.cancel();
    const zipped = new Blob([envelope]).stream().pipeThrough(new CompressionStream("gzip"));
    const second = await fetch(`${url}/sentry/api/1/envelope/`, {
      method: "POST",
      headers: { "content-encoding": "gzip" },
      body: await new Response(zipped).bytes(),
    });
    assert.equal(second.status, 200);
    await second.body?.cancel();
    assert.deepEqual(received("sentry").map(({ type }) => type), ["event", "session", "event", "session"]);
    assert.deepEqual(received("sentry")[0]?.payload, { message: "one" });
  }));

Deno.test("a payload of a told length may hold line breaks", () => {
  const envelope = new TextEncoder().encode('{}\n{"type":"attachment","length":5}\na\nb\nc\n{"type":"event"}\n{}');
  assert.deepEqual(parseEnvelope(envelope), [{ type: "attachment", payload: "a\nb\nc" }, {
    type: "event",
    payload: {},
  }]);
});
