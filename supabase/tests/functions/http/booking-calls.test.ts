import assert from "node:assert/strict";
import { type Answering, scripted } from "../../../../scripts/testkit/caller/answers.ts";
import { placeCall } from "../../../../scripts/testkit/caller/place-call.ts";
import { call } from "./calling.ts";
import { CEDAR, database, HARBOR, someCaller, stackLine, withSecretKey } from "./stack.ts";

const line = stackLine();

const KEYS: [RegExp, string][] = [
  [/Shall I book it/, "1"],
  [/your name/, "1"],
  [/opening/, "1"],
  [/What day/, "1"],
  [/like to come in for/, "1"],
  [/book an appointment/, "1"],
];
/** The main menu, in any of its wordings. */
const MENU = /[Pp]ress 1|1 for an appointment/;
const WORDS: [RegExp, string][] = [
  [/Shall I book it/, "say:yes please"],
  [/your name/, "say:my name is Rosa Tindall"],
  [/opening/, "say:the second one"],
  [/What day/, "say:the first free one"],
  [/like to come in for/, "say:SERVICE"],
  [/book an appointment/, "say:I would like to book an appointment"],
];

function saying(service: string): [RegExp, string][] {
  return WORDS.map(([question, answer]) => [question, answer.replace("SERVICE", service)]);
}

/** The appointment that a call made, as the clinic's wall clock has it. */
async function booked(callSid: string) {
  await using sql = database();
  const rows = await sql`
    select a.id, a.org_id, a.provider_id, a.service_id, a.starts_at, a.code, c.phone, c.name,
      to_char(a.starts_at at time zone o.timezone, 'HH24:MI') as local_time,
      to_char(a.starts_at at time zone o.timezone, 'ID')::int as local_weekday
    from public.appointment_holds h
    join public.appointments a on a.hold_id = h.id
    join public.contacts c on c.id = a.contact_id
    join public.organizations o on o.id = a.org_id
    where h.call_sid = ${callSid}`;
  assert.equal(rows.length, 1, "the call made one appointment");
  const [row] = rows;
  assert.ok(row);
  return row;
}

for (
  const { clinic, name, opens, closes, service } of [
    { clinic: HARBOR, name: "Harbor Dental", opens: "09:00", closes: "17:00", service: "a check-up" },
    { clinic: CEDAR, name: "Cedar Family Clinic", opens: "08:30", closes: "18:00", service: "a blood test" },
  ]
) {
  for (const [how, rules] of [["keypad alone", KEYS], ["words alone", saying(service)]] as const) {
    Deno.test(`${name} books an appointment by ${how}, within its hours, and no longer offers that time`, async () => {
      const from = someCaller();
      const made = await call(clinic, from, [...rules]);
      assert.equal(made.ending.how, "hangup", JSON.stringify(made.said));
      const appointment = await booked(made.callSid);

      assert.equal(appointment.org_id, clinic.id);
      assert.equal(appointment.phone, from);
      assert.ok(appointment.local_time >= opens && appointment.local_time < closes, appointment.local_time);
      assert.ok(appointment.local_weekday <= 5);
      const spelled = [...appointment.code].join("\\W+");
      assert.match(made.said.join(" "), new RegExp(spelled), "the code is read out digit by digit");

      const { data } = await withSecretKey().rpc("find_open_slots", {
        p_org_id: clinic.id,
        p_service_id: appointment.service_id,
        p_provider_id: appointment.provider_id,
        p_from: appointment.starts_at,
        p_to: new Date(appointment.starts_at.getTime() + 60_000),
      });
      assert.deepEqual(data.slots, []);
    });
  }
}

Deno.test("a caller who withholds the number is asked for one, and books", async () => {
  const made = await call(HARBOR, "anonymous", [[/What number can we/, "2125550177#"], ...KEYS]);
  const appointment = await booked(made.callSid);
  assert.equal(appointment.phone, "+12125550177");
});

Deno.test("a caller who says no at the read-back keeps nothing and hears other times", async () => {
  const made = await call(HARBOR, someCaller(), [[/Shall I book it/, "2"], ...KEYS]);
  await using sql = database();
  const held = await sql`select status from public.appointment_holds where call_sid = ${made.callSid}`;
  assert.ok(held.length > 0);
  assert.ok(held.every(({ status }) => status !== "held" && status !== "confirmed"));
  const claims = await sql`
    select c.id from public.slot_claims c join public.appointment_holds h on h.id = c.hold_id
    where h.call_sid = ${made.callSid}`;
  assert.equal(claims.length, 0);
});

