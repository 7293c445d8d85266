import assert from "node:assert/strict";
import { newSid } from "../../../../scripts/testkit/caller/call-parameters.ts";
import { openLane } from "../../../../scripts/testkit/faults/lane.ts";
import { errorsIn } from "../../../../scripts/testkit/faults/sentry-double.ts";
import { reconcileNow } from "../../../../scripts/testkit/worker.ts";
import {
  environment,
  listedCall,
  listedRecording,
  outcomeOf,
  secretKey,
  type Sql,
  tasksOf,
  tellTwilio,
  type TwilioCall,
  withLane,
} from "./reconciling.ts";

Deno.test("two messages of one call are two tasks, and each is there once, however many workers bring it at once", () =>
  withLane(async (lane, sql) => {
    await using other = await openLane(environment, { functions: ["worker"] });
    const callSid = newSid("CA");
    const recordings = [listedRecording(callSid, 1), listedRecording(callSid, 1)];
    await tellTwilio({ calls: [listedCall(callSid, 2)], recordings });
    await Promise.all([lane, other, lane, other, lane, other].map(({ line }) => reconcileNow(line, secretKey)));
    await reconcileNow(lane.line, secretKey);
    const tasks = await tasksOf(sql, callSid);
    assert.deepEqual(tasks.map(({ reason }) => reason), ["message", "message"]);
    const brought = tasks.map(({ recording_url }) => recording_url?.slice(-34));
    assert.deepEqual(brought.sort(), recordings.map(({ sid }) => sid).sort());
  }));

Deno.test("a message whose call Twilio does not list yet waits for it, and one of a call that is known does not", () =>
  withLane(async (lane, sql) => {
    const [later, known] = [newSid("CA"), newSid("CA")];
    await tellTwilio({ calls: [listedCall(known, 3)] });
    await reconcileNow(lane.line, secretKey);
    assert.deepEqual((await tasksOf(sql, known)).map(({ reason }) => reason), ["abandoned"]);
    await fetch(`${environment.TWILIO_API_URL}/line?call=${known}`, { method: "DELETE" }).then((it) =>
      it.body?.cancel()
    );

    await tellTwilio({ recordings: [listedRecording(later, 1), listedRecording(known, 2)] });
    for (let runs = 0; runs < 2; runs++) assert.equal((await reconcileNow(lane.line, secretKey)).status, 200);
    assert.deepEqual((await tasksOf(sql, known)).map(({ reason }) => reason), ["message"]);
    assert.equal((await tasksOf(sql, later)).length, 0);

    await tellTwilio({ calls: [listedCall(later, 1)] });
    await reconcileNow(lane.line, secretKey);
    assert.deepEqual((await tasksOf(sql, later)).map(({ reason }) => reason), ["message"]);
  }));

Deno.test("calls that began in the very second from which the list is read are read, all of them", () =>
  withLane(async (lane, sql) => {
    const second = new Date(Math.floor(Date.now() / 1000 - 9 * 60) * 1000);
    const sids = Array.from({ length: 5 }, () => newSid("CA"));
    await tellTwilio({ calls: sids.map((sid) => listedCall(sid, 9, { start_time: second.toISOString() })) });
    // The list is read from ten minutes before the mark.
    const mark = new Date(second.getTime() + 10 * 60_000).toISOString();
    await sql`update private.reconciliation set settled_until = ${mark}`;
    try {
      await reconcileNow(lane.line, secretKey);
      for (const sid of sids) assert.equal(await outcomeOf(sql, sid), "completed abandoned");
    } finally {
      await sql`update private.reconciliation set settled_until = least(settled_until, now())`;
    }
  }));

Deno.test("what is on a later page is brought, and nothing is while a page of the list is missing", () =>
  withLane(async (lane, sql) => {
    const [callSid, silent] = [newSid("CA"), newSid("CA")];
    const recording = listedRecording(callSid, 9);
    await tellTwilio({
      calls: [listedCall(callSid, 9.5), ...Array.from({ length: 1100 }, () => another(newSid("CA")))],
      recordings: [recording, ...Array.from({ length: 1100 }, () => listedRecording(silent, 8.5, { duration: 0 }))],
    });
    const before = await markOf(sql);
    for (const list of ["Recordings.json", "Calls.json"]) {
      for (const fault of ["half", "error", "drop"] as const) {
        lane.twilio.break({ fault, only: [list], after: 1 });
        assert.equal((await reconcileNow(lane.line, secretKey)).status, 503, `${list} ${fault}`);
        assert.deepEqual(lane.twilio.hits, [list]);
        lane.twilio.mend();
      }
    }
    assert.deepEqual([(await tasksOf(sql, callSid)).length, await markOf(sql)], [0, before]);

    assert.equal((await reconcileNow(lane.line, secretKey)).status, 200);
    const [task, ...others] = await tasksOf(sql, callSid);
    assert.ok(task?.reason === "message" && task.recording_url?.endsWith(recording.sid) && others.length === 0);
  }));

