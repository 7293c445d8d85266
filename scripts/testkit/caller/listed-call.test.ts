import assert from "node:assert/strict";
import { scripted } from "./answers.ts";
import { NUMBERS, openClinic } from "./clinic-double.ts";
import { placeListedCall } from "./listed-call.ts";

Deno.test("Twilio's stand-in learns of a call, then of its recording before the clinic does, then of its end", async () => {
  const told: { calls?: Record<string, unknown>[]; recordings?: Record<string, unknown>[] }[] = [];
  const standIn = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    told.push(await request.json());
    return Response.json({});
  });
  await using clinic = openClinic({
    voice: ({ params }) => {
      if (params.RecordingSid === undefined) return `<Record action="?step=taken"/>`;
      assert.equal(told.at(-1)?.recordings?.[0]?.sid, params.RecordingSid);
      return `<Hangup/>`;
    },
  });
  const url = `http://127.0.0.1:${standIn.addr.port}/twilio`;
  const call = await placeListedCall(clinic.line, url, { ...NUMBERS, answer: scripted(["record:please call me"]) });
  await standIn.shutdown();

  assert.deepEqual(told.map((news) => news.calls?.[0]?.status ?? news.recordings?.[0]?.call_sid), [
    "in-progress",
    call.callSid,
    "completed",
  ]);
  assert.equal(told[2]?.calls?.[0]?.sid, call.callSid);
  assert.ok(call.recordings.length === 1 && told[2]?.calls?.[0]?.end_time !== null);
});
