import assert from "node:assert/strict";
import { call, NUMBERS, openClinic } from "./clinic-double.ts";

Deno.test("every request is signed for the public address, query and parameters included", async () => {
  await using clinic = openClinic({
    voice: () => `<Gather action="voice?step=menu&amp;again=1" numDigits="1"><Say>Press a key.</Say></Gather>`,
  });
  await call(clinic, ["1", "hangup"]);
  assert.equal(clinic.received.length, 5);
  assert.deepEqual(clinic.received.filter(({ signed }) => !signed), []);
  assert.equal(clinic.at("voice")[1]?.path, "voice?step=menu&again=1");
});

Deno.test("the first request says that the phone rings, the next that the call is in progress", async () => {
  await using clinic = openClinic({ voice: () => `<Gather numDigits="1"/>` });
  const { callSid } = await call(clinic, ["1", "hangup"]);
  const [first, second] = clinic.at("voice");
  assert.equal(first?.params.CallStatus, "ringing");
  assert.equal(second?.params.CallStatus, "in-progress");
  assert.match(callSid, /^CA[0-9a-f]{32}$/);
  for (const name of ["AccountSid", "ApiVersion", "Caller", "Called", "CallerCity", "FromCity", "ToState"]) {
    assert.ok(name in (first?.params ?? {}), name);
  }
  const { CallSid, From, To, Direction, FromCountry, StirVerstat } = first?.params ?? {};
  assert.deepEqual({ CallSid, From, To, Direction, FromCountry, StirVerstat }, {
    CallSid: callSid,
    From: NUMBERS.from,
    To: NUMBERS.to,
    Direction: "inbound",
    FromCountry: "US",
    StirVerstat: "TN-Validation-Passed-A",
  });
});

Deno.test("verbs are performed in order, and the end of the document hangs up", async () => {
  await using clinic = openClinic({ voice: () => `<Say>One.</Say><Pause length="2"/><Say>Two &amp; three.</Say>` });
  const { said, ending, turns } = await call(clinic, []);
  assert.deepEqual(said, ["One.", "Two & three."]);
  assert.equal(ending.how, "end of document");
  assert.deepEqual(turns[0]?.verbs.map(({ verb }) => verb), ["Say", "Pause", "Say"]);
});

Deno.test("nothing after a <Hangup> is performed", async () => {
  await using clinic = openClinic({ voice: () => `<Say>Bye.</Say><Hangup/><Say>Too late.</Say>` });
  const { said, ending } = await call(clinic, []);
  assert.deepEqual(said, ["Bye."]);
  assert.equal(ending.how, "hangup");
});

Deno.test("a key goes to the action, and what follows the <Gather> is not performed", async () => {
  await using clinic = openClinic({
    voice: ({ path }) =>
      path.includes("step=chosen")
        ? `<Say>Thanks.</Say><Hangup/>`
        : `<Gather input="dtmf speech" numDigits="1" action="?step=chosen"><Say>Choose.</Say></Gather><Say>Silence.</Say>`,
  });
  const { said } = await call(clinic, ["2"]);
  assert.deepEqual(said, ["Choose.", "Thanks."]);
  assert.equal(clinic.at("voice")[1]?.params.Digits, "2");
});

Deno.test("spoken words arrive as SpeechResult with a confidence", async () => {
  await using clinic = openClinic({
    voice: ({ params }) => params.SpeechResult === undefined ? `<Gather input="speech"/>` : `<Hangup/>`,
  });
  await call(clinic, ["say:next Tuesday, after 3"]);
  const { SpeechResult, Confidence, Digits } = clinic.at("voice")[1]?.params ?? {};
  assert.equal(SpeechResult, "next Tuesday, after 3");
  assert.ok(Number(Confidence) > 0.5);
  assert.equal(Digits, undefined);
});

Deno.test("silence falls through to the next verb", async () => {
  await using clinic = openClinic({ voice: () => `<Gather><Say>Well?</Say></Gather><Say>Nobody there.</Say>` });
  const { said, turns } = await call(clinic, [""]);
  assert.deepEqual(said, ["Well?", "Nobody there."]);
  assert.equal(turns.length, 1);
});

