import assert from "node:assert/strict";
import { call, openClinic } from "./clinic-double.ts";

Deno.test("a message is recorded, and its action learns where it is and how long", async () => {
  await using clinic = openClinic({
    voice: ({ params }) => params.RecordingSid === undefined ? `<Record action="?step=taken"/>` : `<Say>Got it.</Say>`,
  });
  const { recordings, said, seconds } = await call(clinic, ["please call me back about my tooth"]);
  const { RecordingSid, RecordingUrl, RecordingDuration, Digits } = clinic.at("voice")[1]?.params ?? {};
  assert.match(RecordingSid ?? "", /^RE[0-9a-f]{32}$/);
  assert.ok(RecordingUrl?.startsWith("https://api.twilio.com/") && RecordingUrl.endsWith(RecordingSid ?? "?"));
  assert.equal(RecordingDuration, "3");
  assert.equal(Digits, undefined);
  assert.equal(recordings[0]?.words, "please call me back about my tooth");
  assert.deepEqual(said, ["Got it."]);
  assert.ok(seconds >= 3);
});

Deno.test("a key that ends a recording is told to the action", async () => {
  await using clinic = openClinic({
    voice: ({ params }) => params.RecordingSid === undefined ? `<Record finishOnKey="#"/>` : `<Hangup/>`,
  });
  await call(clinic, ["record:call me back #"]);
  assert.equal(clinic.at("voice")[1]?.params.Digits, "#");
});

Deno.test("an empty recording makes no request and falls through", async () => {
  await using clinic = openClinic({ voice: () => `<Record action="?taken"/><Say>I heard nothing.</Say>` });
  for (const answer of ["", "#", "record:0"]) {
    const { said, turns } = await call(clinic, [answer]);
    assert.deepEqual(said, ["I heard nothing."], answer);
    assert.equal(turns.length, 1, answer);
  }
});

Deno.test("who hangs up while recording leaves the recording, and hears nothing more", async () => {
  await using clinic = openClinic({
    voice: ({ params }) => params.RecordingSid === undefined ? `<Record/><Say>No?</Say>` : `<Say>Thanks.</Say>`,
  });
  const { said, ending } = await call(clinic, ["hangup:it is urgent"]);
  const { Digits, CallStatus } = clinic.at("voice")[1]?.params ?? {};
  assert.deepEqual({ Digits, CallStatus }, { Digits: "hangup", CallStatus: "completed" });
  assert.deepEqual(said, []);
  assert.equal(ending.how, "caller");
});

Deno.test("the written words of a recording go to the callback that asked for them", async () => {
  await using clinic = openClinic({
    voice: ({ params }) =>
      params.RecordingSid === undefined
        ? `<Record recordingStatusCallback="heard" transcribe="true" transcribeCallback="written"/>`
        : `<Hangup/>`,
    heard: () => ``,
    written: () => ``,
  });
  const { recordings } = await call(clinic, ["record:my name is Ada"]);
  assert.equal(clinic.at("heard")[0]?.params.RecordingSid, recordings[0]?.sid);
  assert.equal(clinic.at("written")[0]?.params.TranscriptionText, "my name is Ada");
});
