import assert from "node:assert/strict";
import type { RpcName } from "../../../functions/_shared/database.ts";
import { type Heard, isInvocation } from "../../../functions/voice/conversation.ts";
import type { State } from "../../../functions/voice/state.ts";
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
  opening,
  ORG,
  REED,
  replies,
  said,
  search,
  SERVICE,
  slotAt,
  slots,
  text,
  told,
  withheld,
} from "./dialogue.ts";

/** Booking and leaving a message, step by step. */

Deno.test("the greeting names the clinic and its emergency number, and nothing about the caller", async () => {
  const turn = await asks({ step: "greeting" }, nothing, "begin_call");
  assert.deepEqual(turn.args, {
    p_to: "+12125550100",
    p_from: "+12125550142",
    p_call_sid: caller.callSid,
    p_created_at: caller.at,
  });
  const reply = await turn.answered({ ...facts, caller: { known: true, name: "Jane Roe" } });
  assert.match(text(reply), /^Thank you for calling Harbor Dental\. If this is an emergency, hang up and dial 911\./);
  assert.doesNotMatch(text(reply), /Jane/);
  assert.deepEqual(next(reply, "menu"), { step: "menu", ...told, tries: 0 });
});

Deno.test("a clinic's own greeting is said, and its name once", async () => {
  const greet = async (greeting: string) => {
    const turn = await asks({ step: "greeting" }, nothing, "begin_call");
    return text(await turn.answered({ ...facts, clinic: { ...facts.clinic, greeting } }));
  };
  assert.match(await greet("We are glad you call."), /^Harbor Dental\. We are glad you call\. If this/);
  assert.match(await greet("Welcome to Harbor Dental!"), /^Welcome to Harbor Dental! If this/);
});

