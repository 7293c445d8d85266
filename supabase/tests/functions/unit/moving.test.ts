import assert from "node:assert/strict";
import type { Slot } from "../../../functions/_desk/operations/answers.ts";
import type { RpcName } from "../../../functions/_shared/database.ts";
import { type Heard, isInvocation } from "../../../functions/voice/conversation.ts";
import type { Booked, State, StateOf } from "../../../functions/voice/state.ts";
import { planTurn } from "../../../functions/voice/turn.ts";
import {
  asks,
  caller,
  clinic,
  COLE,
  facts,
  failed,
  held,
  HOLD,
  keyed,
  next,
  nothing,
  offers,
  ORG,
  REED,
  replies,
  said,
  search,
  SERVICE,
  slotAt,
  text,
} from "./dialogue.ts";

/** Moving and cancelling, step by step, by callers who proved who they are. */

const APPOINTMENT = "d0000000-0000-4000-8000-000000000041";
const birth: StateOf<"birth"> = { step: "birth", ...clinic, tries: 0, errand: "move", wrong: 0 };
const moving: Booked = { appointment: APPOINTMENT, service: SERVICE, local: "2026-11-23T09:00" };

function listed(local: string, n = 1, provider = REED): Slot & { appointment_id: string } {
  return { ...slotAt(local, provider), appointment_id: `${APPOINTMENT.slice(0, -1)}${n}` };
}

function list(...appointments: Slot[]) {
  return { success: true, contact_id: HOLD, appointments };
}

const changed = { success: true, appointment_id: APPOINTMENT, code: "048291", slot: slotAt("2026-11-24T13:00") };

Deno.test("one appointment is read, and the errand goes on with it at once", async () => {
  const one = list(listed("2026-11-23T09:00"));
  const move = await (await asks(birth, keyed("03091984"), "list_appointments")).answered(one);
  assert.match(
    text(move),
    /You have one appointment: Check-up with Doctor Reed on Monday, November 23rd at 9 AM\. You'll keep it until .*What other day/,
  );
  const booked = { ...moving, appointment: listed("", 1).appointment_id };
  assert.deepEqual(next(move, "day"), { step: "day", ...clinic, tries: 0, service: SERVICE, moving: booked });

  const cancel = await (await asks({ ...birth, errand: "cancel" }, keyed("03091984"), "list_appointments"))
    .answered(one);
  assert.match(text(cancel), /November 23rd at 9 AM\. Shall I cancel it\?/);
  assert.deepEqual(next(cancel, "cancel"), { step: "cancel", ...clinic, tries: 0, booked });
});

Deno.test("of several appointments one is chosen by number, time, weekday or date", async () => {
  const several = list(
    listed("2026-11-23T09:00", 1),
    listed("2026-11-25T13:00", 2),
    listed("2026-12-03T09:30", 3, COLE),
    listed("2026-12-10T15:00", 4),
  );
  const turn = await asks({ ...birth, errand: "cancel" }, keyed("03091984"), "list_appointments");
  const first = await turn.answered(several);
  assert.match(text(first), /You have 4 appointments\. Which one .*For Monday, November 23rd at 9 AM, press 1\./);
  assert.match(text(first), /For Thursday, December 3rd at 9:30 AM, press 3\. To hear more, press 9\.$/);
  const state = next(first, "appointment");
  const chosen = async (heard: Heard, from: State = state) => {
    const booked = next(await replies(from, heard), "cancel");
    return "booked" in booked ? booked.booked.appointment.slice(-1) : "";
  };
  assert.equal(await chosen(keyed("2")), "2");
  assert.equal(await chosen(said("the second one")), "2");
  assert.equal(await chosen(said("half past nine")), "3");
  assert.equal(await chosen(said("the one on Wednesday")), "2");
  assert.equal(await chosen(said("December the 10th")), "4");
  next(await replies(state, said("Thursday")), "appointment");
  next(await replies(state, keyed("7")), "appointment");

  const second = await replies(state, keyed("9"));
  assert.match(
    text(second),
    /Which one are you calling about\? For Thursday, December 10th at 3 PM, press 1\. To hear more/,
  );
  assert.equal(await chosen(keyed("1"), next(second, "appointment")), "4");
  next(await replies(next(second, "appointment"), keyed("2")), "appointment");
  assert.deepEqual(next(await replies(next(second, "appointment"), said("something else")), "appointment"), state);
});

