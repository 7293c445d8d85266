import assert from "node:assert/strict";
import { scripted } from "../../../../scripts/testkit/caller/answers.ts";
import { newSid } from "../../../../scripts/testkit/caller/call-parameters.ts";
import { send, sign } from "../../../../scripts/testkit/caller/line.ts";
import { placeListedCall } from "../../../../scripts/testkit/caller/listed-call.ts";
import { pokeWorker, reconcileNow } from "../../../../scripts/testkit/worker.ts";
import { HARBOR, someCaller } from "../http/stack.ts";
import {
  listedCall,
  listedRecording,
  outcomeOf,
  secretKey,
  tasksOf,
  tellTwilio,
  twilioApiUrl,
  withLane,
} from "./reconciling.ts";

Deno.test("what a caller said while the database was away for the whole call is brought back, once", () =>
  withLane(async (lane, sql) => {
    const from = someCaller();
    lane.database.break({ fault: "refuse" });
    const answer = scripted(["record:please call me back about my tooth"]);
    const call = await placeListedCall(lane.line, twilioApiUrl, { to: HARBOR.phone, from, answer });
    lane.database.mend();
    assert.match(call.said.join(" "), /someone will call you back/);
    assert.match(call.said.at(-1) ?? "", /Your message was recorded/);
    assert.deepEqual([await outcomeOf(sql, call.callSid), await tasksOf(sql, call.callSid)].flat(), ["unknown"]);

    assert.equal((await reconcileNow(lane.line, secretKey)).status, 200);
    const expected = [{ reason: "message", recording_url: call.recordings[0]?.url, from_phone: from, status: "open" }];
    assert.deepEqual((await tasksOf(sql, call.callSid)).map((task) => ({ ...task })), expected);
    assert.equal(await outcomeOf(sql, call.callSid), "completed message");

    await Promise.all(Array.from({ length: 3 }, () => pokeWorker(lane.line, secretKey)));
    for (let runs = 0; runs < 3; runs++) await reconcileNow(lane.line, secretKey);
    assert.deepEqual((await tasksOf(sql, call.callSid)).map((task) => ({ ...task })), expected);
  }));

Deno.test("a call that broke off while the database was away leaves one task, and one whose end came in no second", () =>
  withLane(async (lane, sql) => {
    lane.database.break({ fault: "refuse" });
    const options = { to: HARBOR.phone, from: someCaller(), answer: scripted(["hangup"]) };
    const missed = await placeListedCall(lane.line, twilioApiUrl, options);
    lane.database.mend();
    const heard = await placeListedCall(lane.line, twilioApiUrl, { ...options, answer: scripted(["1", "hangup"]) });
    const message = await placeListedCall(lane.line, twilioApiUrl, {
      ...options,
      answer: scripted(["0", "record:hello"]),
    });

    for (let runs = 0; runs < 3; runs++) await reconcileNow(lane.line, secretKey);
    for (const [call, reason] of [[missed, "abandoned"], [heard, "abandoned"], [message, "message"]] as const) {
      assert.deepEqual((await tasksOf(sql, call.callSid)).map((task) => task.reason), [reason]);
    }
  }));

Deno.test("a text that came while the database was away is left to staff, once, and nothing is done that it says", () =>
  withLane(async (lane, sql) => {
    const [from, sid] = [someCaller(), newSid("SM")];
    const words = `please cancel it, ${crypto.randomUUID()}`;
    const text = sign(lane.line, "sms", {
      MessageSid: sid,
      AccountSid: lane.line.accountSid,
      To: HARBOR.phone,
      From: from,
      Body: words,
      NumMedia: "1",
    });
    lane.database.break({ fault: "refuse" });
    const { status, body } = await send(lane.line, text);
    lane.database.mend();
    assert.ok(status === 200 && /<Response ?\/>$/.test(body));
    const brought = { to: HARBOR.phone, from, num_media: 1 };
    const [now, before] = [new Date().toISOString(), new Date(Date.now() - 2 * 60_000).toISOString()];
    // What comes just now is still its webhook's, which does what it says.
    const justNow = newSid("SM");
    await tellTwilio({
      texts: [
        { ...brought, sid, body: words, date_sent: before },
        { ...brought, sid: justNow, body: "2", date_sent: now },
      ],
    });
    for (let runs = 0; runs < 3; runs++) assert.equal((await reconcileNow(lane.line, secretKey)).status, 200);
    const tasks = await sql<{ body: string }[]>`
      select body from public.follow_up_tasks where org_id = ${HARBOR.id} and reason = 'text' and body like ${`%${words}%`}`;
    assert.equal(tasks.length, 1);
    assert.equal(tasks[0]?.body.split(words).length, 2);
    assert.ok(tasks[0]?.body.includes(`(1 attached, kept at Twilio with message ${sid})`));
    // Its own webhook, should it come once more, finds it done.
    assert.match((await send(lane.line, text)).body, /<Response ?\/>$/);
    const kept = await sql`select sid, outcome, is_answered from public.texts where sid in ${sql([sid, justNow])}`;
    assert.deepEqual(kept.map((row) => ({ ...row })), [{ sid, outcome: "passed_on", is_answered: false }]);
  }));