Deno.test("after days without us the worker catches up a day at a time, from the oldest", () =>
  withLane(async (lane, sql) => {
    const [oldest, older, old] = [newSid("CA"), newSid("CA"), newSid("CA")];
    const day = 24 * 60;
    await tellTwilio({
      calls: [listedCall(oldest, 2.9 * day), listedCall(older, 1.5 * day), listedCall(old, 5)],
      recordings: [listedRecording(oldest, 2.9 * day)],
    });
    await sql`update private.reconciliation set settled_until = now() - interval '3 days'`;
    const brought: number[] = [];
    for (let runs = 0; runs < 4; runs++) {
      assert.equal((await reconcileNow(lane.line, secretKey)).status, 200);
      const known = await Promise.all([oldest, older, old].map((sid) => outcomeOf(sql, sid)));
      brought.push(known.filter((outcome) => outcome !== "unknown").length);
    }
    assert.deepEqual(brought, [1, 2, 3, 3]);
    assert.deepEqual((await tasksOf(sql, oldest)).map(({ reason }) => reason), ["message"]);
  }));

Deno.test("a call that cannot be settled keeps no other from being, and is tried again", () =>
  withLane(async (lane, sql) => {
    const sids = [newSid("CA"), newSid("CA"), newSid("CA")];
    await reconcileNow(lane.line, secretKey);
    await tellTwilio({ calls: sids.map((sid, index) => listedCall(sid, 3 - index)) });
    lane.database.break({ fault: "error", only: ["settle_call"], times: 1 });
    const { status, headers } = await reconcileNow(lane.line, secretKey);
    lane.database.mend();
    assert.equal(status, 503);
    const outcomes = await Promise.all(sids.map((sid) => outcomeOf(sql, sid)));
    assert.deepEqual(outcomes, ["unknown", "completed abandoned", "completed abandoned"]);
    const report = await lane.reports.event(({ tags }) => tags?.request_id === headers["x-request-id"], 4000);
    assert.deepEqual(report && errorsIn(report), ["DatabaseError: settle_call: the database refused (53000)"]);
    assert.equal((await reconcileNow(lane.line, secretKey)).status, 200);
    for (const sid of sids) assert.equal((await tasksOf(sql, sid)).length, 1);
  }));

Deno.test("Twilio may be slow, and what it does wrong is told by a code", () =>
  withLane(async (lane, sql) => {
    const callSid = newSid("CA");
    await tellTwilio({ calls: [listedCall(callSid, 1)] });
    for (
      const [fault, code] of [["hang", "no_answer"], ["trickle", "no_answer"], ["error", "http_500"], [
        "html",
        "http_502",
      ]] as const
    ) {
      lane.twilio.break({ fault, only: ["Recordings.json"] });
      const { status, headers } = await reconcileNow(lane.line, secretKey);
      lane.twilio.mend();
      assert.equal(status, 503, fault);
      const report = await lane.reports.event(({ tags }) => tags?.request_id === headers["x-request-id"], 4000);
      assert.equal(report?.tags?.code, code);
      assert.deepEqual(report && errorsIn(report), ["FrontdeskError: Twilio's recordings cannot be read"]);
    }
    lane.twilio.break({ fault: "late", only: ["Calls.json"], times: 1 });
    assert.equal((await reconcileNow(lane.line, secretKey)).status, 200);
    lane.twilio.mend();
    assert.equal(await outcomeOf(sql, callSid), "completed abandoned");
  }));

Deno.test("nobody is asked twice for a call that reached no clinic", () =>
  withLane(async (lane, sql) => {
    // It began before the list does, so Twilio has to be asked for it.
    const callSid = newSid("CA");
    const elsewhere = { to: "+12125550199" };
    await sql`update private.reconciliation set settled_until = now()`;
    await tellTwilio({
      calls: [listedCall(callSid, 30, elsewhere), listedCall(newSid("CA"), 1, elsewhere)],
      recordings: [listedRecording(callSid, 1)],
    });
    await reconcileNow(lane.line, secretKey);
    assert.ok(lane.twilio.seen.includes(`${callSid}.json`));
    const asked = () => [
      lane.twilio.seen.filter((operation) => operation === `${callSid}.json`).length,
      ...["settle_call", "take_message"].map((one) => lane.database.seen.filter((other) => other === one).length),
    ];
    const once = asked();
    for (let runs = 0; runs < 3; runs++) assert.equal((await reconcileNow(lane.line, secretKey)).status, 200);
    assert.deepEqual(asked(), once);
    assert.equal((await tasksOf(sql, callSid)).length, 0);
  }));

/** A call that we made, and not somebody's to us. */
function another(sid: string): TwilioCall {
  return listedCall(sid, 8, { direction: "outbound-api" });
}

async function markOf(sql: Sql): Promise<string | undefined> {
  const [mark] = await sql<{ at: string }[]>`select settled_until::text as at from private.reconciliation`;
  return mark?.at;
}
