/** Two who want the same time: the second waits until it is known how the first fared. */
import assert from "node:assert/strict";
import { newCall } from "../../../../scripts/testkit/booking/clinic.ts";
import { nextStart, Ring } from "./session.ts";

Deno.test("who claims second waits for the first, and is told that the time is taken once that is certain", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], visit } = ring.clinic;
  const at = nextStart();
  const [first, second] = [await ring.caller(), await ring.caller()];

  await first.begin();
  await ring.held(first, provider, visit, at());
  const answer = second.starts(() => second.desk.claim(provider, visit, at(), newCall()));
  await ring.waits(second, first);
  await first.commit();

  const { success, reason, alternatives } = await answer;
  assert.deepEqual({ success, reason }, { success: false, reason: "slot_taken" });
  assert.equal(alternatives?.length, 3);
  await ring.nothingIsWrong();
});

Deno.test("who claims second has the time when the first is rolled back", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], visit } = ring.clinic;
  const at = nextStart();
  const [first, second] = [await ring.caller(), await ring.caller()];

  await first.begin();
  await ring.held(first, provider, visit, at());
  const answer = second.starts(() => second.desk.claim(provider, visit, at(), newCall()));
  await ring.waits(second, first);
  await first.rollback();

  assert.equal((await answer).success, true);
  await ring.nothingIsWrong();
});

Deno.test("a longer visit that only overlaps waits and loses like one at the same start, buffers counted", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], visit, long } = ring.clinic;
  const at = nextStart();
  const [first, second, third] = [await ring.caller(), await ring.caller(), await ring.caller()];

  await first.begin();
  await ring.held(first, provider, long, at());
  // The patient of the long visit leaves after an hour, but its buffer is twenty minutes.
  const overlapping = second.starts(() => second.desk.claim(provider, visit, at(75), newCall()));
  await ring.waits(second, first);
  const beside = await third.desk.claim(provider, visit, at(90), newCall());
  assert.equal(beside.success, true, "what lies beside it waits for nobody");
  await first.commit();

  assert.equal((await overlapping).reason, "slot_taken");
  await ring.nothingIsWrong();
});

Deno.test("the same claim twice at once waits for itself and is the same hold", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], visit } = ring.clinic;
  const at = nextStart();
  const [turn, retry] = [await ring.caller(), await ring.caller()];
  const call = newCall();

  await turn.begin();
  const held = await turn.desk.claim(provider, visit, at(), call);
  const again = retry.starts(() => retry.desk.claim(provider, visit, at(), call));
  await ring.waits(retry, turn);
  await turn.commit();

  assert.deepEqual(await again, held);
  await ring.nothingIsWrong();
});

Deno.test("one call that claims two times at once ends with one hold, and the other time is free", async () => {
  await using ring = await Ring.open();
  const { providers: [provider], visit } = ring.clinic;
  const at = nextStart();
  const [turn, next, other] = [await ring.caller(), await ring.caller(), await ring.caller()];
  const call = newCall();

  await turn.begin();
  const first = await turn.desk.claim(provider, visit, at(), call);
  const second = next.starts(() => next.desk.claim(provider, visit, at(30), call));
  await ring.waits(next, turn);
  await turn.commit();

  assert.equal(first.success, true);
  assert.equal((await second).success, true);
  assert.equal((await other.desk.claim(provider, visit, at(), newCall())).success, true);
  await ring.nothingIsWrong();
});

Deno.test("two providers who need the one room: the second waits for the room, and loses her own time with it", async () => {
  await using ring = await Ring.open();
  const { providers: [provider, colleague], surgery, visit } = ring.clinic;
  const at = nextStart();
  const [first, second, third] = [await ring.caller(), await ring.caller(), await ring.caller()];

  await first.begin();
  await ring.held(first, provider, surgery, at());
  const answer = second.starts(() => second.desk.claim(colleague, surgery, at(), newCall()));
  await ring.waits(second, first);
  await first.commit();

  assert.equal((await answer).reason, "slot_taken");
  // Nothing of the lost claim is left: the colleague can see somebody who needs no room.
  assert.equal((await third.desk.claim(colleague, visit, at(), newCall())).success, true);
  await ring.nothingIsWrong();
});

Deno.test("with two rooms, who finds the first being taken waits for the outcome and then takes the other", async () => {
  await using ring = await Ring.open();
  const { id, providers: [provider, colleague], surgery } = ring.clinic;
  await ring.owner`
    with room as (
      insert into public.resources (org_id, kind, name) values (${id}, 'room', 'Second surgery') returning id
    )
    insert into public.service_resources (org_id, service_id, resource_id, kind)
    select ${id}, ${surgery.id}, id, 'room' from room`;
  const at = nextStart();
  const [first, second] = [await ring.caller(), await ring.caller()];

  await first.begin();
  await ring.held(first, provider, surgery, at());
  const answer = second.starts(() => second.desk.claim(colleague, surgery, at(), newCall()));
  await ring.waits(second, first);
  await first.commit();

  assert.equal((await answer).success, true);
  await ring.nothingIsWrong();
});
