import assert from "node:assert/strict";
import { call, openClinic, type Script, twiml } from "./clinic-double.ts";
import type { Line } from "./line.ts";
import { APPLICATION_ERROR } from "./place-call.ts";

async function callTo(script: Script, changes: Partial<Line> = {}, answers: readonly string[] = []) {
  await using clinic = openClinic(script, changes);
  return { ...await call(clinic, answers), fallback: clinic.at("voice-fallback") };
}

const SORRY: Script = { "voice-fallback": () => `<Say>Sorry, please leave a message.</Say>` };

for (
  const [what, code, answer] of [
    ["an HTTP error", "11200", () => new Response("<Response/>", { status: 500 })],
    ["invalid XML", "12100", () => twiml("<Response><Say>Hello")],
    ["an unknown verb", "12200", () => "<Play>music.mp3</Play>"],
    ["another content type", "12300", () => Response.json({ success: false })],
  ] as const
) {
  Deno.test(`${what} leads to the fallback, which is told ${code} and where`, async () => {
    const { said, ending, fallback, turns } = await callTo({ ...SORRY, voice: answer });
    assert.deepEqual(said, ["Sorry, please leave a message."]);
    assert.equal(ending.how, "end of document");
    assert.equal(fallback[0]?.signed, true);
    const { ErrorCode, ErrorUrl } = fallback[0]?.params ?? {};
    assert.deepEqual({ ErrorCode, ErrorUrl }, {
      ErrorCode: code,
      ErrorUrl: "https://frontdesk.example/functions/v1/voice",
    });
    assert.equal(String(turns[0]?.failure?.code), code);
  });
}

Deno.test("an answer that does not come in time leads to the fallback", async () => {
  const release = Promise.withResolvers<string>();
  const script: Script = {
    voice: () => release.promise,
    "voice-fallback": () => {
      release.resolve("");
      return `<Say>Sorry.</Say>`;
    },
  };
  const { said, fallback } = await callTo(script, { limitMs: 150 });
  assert.deepEqual(said, ["Sorry."]);
  assert.equal(fallback[0]?.params.ErrorCode, "11205");
});

Deno.test("a failure in the middle of a call leads to the fallback too, and the call goes on from there", async () => {
  const { said, fallback } = await callTo(
    {
      voice: ({ path }) =>
        path.includes("day") ? new Response(null, { status: 502 }) : `<Gather numDigits="1" action="?step=day"/>`,
      "voice-fallback": () => `<Record action="voice-fallback?step=taken"/>`,
    },
    {},
    ["1", "record:call me"],
  );
  assert.deepEqual(said, []);
  assert.match(fallback[0]?.params.ErrorUrl ?? "", /voice\?step=day$/);
  assert.equal(fallback[0]?.params.CallStatus, "in-progress");
  assert.equal(fallback[1]?.path, "voice-fallback?step=taken");
});

Deno.test("when the fallback fails as well, the caller hears of an application error and the call ends", async () => {
  const { said, ending, turns } = await callTo({ voice: () => new Response(null, { status: 500 }) });
  assert.deepEqual(said, [APPLICATION_ERROR]);
  assert.equal(ending.how, "application error");
  assert.deepEqual(turns.map(({ failure }) => failure?.code), [11200, 11200]);
});

Deno.test("an address outside this machine ends the call, whichever verb names it", async () => {
  for (
    const inside of [
      `<Redirect>https://example.com/voice</Redirect>`,
      `<Gather numDigits="1" action="http://192.0.2.1/voice"/>`,
      `<Record action="//example.com/voice"/>`,
      `<Record recordingStatusCallback="https://example.com/recorded"/>`,
    ]
  ) {
    const { ending, fallback } = await callTo({ ...SORRY, voice: () => inside }, {}, [
      inside.includes("Record") ? "hi" : "1",
    ]);
    assert.equal(ending.how, "refused", inside);
    assert.deepEqual(fallback, [], inside);
  }
});

Deno.test("an action that is no URL is a failure of the document", async () => {
  const { turns, said } = await callTo({ ...SORRY, voice: () => `<Redirect>http://</Redirect>` });
  assert.equal(turns[0]?.failure?.code, 11100);
  assert.deepEqual(said, ["Sorry, please leave a message."]);
});