Deno.test("a number that no clinic has is told so, and the call ends", async () => {
  const turn = await asks({ step: "greeting" }, nothing, "begin_call");
  const reply = await turn.answered(failed("not_found"));
  assert.match(text(reply), /doesn't belong to a clinic/);
  assert.equal(reply.then.verb, "hang up");
});

Deno.test("the menu understands each errand as a key and in words", async () => {
  const menu: State = { step: "menu", ...clinic, tries: 0 };
  for (
    const heard of [
      keyed("1"),
      said("I'd like to make an appointment"),
      said("check-up"),
      said("how do I book an appointment"),
      said("do you have anything on Friday"),
    ]
  ) await asks(menu, heard, "begin_call");
  for (
    const [heard, errand] of [
      [keyed("2"), "move"],
      [said("reschedule my appointment"), "move"],
      [keyed("3"), "cancel"],
      [said("I need to cancel my appointment"), "cancel"],
    ] as const
  ) {
    assert.deepEqual(next(await replies(menu, heard), "birth"), {
      step: "birth",
      ...clinic,
      tries: 0,
      errand,
      wrong: 0,
    });
  }
  for (const heard of [keyed("4"), said("I have a question")]) next(await replies(menu, heard), "question");
  for (const heard of [keyed("0"), said("the receptionist please")]) {
    const reply = await replies(menu, heard);
    assert.deepEqual(next(reply, "message"), { step: "message", org: ORG, locale: "en-US", reason: "message" });
    assert.equal(reply.then.verb, "record");
  }
});

Deno.test("the service is asked for, unless there is only one", async () => {
  const turn = await asks({ step: "menu", ...clinic, tries: 0 }, keyed("1"), "begin_call");
  const several = await turn.answered(facts);
  assert.match(text(several), /For Check-up, press 1\. For Cleaning, press 2\./);
  next(several, "service");
  const one = await turn.answered({ ...facts, services: facts.services.slice(0, 1) });
  assert.equal("service" in next(one, "day"), true);
  next(await turn.answered({ ...facts, services: [] }), "message");
});

Deno.test("a service is chosen by its number or its name; a long list is read in pages", async () => {
  const state: State = { step: "service", ...clinic, tries: 0, page: 0 };
  const choose = async (heard: Heard, from: State = state, answer: unknown = facts) =>
    (await asks(from, heard, "begin_call")).answered(answer);
  for (const heard of [keyed("1"), said("a checkup"), said("number one")]) {
    assert.deepEqual(next(await choose(heard), "day"), {
      step: "day",
      ...told,
      tries: 0,
      service: SERVICE,
    });
  }
  assert.deepEqual(next(await choose(keyed("3")), "service"), { ...state, ...told, tries: 1 });
  assert.deepEqual(
    next(await choose(keyed("9")), "service"),
    { ...state, ...told, tries: 1 },
    "there is no more to hear",
  );

  const many = {
    ...facts,
    services: Array.from({ length: 7 }, (_, n) => ({ id: `${ORG.slice(0, -1)}${n}`, name: `Kind ${n}` })),
  };
  const second = await choose(keyed("9"), state, many);
  assert.deepEqual(next(second, "service"), { ...state, ...told, page: 1 });
  assert.match(text(second), /For Kind 5, press 1/);
  assert.deepEqual(next(await choose(keyed("9"), { ...state, page: 1 }, many), "service"), { ...state, ...told });
});

Deno.test("a day in words is looked for as a wall clock of the clinic's zone", async () => {
  const state: State = { step: "day", ...clinic, tries: 0, service: SERVICE };
  const { args } = await asks(state, said("next Tuesday afternoon"), "find_open_slots");
  assert.deepEqual(args, {
    p_org_id: ORG,
    p_service_id: SERVICE,
    p_from: "2026-11-24 12:00 America/New_York",
    p_to: "2026-11-24 18:00 America/New_York",
    p_provider_id: null,
    p_limit: 40,
    p_call_sid: caller.callSid,
  });
  const first = await asks(state, keyed("1"), "find_open_slots");
  assert.equal("p_from" in first.args && first.args.p_from, "2026-11-22 15:29 America/New_York");
});

Deno.test("up to three openings are read, at different times if there are any", async () => {
  const turn = await asks({ step: "search", ...search }, nothing, "find_open_slots");
  const found = [slots[0], slotAt("2026-11-24T13:00", COLE), slots[1], slots[2], slotAt("2026-11-24T15:00")];
  const reply = await turn.answered({ success: true, slots: found, local_now: "2026-11-22T15:31:00" });
  assert.match(
    text(reply),
    /^On Tuesday, November 24th, I have 3 openings\. Press 1 for 1 PM with Doctor Reed\. Press 2 for 1:30 PM/,
  );
  assert.deepEqual(next(reply, "opening"), {
    ...opening,
    asked: "2026-11-22T15:31",
    hoursFrom: undefined,
    hoursTo: undefined,
    provider: undefined,
    after: undefined,
    moving: undefined,
  });

  const twoDays = await turn.answered({
    success: true,
    slots: [slots[0], slotAt("2026-11-25T09:00", COLE)],
    local_now: "2026-11-22T15:31:00",
  });
  assert.match(
    text(twoDays),
    /Press 1 for Tuesday, November 24th at 1 PM with Doctor Reed\. Press 2 for Wednesday, November 25th at 9 AM with Doctor Cole\./,
  );
});

Deno.test("only openings in the hours asked for, and with the provider asked for, are read", async () => {
  const morning = await asks({ step: "search", ...search, hoursFrom: 540, hoursTo: 720 }, nothing, "find_open_slots");
  const reply = await morning.answered({
    success: true,
    slots: [...slots, slotAt("2026-11-25T09:00")],
    local_now: "2026-11-22T15:31:00",
  });
  assert.match(text(reply), /On Wednesday, November 25th, I have one opening\./);

  const day: State = { step: "day", ...clinic, tries: 0, service: SERVICE };
  const named = await asks(day, said("Tuesday with Doctor Cole"), "find_open_slots");
  const cole = await named.answered({
    success: true,
    slots: [...slots, slotAt("2026-11-24T14:00", COLE)],
    local_now: "2026-11-22T15:31:00",
  });
  assert.match(text(cole), /one opening\. Press 1 for 2 PM with Doctor Cole/);
  assert.equal("provider" in next(cole, "opening") && next(cole, "opening"), next(cole, "opening"));
});

Deno.test("when there is nothing, the caller hears so and is asked for another day", async () => {
  const found = { success: true, slots: [], local_now: "2026-11-22T15:31:00" };
  const turn = await asks({ step: "search", ...search }, nothing, "find_open_slots");
  const none = await turn.answered(found);
  assert.match(text(none), /nothing available on Tuesday, November 24th\. What other day/);
  next(none, "day");

  const long = await asks({ step: "search", ...search, to: "2026-12-24T00:00" }, nothing, "find_open_slots");
  assert.match(text(await long.answered(found)), /nothing available in the next few weeks/);
  const more = await asks({ step: "search", ...search, after: 1_795_525_200 }, nothing, "find_open_slots");
  assert.match(text(await more.answered(found)), /all the openings\./);
});

Deno.test("a day that has passed or is too far off is refused plainly", async () => {
  const turn = await asks({ step: "search", ...search }, nothing, "find_open_slots");
  assert.match(text(await turn.answered(failed("too_soon"))), /too soon/);
  const far = await turn.answered({ ...failed("too_far"), latest_local: "2027-02-20" });
  assert.match(text(far), /We can book up to Saturday, February 20th\. What other day/);
  const past = { ...search, from: "2026-11-21T00:00", to: "2026-11-22T00:00" };
  const yesterday = await asks({ step: "search", ...past }, nothing, "find_open_slots");
  assert.match(text(await yesterday.answered(failed("too_soon"))), /too late to book on Saturday, November 21st/);
});

Deno.test("an opening is chosen by number, time or weekday, and claimed at once", async () => {
  for (const heard of [keyed("2"), said("the second one"), said("the one thirty one"), said("half past one")]) {
    const { args } = await asks(opening, heard, "claim_slot_atomic");
    assert.deepEqual(args, {
      p_org_id: ORG,
      p_provider_id: REED,
      p_service_id: SERVICE,
      p_starts_at: "2026-11-24T18:30:00.000Z",
      p_call_sid: caller.callSid,
    });
  }
});

Deno.test("instead of an opening one can ask for more, another day, other hours or a provider", async () => {
  const more = await asks(opening, keyed("9"), "find_open_slots");
  assert.equal("p_from" in more.args && more.args.p_from, "2026-11-24T19:00:01.000Z");
  const friday = await asks(opening, said("what about Friday"), "find_open_slots");
  assert.equal("p_from" in friday.args && friday.args.p_from, "2026-11-27 00:00 America/New_York");
  const morning = await asks(opening, said("in the morning"), "find_open_slots");
  assert.equal("p_from" in morning.args && morning.args.p_from, "2026-11-24 00:00 America/New_York");
  next(await replies(opening, said("another day please")), "day");

  const cole = await asks(opening, said("Doctor Cole"), "begin_call");
  const go = await cole.answered(facts);
  assert.equal(go.then.verb, "go");
  assert.deepEqual("provider" in next(go, "search") && "provider" in next(go, "search"), true);
  const two = { ...opening, offers: [...offers.slice(0, 2), { provider: COLE, second: 1, local: "2026-11-24T14:00" }] };
  next(await (await asks(two, said("Doctor Cole"), "begin_call")).answered(facts), "claim");
  next(await (await asks(opening, said("purple"), "begin_call")).answered(facts), "opening");
});

Deno.test("a key that no opening has is not understood, and the times are said again without asking anybody", async () => {
  const again = await replies(opening, keyed("7"));
  assert.match(text(again), /didn't get that\. For 1 PM, press 1\. For 1:30 PM, press 2\. For 2 PM, press 3\./);
  const last = await replies({ ...opening, tries: 1 }, nothing);
  assert.match(text(last), /press 1 for 1 PM, 2 for 1:30 PM, 3 for 2 PM/);
  const message = await replies({ ...opening, tries: 2 }, nothing);
  assert.deepEqual(next(message, "message"), { step: "message", org: ORG, locale: "en-US", reason: "not_understood" });
});

Deno.test("who is known goes on to the read-back, who is not is asked for a name, who withholds for a number", async () => {
  const turn = await asks(opening, keyed("1"), "claim_slot_atomic");
  const known = await turn.answered(held({ known: true }));
  assert.match(text(known), /^Check-up with Doctor Reed on Tuesday, November 24th at 1 PM\. +Shall I book it/);
  next(known, "confirm");
  next(await turn.answered(held()), "name");
  const hidden = await asks(opening, keyed("1"), "claim_slot_atomic", withheld);
  next(await hidden.answered(held({ known: true, has_phone: false })), "phone");
});

Deno.test("a time that is gone is said to be gone, and others are offered", async () => {
  const turn = await asks(opening, keyed("1"), "claim_slot_atomic");
  const others = await turn.answered(failed("slot_taken", [slotAt("2026-11-26T09:00", COLE)]));
  assert.match(text(others), /has just been taken\. Here's what I have instead\. On Thursday, November 26th/);
  next(others, "opening");
  const none = await turn.answered(failed("slot_taken"));
  assert.match(text(none), /has just been taken\. I don't have anything else around then\. What other day/);
  next(none, "day");
});

Deno.test("the same claim after its appointment was made says that it is booked", async () => {
  const turn = await asks(opening, keyed("1"), "claim_slot_atomic");
  const reply = await turn.answered({ ...held(), appointment_id: HOLD, code: "482913" });
  assert.match(text(reply), /Your appointment is booked/);
  assert.equal(reply.then.verb, "hang up");
});

Deno.test("a call-back number is noted on the hold and read back, and no state carries it", async () => {
  const state: State = { step: "phone", ...search, tries: 0, hold: HOLD };
  const turn = await asks(state, keyed("2125550147"), "set_hold_contact", withheld);
  assert.deepEqual(turn.args, { p_org_id: ORG, p_hold_id: HOLD, p_contact: { phone: "+12125550147" } });
  const reply = await turn.answered(held());
  assert.match(text(reply), /That was 2 1 2, 5 5 5, 0 1 4 7\. What's your name/);
  assert.doesNotMatch(JSON.stringify(next(reply, "name")), /5550147/);
  assert.match(text(await replies(state, keyed("123"), withheld)), /can't use that number/);
});

Deno.test("a name is noted on the hold and said at the read-back; one may go on without", async () => {
  const state: State = { step: "name", ...search, tries: 0, hold: HOLD };
  const turn = await asks(state, said("my name is jane roe"), "set_hold_contact");
  assert.deepEqual(turn.args, { p_org_id: ORG, p_hold_id: HOLD, p_contact: { name: "Jane Roe" } });
  const reply = await turn.answered(held({ name: "Jane Roe" }));
  assert.match(text(reply), /For Jane Roe\. Shall I book it/);
  assert.doesNotMatch(JSON.stringify(next(reply, "confirm")), /Jane/);

  const without = await asks(state, keyed("1"), "set_hold_contact");
  assert.equal("p_contact" in without.args && without.args.p_contact, null);
  assert.match(text(await replies(state, keyed("5"))), /didn't get your name/);
});

Deno.test("yes books and spells the code twice", async () => {
  const state: State = { step: "confirm", ...search, tries: 0, hold: HOLD };
  for (const heard of [keyed("1"), said("yes please")]) {
    const turn = await asks(state, heard, "confirm_hold");
    assert.deepEqual(turn.args, { p_org_id: ORG, p_hold_id: HOLD, p_contact: { phone: "+12125550142" } });
    const reply = await turn.answered({ ...held(), appointment_id: HOLD, code: "048291" });
    assert.match(text(reply), /Your code is 0, 4, 8, 2, 9, 1\. Once more, your code is 0, 4, 8, 2, 9, 1\./);
    assert.equal(reply.then.verb, "hang up");
  }
  const hidden = await asks(state, keyed("1"), "confirm_hold", withheld);
  assert.deepEqual("p_contact" in hidden.args && hidden.args.p_contact, {});
});

Deno.test("no lets the time go and looks again", async () => {
  const turn = await asks({ step: "confirm", ...search, tries: 0, hold: HOLD }, keyed("2"), "release_hold");
  const reply = await turn.answered({ success: true, released: true });
  assert.equal(reply.then.verb, "go");
  next(reply, "search");
});

Deno.test("a hold that ran out is said to have, and others are offered, whatever was being asked", async () => {
  const answer = failed("hold_expired", [slotAt("2026-11-24T13:00")]);
  const turns: [State, Heard, RpcName][] = [
    [{ step: "confirm", ...search, tries: 0, hold: HOLD }, keyed("1"), "confirm_hold"],
    [{ step: "confirm", ...search, tries: 0, hold: HOLD }, keyed("*"), "set_hold_contact"],
    [{ step: "name", ...search, tries: 0, hold: HOLD }, said("Jane Roe"), "set_hold_contact"],
    [{ step: "phone", ...search, tries: 0, hold: HOLD }, keyed("2125550147"), "set_hold_contact"],
  ];
  for (const [state, heard, operation] of turns) {
    const reply = await (await asks(state, heard, operation)).answered(answer);
    assert.match(text(reply), /couldn't hold that time any longer\. Here's what I have instead/);
    next(reply, "opening");
  }
});

Deno.test("silence and nonsense are asked about in three different wordings, then a message is taken", async () => {
  const hold = { ...search, hold: HOLD };
  const states: State[] = [
    { step: "menu", ...clinic, tries: 0 },
    { step: "day", ...clinic, tries: 0, service: SERVICE },
    opening,
    { step: "phone", ...hold, tries: 0 },
    { step: "name", ...hold, tries: 0 },
    { step: "confirm", ...hold, tries: 0 },
  ];
  for (const state of states) {
    const first = await replies(state, nothing);
    const second = await replies(next(first, state.step), keyed("8"));
    assert.notEqual(text(first), text(second));
    const third = await replies(next(second, state.step), nothing);
    assert.equal(third.then.verb, "record", state.step);
  }
});

Deno.test("0 leaves a message at every step that listens, and * asks again in the first wording", async () => {
  const hold = { ...search, hold: HOLD };
  const states: State[] = [
    { step: "menu", ...clinic, tries: 1 },
    { step: "service", ...clinic, tries: 1, page: 0 },
    { step: "day", ...clinic, tries: 1, service: SERVICE },
    { ...opening, tries: 1 },
    { step: "phone", ...hold, tries: 1 },
    { step: "name", ...hold, tries: 1 },
    { step: "confirm", ...hold, tries: 1 },
  ];
  for (const state of states) {
    assert.equal((await replies(state, keyed("0"))).then.verb, "record", state.step);
    const repeated = await planTurn(state, keyed("*"), caller);
    if (!isInvocation(repeated)) assert.deepEqual(next(repeated, state.step), { ...state, tries: 0 });
  }
});

Deno.test("a recorded message becomes a task, also when the clinic is not known", async () => {
  const recordingUrl = "https://api.twilio.com/2010-04-01/Accounts/AC00/Recordings/RE5d1e7c0a94b84f6fb0c2a3e9d7164f01";
  for (const org of [ORG, undefined]) {
    const turn = await asks({ step: "message", org, reason: "trouble" }, { ...nothing, recordingUrl }, "take_message");
    assert.deepEqual(turn.args, {
      p_org_id: org ?? null,
      p_call_sid: caller.callSid,
      p_from: "+12125550142",
      p_to: "+12125550100",
      p_reason: "trouble",
      p_body: null,
      p_recording_url: recordingUrl,
    });
    const reply = await turn.answered({ success: true, task_id: HOLD });
    assert.match(text(reply), /Your message was recorded/);
    assert.equal(reply.then.verb, "hang up");
    await assert.rejects(() => turn.answered(failed("not_found")), { name: "UnexpectedReasonError" });
  }
  assert.equal((await replies({ step: "message", reason: "message" }, nothing)).then.verb, "record");
});

Deno.test("the same turn twice asks the database the same", async () => {
  for (const heard of [keyed("1"), said("half past one"), said("Friday")]) {
    const [first, second] = await Promise.all([planTurn(opening, heard, caller), planTurn(opening, heard, caller)]);
    assert.ok(isInvocation(first) && isInvocation(second));
    assert.deepEqual([first.rpc, first.args], [second.rpc, second.args]);
  }
});
