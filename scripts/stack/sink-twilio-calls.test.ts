import assert from "node:assert/strict";
import twilio from "twilio";
import { freePort } from "./claims.ts";
import { startOps } from "./ops.ts";
import { localKeys } from "./settings.ts";
import { twilioStandIn } from "./sink-twilio.ts";

const sid = (kind: string, number: number) => kind + String(number).padStart(32, "0");

async function withAccount(test: (client: twilio.Twilio, tell: (line: unknown) => Promise<number>) => Promise<void>) {
  const port = freePort();
  const ops = startOps(port, "http://127.0.0.1:1", { twilio: twilioStandIn(() => {}) });
  const url = `http://127.0.0.1:${port}/twilio`;
  const httpClient = new twilio.RequestClient();
  const send = httpClient.request.bind(httpClient);
  httpClient.request = (options) => send({ ...options, uri: options.uri.replace("https://api.twilio.com", url) });
  try {
    await test(twilio(localKeys.twilioAccountSid, localKeys.twilioAuthToken, { httpClient }), async (line) => {
      const told = await fetch(`${url}/line`, { method: "PUT", body: JSON.stringify(line) });
      await told.body?.cancel();
      return told.status;
    });
  } finally {
    await ops.stop();
  }
}

function aCall(number: number, started: string) {
  return {
    sid: sid("CA", number),
    to: "+12125550100",
    from: "+12125550123",
    status: "in-progress",
    start_time: started,
  };
}

Deno.test("calls are listed newest first, page after page, whatever comes in between", () =>
  withAccount(async (client, tell) => {
    const minutes = Array.from({ length: 7 }, (_, index) => `2026-11-22T10:0${index}:00Z`);
    await tell({ calls: minutes.map((minute, index) => aCall(index, minute)) });
    const first = await client.calls.page({ pageSize: 3 });
    await tell({ calls: [aCall(99, "2026-11-22T11:00:00Z")] });
    const second = await first.nextPage();
    const third = await second?.nextPage();
    const listed = [first, second, third].flatMap((page) => page?.instances ?? []);
    assert.deepEqual(listed.map((call) => call.sid), [6, 5, 4, 3, 2, 1, 0].map((number) => sid("CA", number)));
    assert.equal(await third?.nextPage(), undefined);
    assert.deepEqual(listed[0]?.startTime, new Date("2026-11-22T10:06:00Z"));
  }));

Deno.test("news of a call replace what was known of it", () =>
  withAccount(async (client, tell) => {
    const started = aCall(1, "2026-11-22T10:00:00Z");
    await tell({ calls: [started] });
    assert.equal((await client.calls(sid("CA", 1)).fetch()).status, "in-progress");
    await tell({ calls: [{ ...started, status: "completed", end_time: "2026-11-22T10:01:00Z", duration: 60 }] });
    const [ended, ...others] = await client.calls.list();
    assert.deepEqual([ended?.status, ended?.duration, ended?.endTime, others.length], [
      "completed",
      "60",
      new Date("2026-11-22T10:01:00Z"),
      0,
    ]);
    await assert.rejects(client.calls(sid("CA", 2)).fetch(), { status: 404 });
    assert.equal(await tell({ calls: [{ ...started, sid: "1" }] }), 400);
  }));

Deno.test("a filter by time goes by the date, as Twilio documents it", () =>
  withAccount(async (client, tell) => {
    await tell({
      calls: [aCall(1, "2026-11-21T23:59:00Z"), aCall(2, "2026-11-22T00:00:00Z"), aCall(3, "2026-11-22T18:00:00Z")],
      recordings: [
        { sid: sid("RE", 1), call_sid: sid("CA", 1), date_created: "2026-11-21T23:59:30Z", duration: 9 },
        { sid: sid("RE", 3), call_sid: sid("CA", 3), date_created: "2026-11-22T18:00:30Z", duration: 9 },
      ],
    });
    const since = new Date("2026-11-22T12:00:00Z");
    const calls = await client.calls.list({ startTimeAfter: since });
    assert.deepEqual(calls.map((call) => call.sid), [sid("CA", 3), sid("CA", 2)]);
    const recordings = await client.recordings.list({ dateCreatedAfter: since });
    assert.deepEqual(recordings.map((one) => [one.sid, one.callSid, one.status, one.duration]), [
      [sid("RE", 3), sid("CA", 3), "completed", "9"],
    ]);
  }));
