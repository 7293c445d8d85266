import assert from "node:assert/strict";
import { addressesOf, call, type Rule, saidIn } from "./calling.ts";
import { appointmentNow, isOffered, leftBy, type Patient, patient } from "./patients.ts";
import { CEDAR, database, HARBOR, withSecretKey } from "./stack.ts";

const CLINICS = [["Harbor Dental", HARBOR], ["Cedar Family Clinic", CEDAR]] as const;

/** Moves by keypad alone; the last rules are the ways in. */
function moving({ keys }: Patient): Rule[] {
  return [[/Shall I move it/, "1"], [/opening/, "1"], [/What other day/, "1"], [/date of birth/, keys], [
    /book an app/,
    "2",
  ]];
}
function movingInWords({ words }: Patient): Rule[] {
  return [
    [/Shall I move it/, "say:yes, move it please"],
    [/opening/, "say:the second one"],
    [/What other day/, "say:the first free one"],
    [/date of birth/, `say:${words}`],
    [/book an app/, "say:I would like to move my appointment"],
  ];
}
function cancelling({ keys }: Patient): Rule[] {
  return [[/Shall I cancel it/, "1"], [/date of birth/, keys], [/book an app/, "3"]];
}
function cancellingInWords({ words }: Patient): Rule[] {
  return [
    [/Shall I cancel it/, "say:yes please"],
    [/date of birth/, `say:${words}`],
    [/book an app/, "say:I have to cancel my appointment"],
  ];
}

async function statusOfHolds(callSid: string): Promise<string[]> {
  await using sql = database();
  const rows = await sql`select status from public.appointment_holds where call_sid = ${callSid} order by created_at`;
  return rows.map(({ status }) => status);
}

for (const [name, clinic] of CLINICS) {
  for (const [how, rulesFor] of [["keypad alone", moving], ["words alone", movingInWords]] as const) {
    Deno.test(`${name} moves an appointment by ${how}, and its old time can be had again`, async () => {
      const who = await patient(clinic);
      const [old] = who.appointments;
      assert.ok(old);
      const made = await call(clinic, who.phone, rulesFor(who));
      assert.equal(made.ending.how, "hangup", saidIn(made));
      assert.match(saidIn(made), /Your appointment has moved/);

      const now = await appointmentNow(old);
      assert.notEqual(Date.parse(now.starts_at), Date.parse(old.starts_at));
      assert.equal(now.status, "booked");
      assert.equal(now.claims, 1);
      assert.match(saidIn(made), new RegExp([...now.code].join("\\W+")), "the code is read out digit by digit");
      assert.equal(await isOffered(clinic, old), true);
      assert.deepEqual(await leftBy(made), { outcome: "moved", tasks: [] });
      assert.doesNotMatch(addressesOf(made), new RegExp(`${who.phone.slice(1)}|${who.keys}|1984|Ada|Fenwick`));
    });
  }

  for (const [how, rulesFor] of [["keypad alone", cancelling], ["words alone", cancellingInWords]] as const) {
    Deno.test(`${name} cancels an appointment by ${how}, and its time can be had again`, async () => {
      const who = await patient(clinic);
      const [gone] = who.appointments;
      assert.ok(gone);
      const made = await call(clinic, who.phone, rulesFor(who));
      assert.match(saidIn(made), /Your appointment is cancelled/);
      const { status, claims } = await appointmentNow(gone);
      assert.deepEqual({ status, claims }, { status: "cancelled", claims: 0 });
      assert.equal(await isOffered(clinic, gone), true);
      assert.deepEqual(await leftBy(made), { outcome: "cancelled", tasks: [] });
      assert.doesNotMatch(addressesOf(made), new RegExp(`${who.phone.slice(1)}|${who.keys}|1984|Ada|Fenwick`));
    });
  }
}

