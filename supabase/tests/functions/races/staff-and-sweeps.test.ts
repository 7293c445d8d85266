/** Callers against staff at their screens, against the sweep for overdue holds, and against nothing but the constraint. */
import assert from "node:assert/strict";
import postgres from "postgres";
import { newCall, phoneOf } from "../../../../scripts/testkit/booking/clinic.ts";
import { isConflict, nextStart, Ring } from "./session.ts";

Deno.test("a caller waits for an appointment that staff are writing, and loses", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], visit } = ring.clinic;
  const at = nextStart();
  const [staff, caller] = [await ring.staff(), await ring.caller()];

  await staff.begin();
  await ring.insertAppointment(staff, at());
  const answer = caller.starts(() => caller.desk.claim(provider, visit, at(), newCall()));
  await ring.waits(caller, staff);
  await staff.commit();

  assert.equal((await answer).reason, "slot_taken");
  await ring.nothingIsWrong();
});

Deno.test("staff wait for a caller who is getting the time, and are refused with a conflict", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], visit } = ring.clinic;
  const at = nextStart();
  const [caller, staff] = [await ring.caller(), await ring.staff()];

  await caller.begin();
  await ring.held(caller, provider, visit, at());
  const refused = isConflict(ring.insertAppointment(staff, at()));
  await ring.waits(staff, caller);
  await caller.commit();

  assert.ok(await refused);
  await ring.nothingIsWrong();
});

Deno.test("two of the staff who write the same time: the second waits and is refused", async () => {
  await using ring = await Ring.open();
  const { surgery } = ring.clinic;
  const at = nextStart();
  const [first, second] = [await ring.staff(), await ring.staff()];

  await first.begin();
  const made = await ring.insertAppointment(first, at(), surgery);
  const refused = isConflict(ring.insertAppointment(second, at(), surgery));
  await ring.waits(second, first);
  await first.commit();

  assert.ok(await refused);
  assert.equal((await ring.appointment(made)).claims, 2);
  await ring.nothingIsWrong();
});

Deno.test("a claim waits for the sweep that is ending the hold in its way, and has the time then", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], visit } = ring.clinic;
  const at = nextStart();
  const [caller, sweep] = [await ring.caller(), await ring.caller()];
  const hold = await ring.held(caller, provider, visit, at());

  // The hold ends in the sweep's own transaction, so that no other sweep can come first.
  await sweep.begin();
  await sweep.sql.unsafe("set role none");
  await sweep.sql`update public.appointment_holds set expires_at = now() where id = ${hold}`;
  await sweep.sql`update public.slot_claims set expires_at = now() where hold_id = ${hold}`;
  await sweep.sql.unsafe("set local role service_role");
  assert.equal((await sweep.desk.expireHolds()).success, true);
  const answer = caller.starts(() => caller.desk.claim(provider, visit, at(), newCall()));
  await ring.waits(caller, sweep);
  await sweep.commit();

  assert.equal((await answer).success, true);
  await ring.nothingIsWrong();
});

Deno.test("the sweep does not wait for a claim that is taking over an overdue hold's time", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], visit } = ring.clinic;
  const at = nextStart();
  const [caller, sweep] = [await ring.caller(), await ring.caller()];
  const hold = await ring.held(caller, provider, visit, at());

  await ring.endHold(hold, -1);
  await caller.begin();
  assert.equal((await caller.desk.claim(provider, visit, at(), newCall())).success, true);
  assert.equal((await sweep.desk.expireHolds()).success, true, "it is through before the claim has ended");
  await caller.commit();

  const [row] = await ring.owner`select status from public.appointment_holds where id = ${hold}`;
  assert.equal(row?.status, "expired");
  await ring.nothingIsWrong();
});

Deno.test("the sweep does not wait for a hold that is being confirmed, and leaves it", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], visit } = ring.clinic;
  const at = nextStart();
  const [caller, sweep] = [await ring.caller(), await ring.caller()];
  const hold = await ring.held(caller, provider, visit, at());

  await ring.endHold(hold, 2000);
  await caller.begin();
  const { success, appointment_id } = await caller.desk.confirm(hold, phoneOf(1));
  assert.equal(success, true);
  await ring.isOver(hold);
  await sweep.desk.expireHolds();
  await caller.commit();

  assert.deepEqual(await ring.appointment(`${appointment_id}`), { status: "booked", starts_at: at(), claims: 1 });
  await ring.nothingIsWrong();
});

