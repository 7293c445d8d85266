import assert from "node:assert/strict";
import { openClinic, twiml } from "./clinic-double.ts";
import { type Line, send, sign } from "./line.ts";
import { AddressRefused } from "./loopback.ts";

const get = (line: Line, url: string) => send(line, sign(line, url, { CallSid: "CA1" }));

Deno.test("a signed form post is accepted by the twilio library", async () => {
  await using clinic = openClinic({ voice: () => "" });
  const params = { From: "+12125550123", SpeechResult: "Jürgen & Zoë = 50% off + more", Digits: "" };
  const { status, failure } = await send(clinic.line, sign(clinic.line, "voice?say=it's&x=a%20b", params));
  assert.deepEqual({ status, failure }, { status: 200, failure: null });
  assert.equal(clinic.received[0]?.signed, true);
  assert.deepEqual(clinic.received[0]?.params, params);
});

Deno.test("a request altered after signing is no longer accepted", async () => {
  await using clinic = openClinic({ voice: () => "" });
  const request = sign(clinic.line, "voice", { Digits: "1" });
  await send(clinic.line, { ...request, body: "Digits=2" });
  await send(clinic.line, { ...request, url: `${request.url}?step=booked` });
  assert.deepEqual(clinic.received.map(({ signed }) => signed), [false, false]);
});

Deno.test("an HTTP error is a failure that Twilio calls 11200", async () => {
  await using clinic = openClinic({ voice: () => new Response("no", { status: 503 }) });
  const { status, body, failure } = await get(clinic.line, "voice");
  assert.deepEqual({ status, body, code: failure?.code }, { status: 503, body: "no", code: 11200 });
});

Deno.test("an answer over 64 kB is a failure, one of 64 kB is none", async () => {
  await using clinic = openClinic({
    voice: () => twiml("x".repeat(65_536)),
    sms: () => twiml("x".repeat(65_537)),
  });
  assert.equal((await get(clinic.line, "voice")).failure, null);
  assert.equal((await get(clinic.line, "sms")).failure?.code, 11750);
});

Deno.test("an answer that is late is given up after the limit and not asked for again", async () => {
  const release = Promise.withResolvers<string>();
  await using clinic = openClinic({ voice: () => release.promise }, { limitMs: 100 });
  const { status, ms, attempts, failure } = await get(clinic.line, "voice");
  release.resolve("");
  assert.deepEqual({ status, attempts, code: failure?.code }, { status: null, attempts: 1, code: 11205 });
  assert.ok(ms >= 95 && ms < 2_000, `${ms} ms`);
});

Deno.test("an answer that begins in time and does not end is given up too", async () => {
  const trickle = new ReadableStream<Uint8Array>({
    start: (stream) => stream.enqueue(new TextEncoder().encode("<Resp")),
  });
  await using clinic = openClinic({ voice: () => new Response(trickle) }, { limitMs: 100 });
  assert.equal((await get(clinic.line, "voice")).failure?.code, 11205);
});

Deno.test("a connection that cannot be made is tried once more", async () => {
  const { line, [Symbol.asyncDispose]: close } = openClinic({});
  await close();
  const { status, attempts, failure } = await get(line, "voice");
  assert.deepEqual({ status, attempts, code: failure?.code }, { status: null, attempts: 2, code: 11205 });
});

Deno.test("a request that was sent before the connection broke is not sent again", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const hangsUp = (async () => {
    const connection = await listener.accept();
    await connection.read(new Uint8Array(4096));
    connection.close();
  })();
  const reachedAt = `http://127.0.0.1:${listener.addr.port}/functions/v1`;
  await using clinic = openClinic({}, { reachedAt });
  const { attempts, failure } = await get(clinic.line, "voice");
  await hangsUp;
  assert.deepEqual({ attempts, code: failure?.code }, { attempts: 1, code: 11205 });
});

Deno.test("HTTP redirects are followed and signed for their own address, but not for ever", async () => {
  await using clinic = openClinic({
    voice: () => new Response(null, { status: 302, headers: { location: "moved?to=1" } }),
    moved: () => `<Hangup/>`,
    same: () => new Response(null, { status: 307, headers: { location: "kept" } }),
    kept: () => `<Hangup/>`,
    round: () => new Response(null, { status: 307, headers: { location: "round" } }),
  });
  assert.equal((await get(clinic.line, "voice")).status, 200);
  assert.deepEqual(clinic.at("moved").map(({ method, signed }) => ({ method, signed })), [{
    method: "GET",
    signed: true,
  }]);
  assert.equal((await get(clinic.line, "same")).status, 200);
  assert.equal(clinic.at("kept")[0]?.params.CallSid, "CA1");
  assert.equal((await get(clinic.line, "round")).failure?.code, 11215);
});

Deno.test("no request leaves the machine, neither directly nor by way of a redirect", async () => {
  await using clinic = openClinic({
    voice: () => new Response(null, { status: 307, headers: { location: "http://192.0.2.1/voice" } }),
  });
  await assert.rejects(get(clinic.line, "https://example.com/voice"), AddressRefused);
  await assert.rejects(get(clinic.line, "voice"), AddressRefused);
  // Only a whole path segment is the public address: this one is a different host that begins alike.
  await assert.rejects(get(clinic.line, `${clinic.line.publicUrl}.example.org/voice`), AddressRefused);
});
