import assert from "node:assert/strict";
import type { State, StateOf } from "../../../functions/voice/state.ts";
import { asks, caller, clinic, failed, keyed, next, ORG, replies, said, text, withheld } from "./dialogue.ts";

/** Who calls is proved before a word about an appointment. */

const birth: StateOf<"birth"> = { step: "birth", ...clinic, tries: 0, errand: "move", wrong: 0 };
/** Anything that only somebody's appointment could be the reason for saying. */
const TOLD = /Check-up|Doctor|November|\d (?:AM|PM)/;

Deno.test("who calls from a known number is asked for the date of birth; nothing is said of an appointment", async () => {
  const menu: State = { step: "menu", ...clinic, tries: 0 };
  const reply = await replies(menu, keyed("3"));
  assert.match(text(reply), /two digits for the month, two for the day, and four for the year/);
  assert.deepEqual(next(reply, "birth"), { ...birth, errand: "cancel" });
  assert.ok(reply.then.verb === "listen" && reply.then.keys === "date");
});

Deno.test("who withholds the number gives it first; it is noted on the call, and no state carries it", async () => {
  const first = await replies({ step: "menu", ...clinic, tries: 0 }, keyed("2"), withheld);
  const state = next(first, "number");
  assert.match(text(await replies(state, keyed("555"), withheld)), /can't use that number/);

  const turn = await asks(state, keyed("2125550147"), "note_caller_phone", withheld);
  assert.deepEqual(turn.args, { p_org_id: ORG, p_call_sid: caller.callSid, p_phone: "+12125550147" });
  const reply = await turn.answered({ success: true });
  assert.match(text(reply), /That was 2 1 2, 5 5 5, 0 1 4 7\..*date of birth/);
  assert.deepEqual(next(reply, "birth"), birth);

  const proof = await asks(birth, keyed("03091984"), "list_appointments", withheld);
  assert.deepEqual(proof.args, {
    p_org_id: ORG,
    p_phone: null,
    p_date_of_birth: "1984-03-09",
    p_code: null,
    p_call_sid: caller.callSid,
  });
  // The number may have been the wrong one, too.
  const again = await proof.answered({ ...failed("not_found"), tries_left: 2 });
  assert.match(text(again), /doesn't match what we have\. What's the phone number on your file/);
  next(again, "number");
});

Deno.test("a date of birth is keyed as the clinic's country writes it, or said", async () => {
  const british = { ...birth, locale: "en-GB" as const };
  for (
    const [state, heard] of [
      [birth, keyed("03091984")],
      [british, keyed("09031984")],
      [birth, said("March ninth nineteen eighty-four")],
      [british, said("the 9th of March 1984")],
    ] as const
  ) {
    const { args } = await asks(state, heard, "list_appointments");
    assert.deepEqual(args, {
      p_org_id: ORG,
      p_phone: caller.phone,
      p_date_of_birth: "1984-03-09",
      p_code: null,
      p_call_sid: caller.callSid,
    });
  }
  // There is no 13th month, no 30th of February, and nobody is born tomorrow.
  for (const keys of ["13091984", "02302001", "11232026", "0309198"]) {
    assert.match(text(await replies(birth, keyed(keys))), /isn't a date or a code that I can use/, keys);
  }
});

Deno.test("whoever the clinic knows no date of birth of keys in the code that they were told, or says it", async () => {
  for (
    const heard of [
      keyed("422145"),
      said("422145"),
      said("4 2 2 1 4 5."),
      said("it's four two two one four five"),
      said("My code is 422 145, please."),
    ]
  ) {
    const turn = await asks(birth, heard, "list_appointments");
    assert.deepEqual(turn.args, {
      p_org_id: ORG,
      p_phone: caller.phone,
      p_date_of_birth: null,
      p_code: "422145",
      p_call_sid: caller.callSid,
    });
    const again = await turn.answered({ ...failed("not_found"), tries_left: 2 });
    assert.match(text(again), /doesn't match what we have\..*six digits of your appointment code/);
  }
  // A date in six digits is a date when it is said, since months and days have names.
  const { args } = await asks(birth, said("11/19/84"), "list_appointments");
  assert.ok("p_date_of_birth" in args && args.p_date_of_birth === "1984-11-19");
  for (const heard of [keyed("42214"), keyed("4221451"), said("422 1455"), said("42 21")]) {
    assert.match(text(await replies(birth, heard)), /isn't a date or a code/);
  }
});

Deno.test("a wrong date is asked again as long as the database has tries left, then staff are left a message", async () => {
  for (const errand of ["move", "cancel"] as const) {
    const turn = await asks({ ...birth, tries: 1, errand }, keyed("03101984"), "list_appointments");
    const again = await turn.answered({ ...failed("not_found"), tries_left: 1 });
    assert.match(text(again), /^I'm sorry, that doesn't match what we have\. /);
    assert.deepEqual(next(again, "birth"), { ...birth, errand, wrong: 1 });
    const over = await turn.answered({ ...failed("not_found"), tries_left: 0 });
    assert.equal(over.then.verb, "record");
    assert.deepEqual(next(over, "message"), { step: "message", org: ORG, locale: "en-US", reason: errand });
    for (const reply of [again, over]) assert.doesNotMatch(text(reply), TOLD);
    await assert.rejects(() => turn.answered(failed("invalid_input")), { name: "UnexpectedReasonError" });
  }
});

Deno.test("who gives the same wrong date three times, which the database counts once, is not asked for ever", async () => {
  for (const [who, step] of [[caller, "birth"], [withheld, "number"]] as const) {
    let state: State = birth;
    for (const wrong of [1, 2]) {
      const turn = await asks(state, keyed("03101984"), "list_appointments", who);
      const asked = next(await turn.answered({ ...failed("not_found"), tries_left: 2 }), step);
      assert.equal("wrong" in asked && asked.wrong, wrong);
      state = { ...birth, wrong };
    }
    const turn = await asks(state, keyed("03101984"), "list_appointments", who);
    next(await turn.answered({ ...failed("not_found"), tries_left: 2 }), "message");
  }
});