for (const [name, clinic] of CLINICS) {
  Deno.test(`whoever never gave ${name} a date of birth cancels with the code that they were told, that one alone`, async () => {
    const who = await patient(clinic, 2);
    const [other, mine] = who.appointments;
    assert.ok(other && mine);
    await using sql = database();
    await sql`update public.contacts set date_of_birth = null where phone = ${who.phone} and org_id = ${clinic.id}`;
    const [row] = await sql`select code from public.appointments where id = ${mine.id}`;
    const code: string = row?.code;
    const made = await call(clinic, who.phone, [[/Shall I cancel it/, "1"], [/date of birth/, code], [
      /book an app/,
      "3",
    ]]);
    assert.match(saidIn(made), /You have one appointment.*Your appointment is cancelled/);
    assert.equal((await appointmentNow(mine)).status, "cancelled");
    assert.equal((await appointmentNow(other)).status, "booked");
    assert.doesNotMatch(addressesOf(made), new RegExp(`${who.phone.slice(1)}|${code}`));
  });
}

Deno.test("until the read-back is confirmed the appointment keeps its old time, and hanging up there changes nothing", async () => {
  const who = await patient(HARBOR);
  const [old] = who.appointments;
  assert.ok(old);
  let looked = 0;
  const made = await call(HARBOR, who.phone, [
    [/Shall I move it/, async () => {
      looked++;
      assert.equal(Date.parse((await appointmentNow(old)).starts_at), Date.parse(old.starts_at));
      assert.equal(await isOffered(HARBOR, old), false);
      return "hangup";
    }],
    ...moving(who).slice(1),
  ]);
  assert.equal(looked, 1);
  assert.deepEqual(await statusOfHolds(made.callSid), ["released"]);
  const now = await appointmentNow(old);
  assert.deepEqual([Date.parse(now.starts_at), now.status, now.claims], [Date.parse(old.starts_at), "booked", 1]);
});

Deno.test("no at the read-back of a move lets the new time go, keeps the old one, and looks for others", async () => {
  const who = await patient(HARBOR);
  const [old] = who.appointments;
  assert.ok(old);
  let asked = 0;
  const made = await call(HARBOR, who.phone, [
    [/Shall I move it/, () => Promise.resolve(asked++ === 0 ? "2" : "hangup")],
    ...moving(who).slice(1),
  ]);
  assert.match(saidIn(made), /released that time/);
  assert.equal(asked, 2);
  assert.equal(Date.parse((await appointmentNow(old)).starts_at), Date.parse(old.starts_at));
});

