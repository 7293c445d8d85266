import assert from "node:assert/strict";
import type { State } from "../../../functions/voice/state.ts";
import {
  asks,
  caller,
  clinic,
  facts,
  failed,
  keyed,
  next,
  nothing,
  ORG,
  replies,
  said,
  text,
  withheld,
} from "./dialogue.ts";

/** Questions, and the waiting list. */

const question: State = { step: "question", ...clinic, tries: 0 };
const answer: State = { step: "answer", ...clinic, tries: 0 };
const clear = {
  success: true,
  chunks: [{ id: "1", title: "Parking", body: "There is a garage next door.", score: 0.9 }],
  clear: true,
};

Deno.test("a question goes to the clinic's answers as it was said, and to no state", async () => {
  for (const state of [question, answer]) {
    const turn = await asks(state, said("Where can I park, by the way?"), "search_knowledge");
    assert.deepEqual(turn.args, {
      p_org_id: ORG,
      p_query: "Where can I park, by the way?",
      p_limit: 3,
      p_call_sid: caller.callSid,
    });
    const reply = await turn.answered(clear);
    assert.match(text(reply), /^There is a garage next door\. Is there anything else\?/);
    assert.deepEqual(next(reply, "answer"), answer);
  }
});

Deno.test("an answer that is not clear is not read; the question becomes a message", async () => {
  const turn = await asks(question, said("how long does a crown take"), "search_knowledge");
  for (const unclear of [{ ...clear, clear: false }, { success: true, chunks: [], clear: false }]) {
    const reply = await turn.answered(unclear);
    assert.doesNotMatch(text(reply), /garage|crown/);
    assert.deepEqual(next(reply, "message"), { step: "message", org: ORG, locale: "en-US", reason: "question" });
  }
  await assert.rejects(() => turn.answered(failed("not_found")), { name: "UnexpectedReasonError" });
});

Deno.test("a question may be asked right at the menu; only announcing one asks for it", async () => {
  const menu: State = { step: "menu", ...clinic, tries: 0 };
  for (const words of ["what are your opening hours", "do you take insurance", "I have a question about parking"]) {
    await asks(menu, said(words), "search_knowledge");
  }
  for (const words of ["I have a question", "I'd like to ask you something", "information please"]) {
    next(await replies(menu, said(words)), "question");
  }
});

Deno.test("whatever could not be a question of a caller's is still no trouble for the database", async () => {
  const { args } = await asks(question, said(`park\u0000ing \ud800 ${"x".repeat(5000)}`), "search_knowledge");
  const query = "p_query" in args ? String(args.p_query) : "";
  assert.ok(query.length <= 300 && query.isWellFormed());
  assert.doesNotMatch(query, /\p{Cc}/u);
});

Deno.test("after an answer: yes goes back to the menu, no ends the call, and an errand is followed", async () => {
  for (const heard of [keyed("1"), said("yes please")]) next(await replies(answer, heard), "menu");
  for (const heard of [keyed("2"), said("no thank you"), said("that's all"), said("thanks, bye")]) {
    const reply = await replies(answer, heard);
    assert.equal(reply.then.verb, "hang up", heard.words);
    assert.match(text(reply), /Goodbye/);
  }
  next(await (await asks(answer, said("yes, I want to book an appointment"), "begin_call")).answered(facts), "service");
  next(await replies(answer, said("can you cancel my appointment")), "birth");
  next(await replies(answer, said("yes, I have another question")), "question");
  for (const words of ["is it okay to eat before", "what if I can't pay", "parking for bicycles"]) {
    await asks(answer, said(words), "search_knowledge");
  }
});

Deno.test("both steps ask in three wordings, take a message at 0, and repeat at *", async () => {
  for (const state of [question, answer]) {
    const first = await replies(state, nothing);
    const second = await replies(next(first, state.step), keyed("8"));
    assert.notEqual(text(first), text(second));
    assert.equal((await replies(next(second, state.step), nothing)).then.verb, "record");
    assert.equal((await replies(state, keyed("0"))).then.verb, "record");
    assert.deepEqual(next(await replies(next(second, state.step), keyed("*")), state.step), state);
  }
});

Deno.test("who finds nothing free may wait for it, under the number that they call from", async () => {
  const day: State = { step: "day", ...clinic, tries: 0, service: ORG };
  const nothingFree = { success: true, slots: [], local_now: "2026-11-22T15:31:00" };
  const none = await (await asks(day, said("Tuesday"), "find_open_slots")).answered(nothingFree);
  assert.match(
    text(none),
    /nothing available on Tuesday, November 24th\. What other day .* Or press 2 to go on the waiting list/,
  );
  const state = next(none, "day");
  for (const heard of [keyed("2"), said("put me on the waiting list please"), said("call me if something is free")]) {
    const turn = await asks(state, heard, "join_waitlist");
    assert.deepEqual(turn.args, {
      p_org_id: ORG,
      p_service_id: ORG,
      p_contact: { phone: caller.phone },
      p_provider_id: null,
      p_from: "2026-11-24 00:00 America/New_York",
      p_to: "2026-11-25 00:00 America/New_York",
      p_call_sid: caller.callSid,
    });
    const reply = await turn.answered({ success: true, entry_id: ORG });
    assert.match(text(reply), /you're on the waiting list/);
    assert.equal(reply.then.verb, "hang up");
    next(await turn.answered(failed("not_found")), "message");
  }
  await asks(state, keyed("1"), "find_open_slots");
  await asks(state, said("Wednesday"), "find_open_slots");
});

Deno.test("nobody is offered to wait who has not looked yet, or whose number is not known", async () => {
  const day: State = { step: "day", ...clinic, tries: 0, service: ORG };
  assert.match(text(await replies(day, keyed("2"))), /didn't get the day/);
  const hidden = await (await asks(day, said("Tuesday"), "find_open_slots", withheld)).answered({
    success: true,
    slots: [],
    local_now: "2026-11-22T15:31:00",
  });
  assert.doesNotMatch(text(hidden), /waiting list/);
});
