/** Appointments that are moved or cancelled while somebody else wants the time. */
import assert from "node:assert/strict";
import { newCall, phoneOf } from "../../../../scripts/testkit/booking/clinic.ts";
import { isConflict, nextStart, Ring } from "./session.ts";

Deno.test("who claims the time of an appointment that is being cancelled waits, and has it then", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], surgery } = ring.clinic;
  const at = nextStart();
  const [patient, rival] = [await ring.caller(), await ring.caller()];
  const appointment = await patient.desk.book(provider, surgery, at(), phoneOf(1));

  await patient.begin();
  assert.equal((await patient.desk.cancel(appointment)).success, true);
  const answer = rival.starts(() => rival.desk.claim(provider, surgery, at(), newCall()));
  await ring.waits(rival, patient);
  await patient.commit();

  assert.equal((await answer).success, true);
  assert.deepEqual((await ring.appointment(appointment)).claims, 0);
  await ring.nothingIsWrong();
});

Deno.test("who claims the time of an appointment whose cancelling is rolled back loses", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], visit } = ring.clinic;
  const at = nextStart();
  const [patient, rival] = [await ring.caller(), await ring.caller()];
  const appointment = await patient.desk.book(provider, visit, at(), phoneOf(1));

  await patient.begin();
  await patient.desk.cancel(appointment);
  const answer = rival.starts(() => rival.desk.claim(provider, visit, at(), newCall()));
  await ring.waits(rival, patient);
  await patient.rollback();

  assert.equal((await answer).reason, "slot_taken");
  await ring.nothingIsWrong();
});

Deno.test("cancelling waits for the confirmation of a move, and cancels the appointment where it is now", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], visit } = ring.clinic;
  const at = nextStart();
  const [mover, canceller] = [await ring.caller(), await ring.caller()];
  const appointment = await mover.desk.book(provider, visit, at(), phoneOf(1));
  const hold = await ring.held(mover, provider, visit, at(60));

  await mover.begin();
  assert.equal((await mover.desk.move(appointment, hold)).success, true);
  const cancel = canceller.starts(() => canceller.desk.cancel(appointment));
  await ring.waits(canceller, mover);
  await mover.commit();

  assert.equal((await cancel).success, true);
  assert.deepEqual(await ring.appointment(appointment), { status: "cancelled", starts_at: at(60), claims: 0 });
  await ring.nothingIsWrong();
});

Deno.test("the confirmation of a move waits for the cancelling, and moves nothing", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], visit } = ring.clinic;
  const at = nextStart();
  const [mover, canceller] = [await ring.caller(), await ring.caller()];
  const appointment = await mover.desk.book(provider, visit, at(), phoneOf(1));
  const hold = await ring.held(mover, provider, visit, at(60));

  await canceller.begin();
  assert.equal((await canceller.desk.cancel(appointment)).success, true);
  const move = mover.starts(() => mover.desk.move(appointment, hold));
  await ring.waits(mover, canceller);
  await canceller.commit();

  assert.equal((await move).reason, "not_found");
  assert.deepEqual(await ring.appointment(appointment), { status: "cancelled", starts_at: at(), claims: 0 });
  await ring.nothingIsWrong();
});

Deno.test("the old time of a move is free the moment that the move is certain, not before", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], surgery } = ring.clinic;
  const at = nextStart();
  const [mover, rival] = [await ring.caller(), await ring.caller()];
  const appointment = await mover.desk.book(provider, surgery, at(), phoneOf(1));
  const hold = await ring.held(mover, provider, surgery, at(60));

  await mover.begin();
  await mover.desk.move(appointment, hold);
  const old = rival.starts(() => rival.desk.claim(provider, surgery, at(), newCall()));
  await ring.waits(rival, mover);
  await mover.commit();

  assert.equal((await old).success, true);
  assert.deepEqual(await ring.appointment(appointment), { status: "booked", starts_at: at(60), claims: 2 });
  await ring.nothingIsWrong();
});