Deno.test("who has none may book one, or go back", async () => {
  const turn = await asks(birth, keyed("03091984"), "list_appointments");
  const reply = await turn.answered(list());
  assert.match(text(reply), /don't have any upcoming appointments.*book one\?.*0 to leave a message/);
  const state = next(reply, "none");
  for (const heard of [keyed("1"), said("yes please"), said("book one")]) {
    next(await (await asks(state, heard, "begin_call")).answered(facts), "service");
  }
  for (const heard of [keyed("2"), said("no thanks")]) next(await replies(state, heard), "menu");
});

Deno.test("a move looks for openings of the same service, and its state keeps what is to be moved", async () => {
  const day: State = { step: "day", ...clinic, tries: 0, service: SERVICE, moving };
  const found = await (await asks(day, said("Tuesday"), "find_open_slots")).answered({
    success: true,
    slots: [slotAt("2026-11-24T13:00")],
    local_now: "2026-11-22T15:31:00",
  });
  const opening = next(found, "opening");
  assert.deepEqual("moving" in opening && opening.moving, moving);
  const nothingThere = { success: true, slots: [], local_now: "2026-11-22T15:31:00" };
  const none = await (await asks(opening, keyed("9"), "find_open_slots")).answered(nothingThere);
  assert.deepEqual(next(none, "day"), { ...day, asked: "2026-11-22T15:31" });
  // The waiting list is for those who have no appointment.
  const empty = await (await asks(day, said("Tuesday"), "find_open_slots")).answered(nothingThere);
  assert.doesNotMatch(text(empty), /waiting list/);

  const claim = await asks(opening, keyed("1"), "claim_slot_atomic");
  const back = await claim.answered(held({ known: false }));
  assert.equal(
    text(back),
    "Your appointment would move from Monday, November 23rd at 9 AM to Tuesday, November 24th at 1 PM with Doctor Reed. " +
      "Shall I move it? Press 1 or say yes. Press 2 or say no for another time.",
  );
  next(back, "confirm");
  const taken = await claim.answered(failed("slot_taken", [slotAt("2026-11-26T09:00", COLE)]));
  const others = next(taken, "opening");
  assert.deepEqual("moving" in others && others.moving, moving);
});

Deno.test("only a yes at the read-back moves the appointment; a no lets the new time go and looks on", async () => {
  const confirm: State = { step: "confirm", ...search, moving, tries: 0, hold: HOLD };
  for (const heard of [keyed("1"), said("yes"), said("move it please")]) {
    const turn = await asks(confirm, heard, "reschedule_appointment");
    assert.deepEqual(turn.args, { p_org_id: ORG, p_appointment_id: APPOINTMENT, p_hold_id: HOLD });
    const reply = await turn.answered(changed);
    assert.match(
      text(reply),
      /^Your appointment has moved\. It's now Check-up with Doctor Reed on Tuesday, .* at 1 PM\./,
    );
    assert.match(text(reply), /0, 4, 8, 2, 9, 1/);
    assert.equal(reply.then.verb, "hang up");
  }
  for (const heard of [keyed("2"), said("no"), said("don't move it")]) {
    const turn = await asks(confirm, heard, "release_hold");
    const state = next(await turn.answered({ success: true, released: true }), "search");
    assert.deepEqual("moving" in state && state.moving, moving);
  }
  const turn = await asks(confirm, keyed("1"), "reschedule_appointment");
  const late = await turn.answered(failed("hold_expired", [slotAt("2026-11-24T13:00")]));
  assert.match(text(late), /couldn't hold that time/);
  next(late, "opening");
  assert.deepEqual(next(await turn.answered(failed("not_found")), "message"), {
    step: "message",
    org: ORG,
    locale: "en-US",
    reason: "move",
  });
});

Deno.test("the same claim after the appointment has moved says that it has", async () => {
  const claim: State = {
    step: "claim",
    ...search,
    moving,
    offer: offers[0] ?? { provider: REED, second: 1, local: "" },
  };
  const turn = await asks(claim, nothing, "claim_slot_atomic");
  const reply = await turn.answered({ ...held(), appointment_id: APPOINTMENT, code: "048291" });
  assert.match(text(reply), /Your appointment has moved/);
});

Deno.test("only a yes cancels; a no keeps the appointment and goes back to the menu", async () => {
  const cancel: State = { step: "cancel", ...clinic, tries: 0, booked: moving };
  for (const heard of [keyed("1"), said("yes"), said("yes, cancel it"), said("cancel it please")]) {
    const turn = await asks(cancel, heard, "cancel_appointment");
    assert.deepEqual(turn.args, {
      p_org_id: ORG,
      p_appointment_id: APPOINTMENT,
      p_reason: "by phone",
      p_call_sid: caller.callSid,
    });
    const reply = await turn.answered(changed);
    assert.match(text(reply), /^Your appointment is cancelled: Check-up with Doctor Reed on Tuesday, .* at 1 PM\./);
    assert.equal(reply.then.verb, "hang up");
    next(await turn.answered(failed("not_found")), "message");
  }
  for (const heard of [keyed("2"), said("no"), said("don't cancel it"), said("keep it")]) {
    const reply = await replies(cancel, heard);
    assert.match(text(reply), /stays as it is\. To book an appointment, press 1/);
    next(reply, "menu");
  }
  for (const heard of [said("cancel the other one"), said("I can't cancel that"), said("maybe")]) {
    assert.deepEqual(next(await replies(cancel, heard), "cancel"), { ...cancel, tries: 1 }, heard.words);
  }
  assert.match(text(await replies(cancel, keyed("*"))), /^Your appointment on Monday, November 23rd at 9 AM\. Shall I/);
});

Deno.test("every one of these steps asks in three wordings, takes a message at 0, and repeats at *", async () => {
  const states: [State, RpcName | null][] = [
    [birth, null],
    [{ ...birth, step: "number" }, null],
    [{ step: "appointment", ...clinic, tries: 0, errand: "move", page: 0, appointments: [moving, moving] }, null],
    [{ step: "none", ...clinic, tries: 0 }, null],
    [{ step: "cancel", ...clinic, tries: 0, booked: moving }, null],
    [{ step: "confirm", ...search, moving, tries: 0, hold: HOLD }, "set_hold_contact"],
  ];
  for (const [state, repeating] of states) {
    const first = await replies(state, nothing);
    const second = await replies(next(first, state.step), keyed("8"));
    assert.notEqual(text(first), text(second), state.step);
    assert.equal((await replies(next(second, state.step), nothing)).then.verb, "record", state.step);
    assert.equal((await replies(state, keyed("0"))).then.verb, "record", state.step);
    const repeated = await planTurn(next(second, state.step), keyed("*"), caller);
    assert.equal(isInvocation(repeated) ? repeated.rpc : null, repeating, state.step);
  }
});