Deno.test("time off waits for the confirmation under it, keeps the appointment and leaves staff a task", async () => {
  await using ring = await Ring.open();
  const { id, providers: [provider], surgery } = ring.clinic;
  const at = nextStart();
  const [caller, staff] = [await ring.caller(), await ring.staff()];
  const hold = await ring.held(caller, provider, surgery, at());

  await caller.begin();
  const { appointment_id } = await caller.desk.confirm(hold, phoneOf(1));
  const away = staff.starts(async () => {
    await staff.sql`
      insert into public.time_off (org_id, resource_id, starts_at, ends_at)
      values (${id}, ${provider}, ${at(-60)}, ${at(60)})`;
  });
  await ring.waits(staff, caller);
  await caller.commit();
  await away;

  const tasks = await ring.owner`
    select reason from public.follow_up_tasks where appointment_id = ${`${appointment_id}`}`;
  assert.deepEqual(tasks.map(({ reason }) => reason), ["time_off_conflict"]);
  assert.equal((await ring.appointment(`${appointment_id}`)).claims, 2);
  await ring.nothingIsWrong();
});

Deno.test("time off waits for an appointment that staff are writing, and leaves a task for it", async () => {
  await using ring = await Ring.open();
  const { id, providers: [provider] } = ring.clinic;
  const at = nextStart();
  const [writer, planner] = [await ring.staff(), await ring.staff()];

  await writer.begin();
  const appointment = await ring.insertAppointment(writer, at());
  const away = planner.starts(async () => {
    await planner.sql`
      insert into public.time_off (org_id, resource_id, starts_at, ends_at)
      values (${id}, ${provider}, ${at(-60)}, ${at(60)})`;
  });
  await ring.waits(planner, writer);
  await writer.commit();
  await away;

  const tasks = await ring.owner`select reason from public.follow_up_tasks where appointment_id = ${appointment}`;
  assert.deepEqual(tasks.map(({ reason }) => reason), ["time_off_conflict"]);
});

Deno.test("staff who write an appointment wait for time off that is being added, and leave a task for it", async () => {
  await using ring = await Ring.open();
  const { id, providers: [provider] } = ring.clinic;
  const at = nextStart();
  const [planner, writer] = [await ring.staff(), await ring.staff()];

  await planner.begin();
  await planner.sql`
    insert into public.time_off (org_id, resource_id, starts_at, ends_at)
    values (${id}, ${provider}, ${at(-60)}, ${at(60)})`;
  const written = ring.insertAppointment(writer, at());
  await ring.waits(writer, planner);
  await planner.commit();

  const tasks = await ring.owner`select reason from public.follow_up_tasks where appointment_id = ${await written}`;
  assert.deepEqual(tasks.map(({ reason }) => reason), ["time_off_conflict"]);
});

/** Only the local stack gives its superuser away. */
const withSuperuser = { ignore: !Deno.env.get("ADMIN_DB_URL") };

Deno.test(
  "with every function and trigger bypassed, a raw insert waits for another and the constraint refuses it",
  withSuperuser,
  async () => {
    await using ring = await Ring.open();
    const { id, providers: [provider, colleague], visit } = ring.clinic;
    const at = nextStart();
    const caller = await ring.caller();
    const hold = await ring.held(caller, colleague, visit, at());
    const [first, second] = [await ring.superuser(), await ring.superuser()];
    const insert = async (by: typeof first, from: number, to: number) => {
      await by.sql`
      insert into public.slot_claims (org_id, resource_id, during, hold_id, expires_at)
      values (${id}, ${provider}, tstzrange(${at(from)}, ${at(to)}), ${hold}, ${at()})`;
    };

    await first.begin();
    await insert(first, 0, 30);
    const refused = second.starts(() => insert(second, 29, 59));
    await ring.waits(second, first);
    await first.commit();

    await assert.rejects(refused, (error) => error instanceof postgres.PostgresError && error.code === "23P01");
    await ring.owner`delete from public.slot_claims where hold_id = ${hold} and resource_id = ${provider}`;
    await ring.nothingIsWrong();
  },
);