Deno.test("when the chosen time is taken meanwhile, the caller hears so and is offered others", async () => {
  const rival = withSecretKey();
  let taken = false;
  const answering: Answering = async (heard) => {
    const question = heard.said.join(" ");
    const [, answer = ""] = KEYS.find(([words]) => words.test(question)) ?? [];
    if (/opening/.test(question) && !taken) {
      taken = true;
      // Whatever was offered first is held by somebody else before this caller answers.
      const offer = new URL(heard.asked.action ?? "", line.publicUrl).searchParams.get("offers") ?? "";
      const [provider, second] = offer.split(".");
      const { data } = await rival.rpc("claim_slot_atomic", {
        p_org_id: HARBOR.id,
        p_provider_id: provider,
        p_service_id: HARBOR.service,
        p_starts_at: new Date(Number(second) * 1000),
        p_call_sid: `rival-${crypto.randomUUID()}`,
      });
      assert.equal(data.success, true);
    }
    return scripted([answer])(heard);
  };
  const made = await placeCall(line, { to: HARBOR.phone, from: someCaller(), answer: answering, maxTurns: 20 });
  assert.match(made.said.join(" "), /has just been taken/);
  await booked(made.callSid);
});

Deno.test("pressing 0, or asking for a person, records a message that becomes one task", async () => {
  for (const ask of ["0", "say:I want to speak to someone"]) {
    const made = await call(HARBOR, someCaller(), [[/leave your name/, "record:please call me back #"], [/./, ask]]);
    await using sql = database();
    const tasks = await sql`
      select reason, recording_url from public.follow_up_tasks where call_sid = ${made.callSid}`;
    assert.equal(tasks.length, 1);
    assert.equal(tasks[0]?.reason, "message");
    assert.equal(tasks[0]?.recording_url, made.recordings[0]?.url);
  }
});

Deno.test("a caller who stays silent is asked three times in different words, and then for a message", async () => {
  const made = await call(HARBOR, someCaller(), []);
  const questions = made.said.filter((said) => MENU.test(said));
  assert.equal(questions.length, 3);
  assert.equal(new Set(questions).size, 3);
  assert.match(made.said.join(" "), /leave your name/);
});

Deno.test("a key that no option has counts as not understood", async () => {
  const made = await call(HARBOR, someCaller(), [[/leave your name/, "hangup"], [/./, "8"]]);
  assert.equal(made.said.filter((said) => MENU.test(said)).length, 3);
});

for (
  const [day, reply] of [
    ["yesterday", /has passed|too late|notice/],
    ["in ten years", /too far ahead|further ahead/],
    ["the 31st of February", /didn't get the day|has passed|too late/],
  ] as const
) {
  Deno.test(`"${day}" is answered plainly, and the caller is asked for another day`, async () => {
    let asked = 0;
    const made = await call(HARBOR, someCaller(), [
      [/leave your name/, "hangup"],
      [/[Ww]hat (other )?day|get the day/, asked++ === 0 ? `say:${day}` : "hangup"],
      ...KEYS.slice(4),
    ]);
    assert.match(made.said.join(" "), reply);
  });
}

Deno.test("words with SQL or markup in them change nothing, and the answer stays valid XML", async () => {
  const hostile = `Robert'); drop table appointments; -- <Say>&"]]> \u0007 ${"x".repeat(300)}`;
  const made = await call(HARBOR, someCaller(), [[/your name/, `say:${hostile}`], ...KEYS]);
  assert.ok(made.turns.every(({ failure }) => failure === null));
  const appointment = await booked(made.callSid);
  assert.ok(appointment.name.length <= 120);
  assert.doesNotMatch(appointment.name, /\p{Cc}/u);
});

Deno.test("every turn may be sent twice and changes nothing the second time", async () => {
  const answering: Answering = (heard) => {
    const question = heard.said.join(" ");
    return scripted([KEYS.find(([words]) => words.test(question))?.[1] ?? ""])(heard);
  };
  const made = await placeCall(line, {
    to: HARBOR.phone,
    from: someCaller(),
    answer: answering,
    copies: () => 1,
    maxTurns: 20,
  });
  const appointment = await booked(made.callSid);
  assert.doesNotMatch(made.said.join(" "), /taken|let the time go/);
  await using sql = database();
  const [{ count } = { count: 0 }] = await sql`
    select count(*)::int from public.slot_claims where appointment_id = ${appointment.id}`;
  assert.equal(count, 1);
});
