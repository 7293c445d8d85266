/** A hold that is confirmed, released or over while somebody else is at it. */
import assert from "node:assert/strict";
import { newCall, phoneOf } from "../../../../scripts/testkit/booking/clinic.ts";
import { nextStart, Ring } from "./session.ts";

Deno.test("a claim waits for the confirmation of the time it wants, and loses", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], visit } = ring.clinic;
  const at = nextStart();
  const [holder, rival] = [await ring.caller(), await ring.caller()];
  const hold = await ring.held(holder, provider, visit, at());

  await holder.begin();
  assert.equal((await holder.desk.confirm(hold, phoneOf(1))).success, true);
  const answer = rival.starts(() => rival.desk.claim(provider, visit, at(), newCall()));
  await ring.waits(rival, holder);
  await holder.commit();

  assert.equal((await answer).reason, "slot_taken");
  await ring.nothingIsWrong();
});

Deno.test("a claim loses to a live hold without waiting, also when its confirmation is rolled back", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], visit } = ring.clinic;
  const at = nextStart();
  const [holder, rival] = [await ring.caller(), await ring.caller()];
  const hold = await ring.held(holder, provider, visit, at());
  assert.equal((await rival.desk.claim(provider, visit, at(), newCall())).reason, "slot_taken");

  await holder.begin();
  await holder.desk.confirm(hold, phoneOf(1));
  const answer = rival.starts(() => rival.desk.claim(provider, visit, at(), newCall()));
  await ring.waits(rival, holder);
  await holder.rollback();

  assert.equal((await answer).reason, "slot_taken");
  assert.equal((await holder.desk.confirm(hold, phoneOf(1))).success, true);
  await ring.nothingIsWrong();
});

Deno.test("the second confirmation of a hold waits for the first and is told of the same appointment", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], visit } = ring.clinic;
  const at = nextStart();
  const [turn, retry] = [await ring.caller(), await ring.caller()];
  const hold = await ring.held(turn, provider, visit, at());

  await turn.begin();
  const confirmed = await turn.desk.confirm(hold, phoneOf(1));
  const again = retry.starts(() => retry.desk.confirm(hold, phoneOf(1)));
  await ring.waits(retry, turn);
  await turn.commit();

  assert.equal(confirmed.success, true);
  assert.deepEqual(await again, confirmed);
  await ring.nothingIsWrong();
});

Deno.test("the second confirmation books when the first is rolled back", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], visit } = ring.clinic;
  const at = nextStart();
  const [turn, retry] = [await ring.caller(), await ring.caller()];
  const hold = await ring.held(turn, provider, visit, at());

  await turn.begin();
  await turn.desk.confirm(hold, phoneOf(1));
  const again = retry.starts(() => retry.desk.confirm(hold, phoneOf(1)));
  await ring.waits(retry, turn);
  await turn.rollback();

  const { success, appointment_id } = await again;
  assert.equal(success, true);
  assert.equal((await ring.appointment(`${appointment_id}`)).claims, 1);
  await ring.nothingIsWrong();
});

Deno.test("a release waits for the confirmation of its hold and lets nothing go", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], visit } = ring.clinic;
  const at = nextStart();
  const [turn, late] = [await ring.caller(), await ring.caller()];
  const hold = await ring.held(turn, provider, visit, at());

  await turn.begin();
  const { appointment_id } = await turn.desk.confirm(hold, phoneOf(1));
  const release = late.starts(() => late.desk.release(hold));
  await ring.waits(late, turn);
  await turn.commit();

  assert.equal((await release).released, false);
  assert.equal((await ring.appointment(`${appointment_id}`)).claims, 1);
  await ring.nothingIsWrong();
});

Deno.test("a confirmation waits for the release of its hold and is told that the hold is over", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], visit } = ring.clinic;
  const at = nextStart();
  const [turn, late] = [await ring.caller(), await ring.caller()];
  const hold = await ring.held(turn, provider, visit, at());

  await turn.begin();
  assert.equal((await turn.desk.release(hold)).released, true);
  const confirm = late.starts(() => late.desk.confirm(hold, phoneOf(1)));
  await ring.waits(late, turn);
  await turn.commit();

  assert.equal((await confirm).reason, "hold_expired");
  await ring.nothingIsWrong();
});

Deno.test("a confirmation that began in time keeps the time when it ends meanwhile; who claims it then waits and loses", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], visit } = ring.clinic;
  const at = nextStart();
  const [holder, rival] = [await ring.caller(), await ring.caller()];
  const hold = await ring.held(holder, provider, visit, at());

  await ring.endHold(hold, 2000);
  await holder.begin();
  assert.equal((await holder.desk.confirm(hold, phoneOf(1))).success, true);
  await ring.isOver(hold);
  const answer = rival.starts(() => rival.desk.claim(provider, visit, at(), newCall()));
  await ring.waits(rival, holder);
  await holder.commit();

  assert.equal((await answer).reason, "slot_taken");
  await ring.nothingIsWrong();
});

Deno.test("when somebody has claimed the time of a hold that is over, its confirmation learns so", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], visit } = ring.clinic;
  const at = nextStart();
  const [holder, rival] = [await ring.caller(), await ring.caller()];
  const hold = await ring.held(holder, provider, visit, at());

  await ring.endHold(hold, -1);
  await rival.begin();
  assert.equal((await rival.desk.claim(provider, visit, at(), newCall())).success, true);
  const confirm = holder.starts(() => holder.desk.confirm(hold, phoneOf(1)));
  await rival.commit();

  const { reason, alternatives } = await confirm;
  assert.equal(reason, "hold_expired");
  assert.equal(alternatives?.length, 3);
  await ring.nothingIsWrong();
});

Deno.test("a hold whose room went to somebody while its confirmation waited for a lock is not confirmed without the room", async () => {
  await using ring = await Ring.open();
  const { providers: [provider, colleague], surgery } = ring.clinic;
  const at = nextStart();
  const [holder, rival, busy] = [await ring.caller(), await ring.caller(), await ring.caller()];
  const hold = await ring.held(holder, provider, surgery, at());

  await ring.endHold(hold, 800);
  // Somebody looks at the provider's claim: so does time off that is being added.
  await busy.sql.unsafe("set role none");
  await busy.begin();
  await busy.sql`select from public.slot_claims where hold_id = ${hold} and resource_id = ${provider} for share`;
  const confirm = holder.starts(() => holder.desk.confirm(hold, phoneOf(1)));
  await ring.waits(holder, busy);
  await ring.isOver(hold);
  const claimed = await rival.desk.claim(colleague, surgery, at(), newCall());
  await busy.commit();

  assert.equal(claimed.success, true);
  assert.equal((await confirm).reason, "hold_expired");
  await ring.nothingIsWrong();
});
