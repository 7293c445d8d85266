import assert from "node:assert/strict";
import { addressesOf, call, type Rule, saidIn } from "./calling.ts";
import { appointmentNow, forgetTries, leftBy, patient, unknownNumber } from "./patients.ts";
import { CEDAR, database, HARBOR } from "./stack.ts";

/** Words that would give away that there is an appointment. */
const TOLD = /Check-up|Doctor|Nurse|You have|on (?:Mon|Tues|Wednes|Thurs|Fri)day|\d (?:AM|PM)/;
/** Gives another wrong date whenever one is asked for. */
function wrong(): Rule[] {
  let year = 1990;
  return [
    [/after the tone/, "record:this is about my appointment #"],
    [/date of birth|when you were born/, () => Promise.resolve(`0102${year++}`)],
    [/book an app/, "3"],
  ];
}

async function triesOf(phone: string): Promise<{ made: number; succeeded: number }> {
  await using sql = database();
  const [row] = await sql<{ made: number; succeeded: number }[]>`
    select count(*)::int as made, count(*) filter (where succeeded)::int as succeeded
    from public.verification_attempts where phone = ${phone}`;
  assert.ok(row);
  return { made: row.made, succeeded: row.succeeded };
}

Deno.test("three wrong dates of birth end in a message for staff, and nothing about an appointment is said", async () => {
  const who = await patient(HARBOR);
  const made = await call(HARBOR, who.phone, wrong());
  assert.equal(made.said.filter((said) => /doesn't match/.test(said)).length, 2);
  assert.match(saidIn(made), /I can't cancel an appointment for you\. Someone will call you back/);
  assert.doesNotMatch(saidIn(made), TOLD);
  assert.deepEqual(await triesOf(who.phone), { made: 3, succeeded: 0 });
  assert.deepEqual(await leftBy(made), { outcome: "message", tasks: ["cancel"] });
  assert.equal((await appointmentNow(who.appointments[0] ?? { id: "" })).status, "booked");
  assert.doesNotMatch(addressesOf(made), /199|0102/);
});

Deno.test("the same wrong date three times ends in a message as well", async () => {
  const who = await patient(CEDAR);
  const made = await call(CEDAR, who.phone, [[/date of birth/, "01021990"], ...wrong()]);
  assert.equal(made.said.filter((said) => /doesn't match/.test(said)).length, 2);
  assert.deepEqual(await leftBy(made), { outcome: "message", tasks: ["cancel"] });
});

Deno.test("a number that the clinic does not know hears the very same words", async () => {
  const who = await patient(HARBOR);
  const stranger = await unknownNumber();
  const known = await call(HARBOR, who.phone, wrong());
  const unknown = await call(HARBOR, stranger, wrong());
  assert.deepEqual(unknown.said, known.said);
  await forgetTries(stranger);
});

Deno.test("another clinic's patient is a stranger here", async () => {
  const who = await patient(CEDAR);
  await forgetTries(who.phone);
  const made = await call(HARBOR, who.phone, [[/date of birth|when you were born/, "03091984"], ...wrong()]);
  assert.doesNotMatch(saidIn(made), TOLD);
  assert.match(saidIn(made), /doesn't match/);
  await forgetTries(who.phone);
});

Deno.test("the tries of a number count over all its calls: after ten even the right date learns nothing", async () => {
  const who = await patient(HARBOR);
  for (let calls = 0; calls < 4; calls++) await call(HARBOR, who.phone, wrong());
  assert.deepEqual(await triesOf(who.phone), { made: 10, succeeded: 0 });
  const late = await call(HARBOR, who.phone, [[/date of birth/, who.keys], ...wrong()]);
  assert.doesNotMatch(saidIn(late), TOLD);
  assert.match(saidIn(late), /I can't cancel an appointment for you/);
  assert.equal((await triesOf(who.phone)).succeeded, 0);
  await forgetTries(who.phone);
  const next = await call(HARBOR, who.phone, [
    [/Shall I cancel it/, "hangup"],
    [/date of birth/, who.keys],
    ...wrong(),
  ]);
  assert.match(saidIn(next), /You have one appointment/);
});

Deno.test("who slips once is asked again and gets on", async () => {
  const who = await patient(CEDAR);
  let asked = 0;
  const made = await call(CEDAR, who.phone, [
    [/Shall I cancel it/, "1"],
    [/date of birth/, () => Promise.resolve(asked++ === 0 ? "01021990" : who.keys)],
    ...wrong(),
  ]);
  assert.match(saidIn(made), /doesn't match what we have\..*Your appointment is cancelled/);
});

Deno.test("month and day are keyed in the order of the clinic's country, and asked for in it", async () => {
  const who = await patient(CEDAR);
  const made = await call(CEDAR, who.phone, [[/date of birth/, "03091984"], [/after the tone/, "hangup"], [
    /book an app/,
    "2",
  ]]);
  assert.match(saidIn(made), /two digits for the day, two for the month/);
  assert.match(saidIn(made), /doesn't match/);
  assert.doesNotMatch(saidIn(made), TOLD);
});

Deno.test("a withheld number is asked for first, may be mistaken, and is in no address and on no other row than the call's", async () => {
  const who = await patient(HARBOR);
  const national = who.phone.slice(2);
  let asked = 0;
  const made = await call(HARBOR, "anonymous", [
    [/Shall I cancel it/, "1"],
    [/the phone number on your file/, () => Promise.resolve(asked++ === 0 ? "2125550100#" : `${national}#`)],
    [/date of birth/, who.keys],
    [/book an app/, "3"],
  ]);
  assert.equal(asked, 2);
  assert.match(saidIn(made), /doesn't match what we have\. What's the phone number on your file/);
  assert.match(saidIn(made), /Your appointment is cancelled/);
  assert.equal((await appointmentNow(who.appointments[0] ?? { id: "" })).status, "cancelled");
  assert.doesNotMatch(addressesOf(made), new RegExp(`${national}|${who.keys}|1984`));
  await using sql = database();
  const [row] = await sql`select from_phone, given_phone from public.calls where call_sid = ${made.callSid}`;
  assert.deepEqual({ ...row }, { from_phone: null, given_phone: who.phone });
  await forgetTries("+12125550100");
});

Deno.test("who withholds the number has three tries a call as well", async () => {
  const who = await patient(HARBOR);
  const made = await call(HARBOR, "anonymous", [
    [/the phone number on your file/, `${who.phone.slice(2)}#`],
    ...wrong(),
  ]);
  assert.doesNotMatch(saidIn(made), TOLD);
  assert.deepEqual(await triesOf(who.phone), { made: 3, succeeded: 0 });
});

Deno.test("neither number nor date of birth is in a log, or at the sinks", async () => {
  const who = await patient(HARBOR);
  await call(HARBOR, who.phone, [
    [/Shall I cancel it/, "2"],
    [/stays as it is/, "hangup"],
    [/date of birth/, who.keys],
    ...wrong(),
  ]);
  const folder = Deno.env.get("STACK_DIR") ?? "";
  for (const name of ["functions.log", "sentry.ndjson"]) {
    const text = await Deno.readTextFile(`${folder}/${name}`).catch(() => "");
    assert.doesNotMatch(text, new RegExp(`${who.keys}|1984-03-09|${who.phone.slice(1)}`), name);
  }
});