Deno.test("silence goes to the action when actionOnEmptyResult asks for it", async () => {
  await using clinic = openClinic({
    voice: ({ params }) =>
      params.Digits === "" ? `<Say>Nothing came.</Say>` : `<Gather actionOnEmptyResult="true"/><Say>Not here.</Say>`,
  });
  assert.deepEqual((await call(clinic, [""])).said, ["Nothing came."]);
});

Deno.test("when the answers run out the caller is silent, and a clinic that never gives up is left after the limit", async () => {
  await using clinic = openClinic({
    voice: () => `<Gather><Say>Still there?</Say></Gather><Redirect>voice</Redirect>`,
  });
  const { ending, turns } = await call(clinic, ["1"], { maxTurns: 7 });
  assert.equal(ending.how, "turn limit");
  assert.equal(turns.length, 7);
});

Deno.test("a redirect is taken relative to the document, and by the method that it names", async () => {
  await using clinic = openClinic({
    voice: ({ path }) =>
      path === "voice" ? `<Redirect method="GET">voice?step=2&amp;of=3</Redirect><Say>Never.</Say>` : `<Hangup/>`,
  });
  const { said } = await call(clinic, []);
  assert.deepEqual(said, []);
  const second = clinic.at("voice")[1];
  assert.equal(second?.method, "GET");
  assert.match(second?.path ?? "", /^voice\?step=2&of=3&AccountSid=.*&CallStatus=in-progress$/);
  assert.equal(second?.signed, true);
});

Deno.test("an early answer cuts the question short, and the rest of it is not heard", async () => {
  const document = `<Gather numDigits="1" action="?done"><Say>One two three four.</Say><Say>Five six.</Say></Gather>`;
  await using clinic = openClinic({ voice: ({ path }) => path === "voice" ? document : `<Hangup/>` });
  const early = await call(clinic, ["early:1"]);
  assert.deepEqual(early.said, ["One two …"]);
  assert.equal(clinic.at("voice")[1]?.params.Digits, "1");
  const patient = await call(clinic, ["1"]);
  assert.deepEqual(patient.said, ["One two three four.", "Five six."]);
});

Deno.test("an early answer is lost where the clinic does not listen while it talks", async () => {
  await using clinic = openClinic({
    voice: () => `<Gather bargeIn="false"><Say>Wait.</Say></Gather><Say>Nothing.</Say>`,
  });
  const { said, turns } = await call(clinic, ["early:1"]);
  assert.deepEqual(said, ["Wait.", "Nothing."]);
  assert.equal(turns.length, 1);
});

Deno.test("a caller who hangs up at a question makes no further voice request", async () => {
  await using clinic = openClinic({ voice: () => `<Gather/><Say>Hello?</Say>` });
  const { said, ending } = await call(clinic, ["hangup"]);
  assert.equal(clinic.at("voice").length, 1);
  assert.deepEqual(said, []);
  assert.equal(ending.how, "caller");
});

Deno.test("a caller who hangs up while the clinic thinks hears nothing of its answer", async () => {
  const phone = new AbortController();
  const release = Promise.withResolvers<void>();
  await using clinic = openClinic({
    voice: async ({ params }) => {
      if (params.Digits === undefined) return `<Gather numDigits="1"/>`;
      phone.abort();
      await release.promise;
      return `<Say>Booked.</Say>`;
    },
    "voice-status": ({ params }) => {
      if (params.CallStatus === "completed") release.resolve();
      return new Response(null, { status: 204 });
    },
  });
  // The answer is held back until the clinic has learnt that the call is over: the callback does not wait for it.
  const { said, ending, turns } = await call(clinic, ["1"], { signal: phone.signal });
  assert.deepEqual(said, []);
  assert.equal(ending.how, "caller");
  assert.equal(turns.length, 2);
});

Deno.test("a call can be rejected before it is answered, and only then", async () => {
  await using clinic = openClinic({
    voice: ({ params }) => params.To === "+442079460100" ? `<Reject reason="busy"/>` : `<Say>Hello.</Say><Reject/>`,
  });
  const busy = await call(clinic, [], { to: "+442079460100" });
  assert.equal(busy.ending.how, "rejected");
  assert.equal(busy.callbacks.at(-1)?.request.params.CallStatus, "busy");
  assert.equal((await call(clinic, [])).ending.how, "hangup");
});
