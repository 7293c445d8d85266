import assert from "node:assert/strict";
import { send, sign } from "../../../../scripts/testkit/caller/line.ts";
import { pokeWorker } from "../../../../scripts/testkit/worker.ts";
import { call, type Rule } from "./calling.ts";
import { database, HARBOR, someCaller, stackLine, withSecretKey } from "./stack.ts";
import { eventually, setFaults, SINK_URL, textsTo } from "./twilio-sink.ts";

const line = stackLine();

function newMessageSid(): string {
  return `SM${crypto.randomUUID().replaceAll("-", "")}`;
}

/** Twilio's parameters as recorded, with some of them changed. */
function recorded(name: string, changes: Record<string, string>): Record<string, string> {
  const { params } = JSON.parse(Deno.readTextFileSync(new URL(`../fixtures/${name}.json`, import.meta.url)));
  return { ...params, ...changes };
}

/** A text from a patient to Harbor Dental; what comes back. */
async function writes(from: string, Body: string, MessageSid = newMessageSid()) {
  const params = recorded("sms", { From: from, To: HARBOR.phone, Body, MessageSid, SmsSid: MessageSid });
  const exchange = await send(line, sign(line, "sms", params));
  assert.equal(exchange.status, 200);
  assert.match(exchange.headers["content-type"] ?? "", /^text\/xml/);
  return exchange.body;
}

const NO_REPLY = '<?xml version="1.0" encoding="UTF-8"?><Response/>';

/** A whole run of the worker, after which no text is left that should have gone out by now. */
async function sendWhatIsDue(): Promise<void> {
  const { status, body } = await pokeWorker(line, Deno.env.get("SECRET_KEY") ?? "", ["send_texts"]);
  assert.equal(status, 200, body);
  assert.match(body, /"send_texts"/);
}

/** An appointment that a caller books by the same operations as the phone does. */
async function book(phone: string) {
  const api = withSecretKey();
  const callSid = `CA${crypto.randomUUID().replaceAll("-", "")}`;
  const found = await api.rpc("find_open_slots", {
    p_org_id: HARBOR.id,
    p_service_id: HARBOR.service,
    p_from: new Date(Date.now() + 3 * 24 * 3600_000),
    p_to: new Date(Date.now() + 60 * 24 * 3600_000),
    p_limit: 1000,
  });
  // Not the first one: other tests book at the same time.
  const slot = found.data.slots[Math.floor(Math.random() * found.data.slots.length)];
  const held = await api.rpc("claim_slot_atomic", {
    p_org_id: HARBOR.id,
    p_provider_id: slot.provider_id,
    p_service_id: slot.service_id,
    p_starts_at: slot.starts_at,
    p_call_sid: callSid,
  });
  const booked = await api.rpc("confirm_hold", {
    p_org_id: HARBOR.id,
    p_hold_id: held.data.hold_id,
    p_contact: { phone, name: "Rosa Tindall" },
  });
  assert.equal(booked.data.success, true, JSON.stringify(booked));
  return { id: String(booked.data.appointment_id), code: String(booked.data.code) };
}

async function statusOf(appointment: { id: string }): Promise<string> {
  await using sql = database();
  const [row] = await sql`select status from public.appointments where id = ${appointment.id}`;
  return row?.status;
}

/** Waits until the worker has sent an appointment's confirmation: then an answer can be about it. */
async function confirmationSent(appointment: { id: string }): Promise<void> {
  await using sql = database();
  const sent = await eventually(async () => {
    const [row] = await sql`
      select 1 from public.outbox
      where appointment_id = ${appointment.id} and kind = 'booked_text' and status = 'sent'`;
    return row;
  });
  assert.ok(sent, "the confirmation went out within 10 s");
}

const withSink = { ignore: SINK_URL === undefined };

/** What a caller presses who takes the first free time. */
const BOOKING: Rule[] = [
  [/Shall I book it/, "1"],
  [/your name/, "1"],
  [/opening/, "1"],
  [/What day/, "1"],
  [/like to come in for/, "1"],
  [/book an appointment/, "1"],
];

