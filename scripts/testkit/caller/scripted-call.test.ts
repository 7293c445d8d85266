import assert from "node:assert/strict";
import { call, openClinic } from "./clinic-double.ts";

Deno.test("an exact copy of a request carries the same signature and the same idempotency token", async () => {
  let count = 0;
  await using clinic = openClinic({ voice: () => `<Say>${++count}</Say>` });
  const { said, turns } = await call(clinic, [], { copies: () => 1 });
  assert.deepEqual(said, ["2"]);
  assert.equal(turns[0]?.earlier[0]?.body, "<Response><Say>1</Say></Response>");
  const [one, two] = clinic.at("voice");
  assert.deepEqual(one?.params, two?.params);
  for (const header of ["x-twilio-signature", "i-twilio-idempotency-token"]) {
    assert.ok(one?.headers.get(header));
    assert.equal(one?.headers.get(header), two?.headers.get(header));
  }
});

Deno.test("a script may change a request before it is sent", async () => {
  await using clinic = openClinic({ voice: () => `<Hangup/>` });
  await call(clinic, [], {
    prepare: (request) => ({
      ...request,
      headers: { ...request.headers, "i-twilio-idempotency-token": "again", "x-twilio-signature": "forged" },
    }),
  });
  const [first] = clinic.at("voice");
  assert.equal(first?.headers.get("i-twilio-idempotency-token"), "again");
  assert.equal(first?.signed, false);
});

Deno.test("an answering function knows what was asked since it last answered", async () => {
  const heard: string[][] = [];
  await using clinic = openClinic({
    voice: () => `<Say>Hello.</Say><Gather numDigits="1"><Say>Press 1.</Say></Gather><Redirect>voice</Redirect>`,
  });
  await call(clinic, ({ said, turn }) => {
    heard.push([...said]);
    return turn === 2 ? { kind: "hangup" } : { kind: "keys", keys: "1" };
  });
  assert.deepEqual(heard, [["Hello.", "Press 1."], ["Hello.", "Press 1."]]);
});

Deno.test("many calls at once keep their words and their numbers apart", async () => {
  await using clinic = openClinic({
    voice: ({ params }) => params.Digits ? `<Say>${params.From} ${params.Digits}</Say>` : `<Gather/>`,
  });
  const calls = await Promise.all(Array.from({ length: 50 }, (_, index) => {
    const from = `+1212555${String(100 + index).padStart(4, "0")}`;
    return call(clinic, [`${index}#`], { from });
  }));
  for (const [index, { said, from }] of calls.entries()) assert.deepEqual(said, [`${from} ${index}`]);
  assert.equal(new Set(calls.map(({ callSid }) => callSid)).size, 50);
});

Deno.test("an answering function that fails is the script's own error, and the clinic learns that the call is over", async () => {
  await using clinic = openClinic({ voice: () => `<Gather/>` });
  await assert.rejects(
    call(clinic, () => {
      throw new Error("lost my notes");
    }),
    /lost my notes/,
  );
  assert.equal(clinic.at("voice-status").at(-1)?.params.CallStatus, "completed");
});
