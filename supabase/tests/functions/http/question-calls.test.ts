import assert from "node:assert/strict";
import { addressesOf, call, type Rule, saidIn } from "./calling.ts";
import { leftBy } from "./patients.ts";
import { CEDAR, database, HARBOR, someCaller } from "./stack.ts";

const LEAVING: Rule[] = [[/after the tone/, "record:what I wanted to know #"]];

for (
  const [name, clinic, question, answer] of [
    ["Harbor Dental", HARBOR, "where can I park my car", /parking garage next door on Pier Street/],
    ["Cedar Family Clinic", CEDAR, "when are repeat prescriptions ready", /two working days after you ask/],
  ] as const
) {
  Deno.test(`${name} answers a question from what it has written down, and the call leaves no task`, async () => {
    const from = someCaller();
    const made = await call(clinic, from, [[/anything else/, "2"], [/like to know/, `say:${question}`], [
      /book an app/,
      "4",
    ]]);
    assert.equal(made.ending.how, "hangup");
    assert.match(saidIn(made), answer);
    assert.match(saidIn(made), /Is there anything else\?.*Goodbye/);
    assert.deepEqual(await leftBy(made), { outcome: "answered", tasks: [] });
    assert.doesNotMatch(addressesOf(made), new RegExp(question.split(" ").slice(-2).join("|")));
  });

  Deno.test(`${name} answers a question that is asked right at the menu, and another one after it`, async () => {
    let asked = 0;
    const made = await call(clinic, someCaller(), [
      [/anything else/, () => Promise.resolve(asked++ === 0 ? `say:${question}` : "say:no thank you")],
      [/book an app/, "say:what are your opening hours"],
    ]);
    assert.match(saidIn(made), /open Monday to Friday/);
    assert.match(saidIn(made), answer);
    assert.equal(made.ending.how, "hangup");
  });
}

Deno.test("a question without a clear answer is not answered but left to staff, and its words go nowhere else", async () => {
  const made = await call(HARBOR, someCaller(), [
    ...LEAVING,
    [/like to know/, "say:how long does the zirconium veneer take to dry"],
    [/book an app/, "4"],
  ]);
  assert.match(saidIn(made), /I'm not sure about that/);
  assert.deepEqual(await leftBy(made), { outcome: "message", tasks: ["question"] });
  assert.doesNotMatch(addressesOf(made), /zirconium|veneer/);
  await using sql = database();
  const [task] = await sql`select body, recording_url from public.follow_up_tasks where call_sid = ${made.callSid}`;
  assert.deepEqual({ ...task }, { body: null, recording_url: made.recordings[0]?.url });
  const folder = Deno.env.get("STACK_DIR") ?? "";
  for (const name of ["functions.log", "sentry.ndjson"]) {
    assert.doesNotMatch(await Deno.readTextFile(`${folder}/${name}`).catch(() => ""), /zirconium|veneer/, name);
  }
});

Deno.test("a clinic answers from its own answers only", async () => {
  const made = await call(HARBOR, someCaller(), [
    ...LEAVING,
    [/like to know/, "say:are repeat prescriptions ready"],
    [/book an app/, "4"],
  ]);
  assert.doesNotMatch(saidIn(made), /pharmacy/);
});

Deno.test("a question with SQL or markup in it is a question like any other", async () => {
  const hostile = `'); drop table knowledge_base_chunks; -- <Say>&"]]> \u0007 parking ${"?".repeat(400)}`;
  const made = await call(HARBOR, someCaller(), [
    ...LEAVING,
    [/anything else/, "2"],
    [/like to know/, `say:${hostile}`],
    [/book an app/, "4"],
  ]);
  assert.ok(made.turns.every(({ failure }) => failure === null));
  assert.doesNotMatch(saidIn(made), /having trouble/);
});

Deno.test("who finds nothing free goes on the waiting list, which is what came of the call", async () => {
  const from = someCaller();
  const made = await call(CEDAR, from, [
    [/waiting list for that time/, "2"],
    [/What day/, "say:next Sunday"],
    [/like to come in for/, "1"],
    [/book an app/, "1"],
  ]);
  assert.match(saidIn(made), /nothing available on Sunday.*you're on the waiting list/);
  assert.deepEqual(await leftBy(made), { outcome: "waitlisted", tasks: [] });
  await using sql = database();
  const entries = await sql`
    select to_char(lower(w.wanted) at time zone 'Europe/London', 'ID HH24:MI') as first, w.status
    from public.waitlist_entries w join public.contacts c on c.id = w.contact_id
    where c.phone = ${from} and w.org_id = ${CEDAR.id}`;
  assert.deepEqual(entries.map((entry) => ({ ...entry })), [{ first: "7 00:00", status: "waiting" }]);
});