Deno.test({
  ...withSink,
  name: "a booking by phone makes exactly one text within 10 s, with day, time, address and code",
  async fn() {
    const phone = someCaller();
    const { callSid } = await call(HARBOR, phone, BOOKING);
    await using sql = database();
    const [booked] = await sql`
      select a.code, r.name as provider,
        to_char(a.starts_at at time zone o.timezone, 'Dy, Mon FMDD, FMHH12:MI AM') as words
      from public.appointment_holds h
      join public.appointments a on a.hold_id = h.id
      join public.resources r on r.id = a.provider_id
      join public.organizations o on o.id = a.org_id
      where h.call_sid = ${callSid}`;
    assert.ok(booked, "the call made an appointment");
    const [text] = await eventually(async () => {
      const texts = await textsTo(phone, booked.code);
      return texts.length > 0 ? texts : undefined;
    }) ?? [];
    assert.ok(text, "the text came within 10 s");
    assert.equal(text.from, HARBOR.phone);
    assert.equal(
      text.body,
      `Harbor Dental: your appointment with ${booked.provider} on ${booked.words} is booked. ` +
        `Address: 12 Pier Street, New York. Code ${booked.code}. Reply 1 to confirm, 2 to cancel, STOP for no texts.`,
    );
    await sendWhatIsDue();
    assert.equal((await textsTo(phone, booked.code)).length, 1, "and no second one follows");
  },
});

Deno.test({
  ...withSink,
  name: "a patient confirms with 1 and cancels with 2; the same text again gives the same answer and changes nothing",
  async fn() {
    const phone = someCaller();
    const appointment = await book(phone);
    await confirmationSent(appointment);

    const confirming = newMessageSid();
    const thanks = await writes(phone, "1", confirming);
    assert.match(thanks, /<Message>Harbor Dental: thank you, see you on /);
    assert.equal(await statusOf(appointment), "confirmed");

    const cancelling = newMessageSid();
    const gone = await writes(phone, " 2. ", cancelling);
    assert.match(gone, /<Message>Harbor Dental: your appointment on .* is cancelled/);
    assert.equal(await statusOf(appointment), "cancelled");

    assert.equal(await writes(phone, " 2. ", cancelling), gone);
    assert.equal(await writes(phone, "1", confirming), thanks);
    assert.equal(await statusOf(appointment), "cancelled");
    await sendWhatIsDue();
    assert.equal((await textsTo(phone, appointment.code)).length, 1, "the reply is all that is written about it");
  },
});

Deno.test("anything else that a patient writes becomes a task for staff", async () => {
  const phone = someCaller();
  const question = `Can I bring my dog? <b>&"' ${crypto.randomUUID()}`;
  await writes(phone, question);
  await using sql = database();
  const tasks = await sql`
    select reason, status from public.follow_up_tasks
    where org_id = ${HARBOR.id} and from_phone = ${phone} and body like ${`%${question}%`}`;
  assert.deepEqual([...tasks], [{ reason: "text", status: "open" }]);
});

Deno.test("STOP and START are heeded and remembered, and left to Twilio to answer", async () => {
  const phone = "+12125550198";
  await using sql = database();
  const optedOut = async () =>
    (await sql`select 1 from public.opt_outs where org_id = ${HARBOR.id} and phone = ${phone}`).length === 1;
  for (const [word, expected] of [["Stop", true], ["UNSTOP", false], ["STOPALL!", true], ["start", false]] as const) {
    assert.equal(await writes(phone, word), NO_REPLY);
    assert.equal(await optedOut(), expected, word);
  }
});

Deno.test("a picture without words becomes a task that says where it is", async () => {
  const phone = someCaller();
  const MessageSid = newMessageSid().replace("SM", "MM");
  const params = recorded("sms", { From: phone, To: HARBOR.phone, Body: "", NumMedia: "2", MessageSid });
  assert.equal((await send(line, sign(line, "sms", params))).status, 200);
  await using sql = database();
  const tasks = await sql`select 1 from public.follow_up_tasks where body like ${`%2 attached%${MessageSid}%`}`;
  assert.equal(tasks.length, 1);
});