Deno.test("a run that breaks off half way is completed by the next", () =>
  withLane(async (lane, sql) => {
    for (const operation of ["find_unsettled", "settle_call", "take_message", "finish_reconciliation"]) {
      const callSid = newSid("CA");
      await tellTwilio({ calls: [listedCall(callSid, 1)], recordings: [listedRecording(callSid, 1)] });
      for (const fault of ["drop", "cut"] as const) {
        lane.database.break({ fault, only: [operation], times: 1 });
        const { status } = await reconcileNow(lane.line, secretKey);
        // What broke off has done its work: there may be nothing left to ask for.
        assert.equal(status, lane.database.hits.length > 0 ? 503 : 200, `${operation} ${fault}`);
        if (fault === "drop") assert.deepEqual(lane.database.hits, [operation]);
        lane.database.mend();
      }
      assert.equal((await reconcileNow(lane.line, secretKey)).status, 200);
      assert.deepEqual((await tasksOf(sql, callSid)).map((task) => task.reason), ["message"]);
    }
  }));

Deno.test("while Twilio does not answer nothing is settled, nothing is told, and the next run does it", () =>
  withLane(async (lane, sql) => {
    const callSid = newSid("CA");
    await tellTwilio({ calls: [listedCall(callSid, 1)] });
    for (const fault of ["refuse", "drop", "error", "html", "half"] as const) {
      lane.twilio.break({ fault });
      const { status, body } = await reconcileNow(lane.line, secretKey);
      lane.twilio.mend();
      assert.equal(status, 503, fault);
      assert.doesNotMatch(body, /twilio|http|refused|bad gateway/i, `${fault}: ${body}`);
    }
    await reconcileNow(lane.line, secretKey);
    assert.deepEqual((await tasksOf(sql, callSid)).map((task) => task.reason), ["abandoned"]);
  }));

Deno.test("a call that goes on is waited for, and nobody else's calls are taken for ours", () =>
  withLane(async (lane, sql) => {
    const [open, elsewhere, outbound, silent] = [newSid("CA"), newSid("CA"), newSid("CA"), newSid("CA")];
    await sql`update private.reconciliation set settled_until = now() - interval '5 minutes'`;
    const going = listedCall(open, 3, { status: "in-progress", end_time: null, duration: null });
    await tellTwilio({
      calls: [
        going,
        listedCall(elsewhere, 1, { to: "+12125550199" }),
        listedCall(outbound, 1, { direction: "outbound-api" }),
        listedCall(silent, 1),
      ],
      recordings: [
        { sid: newSid("RE"), call_sid: elsewhere, date_created: new Date().toISOString(), duration: 7 },
        { sid: newSid("RE"), call_sid: silent, date_created: new Date().toISOString(), duration: 0 },
        {
          sid: newSid("RE"),
          call_sid: silent,
          date_created: new Date().toISOString(),
          duration: 7,
          source: "DialVerb",
        },
      ],
    });
    await reconcileNow(lane.line, secretKey);
    const [mark] = await sql<{ is_before: boolean }[]>`
      select settled_until <= ${going.start_time} as is_before from private.reconciliation`;
    assert.equal(mark?.is_before, true, "the mark stays before a call that goes on");
    assert.deepEqual(await Promise.all([open, elsewhere, outbound].map((sid) => outcomeOf(sql, sid))), [
      "unknown",
      "unknown",
      "unknown",
    ]);
    assert.deepEqual((await tasksOf(sql, silent)).map((task) => task.reason), ["abandoned"]);

    await tellTwilio({ calls: [{ ...going, status: "completed", end_time: new Date().toISOString(), duration: 180 }] });
    await reconcileNow(lane.line, secretKey);
    assert.equal(await outcomeOf(sql, open), "completed abandoned");
    assert.deepEqual((await tasksOf(sql, open)).length, 1);
  }));