Deno.test("a time that is taken while the caller chooses is said to be gone; another one can be had", async () => {
  const who = await patient(HARBOR);
  const [old] = who.appointments;
  assert.ok(old);
  let rivals = 0;
  const made = await call(HARBOR, who.phone, [
    [/opening/, async ({ asked }) => {
      if (rivals++ > 0) return "1";
      const offer = new URL(asked.action ?? "").searchParams.get("offers") ?? "";
      const [provider, second] = offer.split(".");
      const { data } = await withSecretKey().rpc("claim_slot_atomic", {
        p_org_id: HARBOR.id,
        p_provider_id: provider,
        p_service_id: HARBOR.service,
        p_starts_at: new Date(Number(second) * 1000),
        p_call_sid: `rival-${crypto.randomUUID()}`,
      });
      assert.equal(data.success, true);
      return "1";
    }],
    ...moving(who),
  ]);
  assert.match(saidIn(made), /has just been taken\. Here's what I have instead/);
  assert.match(saidIn(made), /Your appointment has moved/);
  assert.equal((await appointmentNow(old)).claims, 1);
});

Deno.test("a caller who thinks for too long hears that the time is gone, and still has the old one", async () => {
  const who = await patient(HARBOR);
  const [old] = who.appointments;
  assert.ok(old);
  const callSid = `CA${crypto.randomUUID().replaceAll("-", "")}`;
  let asked = 0;
  const made = await call(HARBOR, who.phone, [
    [/Shall I move it/, async () => {
      if (asked++ > 0) return "hangup";
      await using sql = database();
      await sql`
        update public.appointment_holds set expires_at = now() - interval '1 second' where call_sid = ${callSid}`;
      return "1";
    }],
    ...moving(who).slice(1),
  ], { callSid });
  assert.match(saidIn(made), /I couldn't hold that time any longer\. Here's what I have instead/);
  assert.equal(asked, 2);
  assert.equal(Date.parse((await appointmentNow(old)).starts_at), Date.parse(old.starts_at));
});

Deno.test("of two appointments the one that was chosen is cancelled, and the other stays", async () => {
  const who = await patient(CEDAR, 2);
  const [first, second] = who.appointments;
  assert.ok(first && second);
  const made = await call(CEDAR, who.phone, [[/Shall I cancel it/, "1"], [/You have 2 app/, "2"], ...cancelling(who)]);
  assert.match(saidIn(made), /Your appointment is cancelled/);
  assert.equal((await appointmentNow(first)).status, "booked");
  assert.equal((await appointmentNow(second)).status, "cancelled");
});

Deno.test("who says no keeps the appointment and is back at the menu", async () => {
  const who = await patient(HARBOR);
  const [kept] = who.appointments;
  assert.ok(kept);
  const made = await call(HARBOR, who.phone, [
    [/stays as it is/, "hangup"],
    [/Shall I cancel it/, "2"],
    ...cancelling(who).slice(1),
  ]);
  assert.match(saidIn(made), /your appointment stays as it is\. To book an appointment, press 1/);
  assert.equal((await appointmentNow(kept)).status, "booked");
});

Deno.test("who has no appointment hears so, and can book one in the same call", async () => {
  const who = await patient(HARBOR, 0);
  const made = await call(HARBOR, who.phone, [
    [/don't have any upcoming appointments/, "1"],
    [/Shall I book it/, "1"],
    [/opening/, "1"],
    [/What day/, "1"],
    [/like to come in for/, "1"],
    ...moving(who),
  ]);
  assert.match(saidIn(made), /Your appointment is booked/);
  assert.deepEqual(await leftBy(made), { outcome: "booked", tasks: [] });
});

Deno.test("an appointment that staff cancel meanwhile cannot be moved; the caller leaves a message", async () => {
  const who = await patient(HARBOR);
  const [gone] = who.appointments;
  assert.ok(gone);
  const made = await call(HARBOR, who.phone, [
    [/after the tone/, "record:please call me #"],
    [/Shall I move it/, async () => {
      await withSecretKey().rpc("cancel_appointment", { p_org_id: HARBOR.id, p_appointment_id: gone.id });
      return "1";
    }],
    ...moving(who).slice(1),
  ]);
  assert.match(saidIn(made), /I can't move an appointment for you/);
  assert.deepEqual((await leftBy(made)).tasks, ["move"]);
});

for (
  const [what, rulesFor, expected] of [["move", moving, "booked"], ["cancellation", cancelling, "cancelled"]] as const
) {
  Deno.test(`every turn of a ${what} may be sent twice and changes nothing the second time`, async () => {
    const who = await patient(CEDAR);
    const [one] = who.appointments;
    assert.ok(one);
    const made = await call(CEDAR, who.phone, rulesFor(who), { copies: () => 1 });
    assert.match(saidIn(made), /Your appointment (?:has moved|is cancelled)/);
    assert.doesNotMatch(saidIn(made), /taken|let the time go|cannot/);
    for (const { request, body, earlier } of made.turns) {
      // The clock may have moved on by a minute between the two.
      const unclocked = (document: string) => document.replaceAll(/asked=[^&]+/g, "");
      assert.equal(unclocked(earlier[0]?.body ?? ""), unclocked(body), request.url);
    }
    const now = await appointmentNow(one);
    assert.equal(now.status, expected);
    await using sql = database();
    const [tries] = await sql`
      select count(*)::int from public.verification_attempts where call_sid = ${made.callSid}`;
    assert.equal(tries?.count, 1, "a try that is sent twice is one try");
  });
}