Deno.test("the same move twice at once waits for itself and answers alike", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], visit } = ring.clinic;
  const at = nextStart();
  const [turn, retry] = [await ring.caller(), await ring.caller()];
  const appointment = await turn.desk.book(provider, visit, at(), phoneOf(1));
  const hold = await ring.held(turn, provider, visit, at(60));

  await turn.begin();
  const moved = await turn.desk.move(appointment, hold);
  const again = retry.starts(() => retry.desk.move(appointment, hold));
  await ring.waits(retry, turn);
  await turn.commit();

  assert.equal(moved.success, true);
  assert.deepEqual(await again, moved);
  await ring.nothingIsWrong();
});

Deno.test("two who would swap places are both refused, without waiting for each other", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], visit } = ring.clinic;
  const at = nextStart();
  const [caller, first, second] = [await ring.caller(), await ring.staff(), await ring.staff()];
  const here = await caller.desk.book(provider, visit, at(), phoneOf(1));
  const there = await caller.desk.book(provider, visit, at(30), phoneOf(2));

  await first.begin();
  assert.ok(await isConflict(ring.moveAppointment(first, here, at(30))));
  assert.ok(await isConflict(ring.moveAppointment(second, there, at())), "the first has not even ended");
  await first.rollback();

  assert.deepEqual(await ring.appointment(here), { status: "booked", starts_at: at(), claims: 1 });
  assert.deepEqual(await ring.appointment(there), { status: "booked", starts_at: at(30), claims: 1 });
  await ring.nothingIsWrong();
});

Deno.test("who moves onto a place that is being left waits, and has it then", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], surgery } = ring.clinic;
  const at = nextStart();
  const [caller, leaver, follower] = [await ring.caller(), await ring.staff(), await ring.staff()];
  const leaving = await caller.desk.book(provider, surgery, at(), phoneOf(1));
  const following = await caller.desk.book(provider, surgery, at(30), phoneOf(2));

  await leaver.begin();
  await ring.moveAppointment(leaver, leaving, at(60));
  const move = ring.moveAppointment(follower, following, at());
  await ring.waits(follower, leaver);
  await leaver.commit();

  await move;
  assert.deepEqual(await ring.appointment(following), { status: "booked", starts_at: at(), claims: 2 });
  assert.deepEqual(await ring.appointment(leaving), { status: "booked", starts_at: at(60), claims: 2 });
  await ring.nothingIsWrong();
});

Deno.test("two who shift towards each other over a part of their own time go one at a time: the second is refused", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], visit } = ring.clinic;
  const at = nextStart();
  const [caller, first, second] = [await ring.caller(), await ring.staff(), await ring.staff()];
  const early = await caller.desk.book(provider, visit, at(), phoneOf(1));
  const late = await caller.desk.book(provider, visit, at(45), phoneOf(2));

  await first.begin();
  await ring.moveAppointment(first, early, at(15));
  const refused = isConflict(ring.moveAppointment(second, late, at(30)));
  await ring.waits(second, first);
  await first.commit();

  assert.ok(await refused);
  assert.deepEqual(await ring.appointment(late), { status: "booked", starts_at: at(45), claims: 1 });
  await ring.nothingIsWrong();
});

Deno.test("a cancelled time goes to the waitlist in the same instant: who waited to claim it loses", async () => {
  await using ring = await Ring.open();
  const { id, providers: [provider], visit } = ring.clinic;
  const at = nextStart();
  const [patient, rival] = [await ring.caller(), await ring.caller()];
  const appointment = await patient.desk.book(provider, visit, at(), phoneOf(1));
  const joined = await rival.desk.ask("join_waitlist", {
    p_org_id: id,
    p_service_id: visit.id,
    p_contact: { phone: phoneOf(9), name: "Ada Voss" },
    p_from: at(-60),
    p_to: at(60),
  });
  assert.equal(joined.success, true);

  await patient.begin();
  await patient.desk.cancel(appointment);
  const answer = rival.starts(() => rival.desk.claim(provider, visit, at(), newCall()));
  await ring.waits(rival, patient);
  await patient.commit();

  assert.equal((await answer).reason, "slot_taken");
  const [entry] = await ring.owner`select status from public.waitlist_entries where org_id = ${id}`;
  assert.equal(entry?.status, "offered");
  await ring.nothingIsWrong();
});