Deno.test("a text without anything in it becomes a task that says so", async () => {
  const phone = someCaller();
  await writes(phone, " \n");
  await using sql = database();
  const tasks = await sql`
    select 1 from public.follow_up_tasks
    where org_id = ${HARBOR.id} and from_phone = ${phone} and reason = 'text' and body like '%(an empty text)%'`;
  assert.equal(tasks.length, 1);
});

Deno.test("a text to a number that is no clinic's is answered with nothing, and nothing is kept", async () => {
  const params = recorded("sms", { To: "+12125550199", MessageSid: newMessageSid() });
  const exchange = await send(line, sign(line, "sms", params));
  assert.equal(exchange.body, NO_REPLY);
  await using sql = database();
  assert.equal((await sql`select 1 from public.texts where sid = ${params.MessageSid ?? ""}`).length, 0);
});

Deno.test("a text without a signature is refused without a word", async () => {
  const request = sign(line, "sms", recorded("sms", { MessageSid: newMessageSid() }));
  const { "x-twilio-signature": _, ...headers } = request.headers;
  const exchange = await send(line, { ...request, headers });
  assert.equal(exchange.status, 403);
  assert.equal(exchange.body, "");
});

Deno.test({
  ...withSink,
  name: "delivery reports move a text forward only, in whatever order they come",
  async fn() {
    const appointment = await book(someCaller());
    await confirmationSent(appointment);
    await using sql = database();
    const [text] = await sql`
      select o.id, t.sid from public.outbox o join public.texts t on t.outbox_id = o.id
      where o.appointment_id = ${appointment.id}`;
    assert.ok(text);
    for (const MessageStatus of ["sent", "delivered", "queued", "sent", "sending"]) {
      const params = recorded("sms-status", { MessageSid: text.sid, MessageStatus, SmsStatus: MessageStatus });
      const exchange = await send(line, sign(line, `sms-status?text=${text.id}`, params));
      assert.equal(exchange.status, 204);
    }
    const [now] = await sql`select status from public.texts where sid = ${text.sid}`;
    assert.equal(now?.status, "delivered");
  },
});

Deno.test("a report about a text that is not ours is taken without a word", async () => {
  for (const query of ["", `?text=${crypto.randomUUID()}`]) {
    const params = recorded("sms-status", { MessageSid: newMessageSid() });
    assert.equal((await send(line, sign(line, `sms-status${query}`, params))).status, 204);
  }
});

Deno.test({
  ...withSink,
  name: "a patient whom Twilio may not write to is left to staff once, and not tried again",
  async fn() {
    const phone = "+12125550197";
    await setFaults([{
      to: phone,
      times: 100,
      status: 400,
      code: 21610,
      message: "Attempt to send to unsubscribed recipient",
    }]);
    try {
      const appointment = await book(phone);
      await using sql = database();
      const task = await eventually(async () => {
        const [row] = await sql`
          select body, status from public.follow_up_tasks
          where appointment_id = ${appointment.id} and reason = 'text_failed'`;
        return row;
      });
      assert.deepEqual(task, {
        body: "The patient has replied STOP and gets no more texts. Please tell the patient another way.",
        status: "open",
      });
      const rows = await sql`
        select status, attempts from public.outbox where appointment_id = ${appointment.id} order by attempts desc`;
      assert.deepEqual([...rows], [
        { status: "given_up", attempts: 1 },
        { status: "withdrawn", attempts: 0 },
        { status: "withdrawn", attempts: 0 },
      ]);
      await sql`update public.follow_up_tasks set status = 'done' where appointment_id = ${appointment.id}`;
    } finally {
      await setFaults([]);
      await writes(phone, "START");
    }
  },
});
