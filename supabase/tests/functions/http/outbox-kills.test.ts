/**
 * One booking, one text, whatever happens on the way: Twilio fails for half of the messages, and half of those failures
 * are lies (the message was taken); workers are killed while they have texts in hand. `deno task test:outbox` does it with
 * 500 bookings and 20 kills (OUTBOX_BOOKINGS, OUTBOX_KILLS).
 */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { database } from "./stack.ts";
import { eventually, setFaults, SINK_URL, textsTo } from "./twilio-sink.ts";
import { TwilioWire } from "./twilio-wire.ts";
import { WorkerProcess } from "./worker-process.ts";

const BOOKINGS = Number(Deno.env.get("OUTBOX_BOOKINGS") ?? 100);
const KILLS = Number(Deno.env.get("OUTBOX_KILLS") ?? 6);
const PATIENCE_MS = 600_000;

/**
 * Of all messages, a quarter fail; of the rest, a third are taken although we are told that they failed. What is left is
 * taken, mostly slowly, so that there is an instant in which Twilio has it and a dying worker cannot say so.
 */
const HALF_FAILS = [
  { share: 1 / 4, status: 500, times: 1_000_000 },
  { share: 1 / 3, status: 503, accepted: true, times: 1_000_000 },
  { share: 2 / 3, delay_ms: 400, times: 1_000_000 },
];

/** A clinic with as many providers as it takes for every booking to have a time of its own. */
async function makeClinic(sql: postgres.Sql): Promise<string> {
  const clinic = crypto.randomUUID();
  await sql.begin(async (tx) => {
    await tx`insert into public.organizations (id, name, timezone) values (${clinic}, ${`Kill Clinic ${clinic}`}, 'UTC')`;
    await tx`
      insert into public.phone_numbers (org_id, phone)
      select ${clinic}, '+4420794609' || lpad(n::text, 2, '0') from generate_series(10, 89) n
      where '+4420794609' || lpad(n::text, 2, '0') not in (select phone from public.phone_numbers)
      order by random() limit 1`;
    await tx`
      with person as (
        insert into public.resources (org_id, kind, name)
        select ${clinic}, 'provider', 'Dr. ' || n from generate_series(1, ${
      Math.ceil(BOOKINGS / 10) + 3 * KILLS
    }::int) n
        returning id
      )
      insert into public.providers (id, org_id) select id, ${clinic} from person`;
    await tx`insert into public.services (org_id, name, duration_minutes) values (${clinic}, 'Visit', 30)`;
    await tx`
      insert into public.provider_services (org_id, provider_id, service_id)
      select p.org_id, p.id, s.id from public.providers p join public.services s on s.org_id = p.org_id
      where p.org_id = ${clinic}`;
    await tx`
      insert into public.availability (org_id, provider_id, weekday, opens_at, closes_at)
      select p.org_id, p.id, d, '09:00', '17:00' from public.providers p cross join generate_series(1, 7) d
      where p.org_id = ${clinic}`;
  });
  return clinic;
}

/** A worker that is killed when it has handed texts to Twilio and not yet heard what became of them. */
class Victim implements AsyncDisposable {
  readonly #wire = new TwilioWire();
  readonly #process = new WorkerProcess({ TWILIO_API_URL: this.#wire.url });

  /** Texts that Twilio took and nobody wrote down. */
  get unheard(): number {
    return this.#wire.unheard;
  }

  get isSending(): boolean {
    return this.#wire.inHand > 0;
  }

  async kill(): Promise<void> {
    const killing = this.#process.kill();
    this.#wire.hungUp();
    await killing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    await this.#wire[Symbol.asyncDispose]();
  }
}

/** Books as a caller does: hold, then confirm. */
async function book(sql: postgres.Sql, clinic: string, nth: number): Promise<void> {
  const [booked] = await sql`
    select public.confirm_hold(p.org_id, (held ->> 'hold_id')::uuid, ${
    sql.json({ phone: `+121255501${String(nth % 100).padStart(2, "0")}` })
  }) as told
    from (
      select p.id, p.org_id, row_number() over (order by p.id) - 1 as place
      from public.providers p where p.org_id = ${clinic}
    ) p
    join public.services s on s.org_id = p.org_id
    cross join lateral public.claim_slot_atomic(
      p.org_id, p.id, s.id, date_trunc('day', now(), 'UTC') + interval '5 days 9 hours' + ${
    nth % 10
  } * interval '30 minutes',
      ${`CAkill${clinic.slice(0, 8)}${nth}`}
    ) held
    where p.place = ${Math.floor(nth / 10)}`;
  assert.equal(booked?.told.success, true, JSON.stringify(booked));
}

Deno.test({
  name: "with Twilio failing half of the time and workers killed in mid-send, each booking makes exactly one text",
  ignore: SINK_URL === undefined,
  async fn() {
    await using sql = database();
    const clinic = await makeClinic(sql);
    const waiting = async () => {
      const [row] = await sql`
        select count(*)::int as n from public.outbox
        where org_id = ${clinic} and kind = 'booked_text' and status in ('pending', 'sending')`;
      return Number(row?.n);
    };
    await setFaults(HALF_FAILS);
    try {
      await using first = new Victim();
      await using second = new Victim();
      let booked = 0;
      for (let kills = 1; kills <= KILLS; kills++) {
        while (booked < Math.round(BOOKINGS * kills / KILLS)) await book(sql, clinic, booked++);
        // What was just booked is being sent; where both were still starting, the stack's own worker may have sent it all.
        const inTurn = kills % 2 === 0 ? [first, second] : [second, first];
        let victim: Victim | undefined;
        while (victim === undefined) {
          victim = await eventually(() => Promise.resolve(inTurn.find(({ isSending }) => isSending)), 2000);
          if (victim === undefined) await book(sql, clinic, booked++);
        }
        await victim.kill();
      }
      const isOver = await eventually(async () => await waiting() === 0 || undefined, PATIENCE_MS);
      assert.ok(isOver, `${await waiting()} texts still wait`);
      const unheard = first.unheard + second.unheard;
      assert.ok(unheard > 0, "Twilio took texts of workers that died before they knew");
      const rows = await sql`
        select o.status, o.attempts, a.code, c.phone, (select count(*)::int from public.texts t where t.outbox_id = o.id) as texts
        from public.outbox o
        join public.appointments a on a.id = o.appointment_id
        join public.contacts c on c.id = o.contact_id
        where o.org_id = ${clinic} and o.kind = 'booked_text'`;
      assert.equal(rows.length, booked);
      const wrong = [];
      for (const row of rows) {
        const received = await textsTo(row.phone, row.code);
        const mine = received.filter((text) => text.body.includes(clinic));
        if (mine.length !== 1 || row.status !== "sent" || row.texts !== 1) {
          wrong.push({ ...row, received: mine.length });
        }
      }
      const attempts = rows.reduce((sum, row) => sum + Number(row.attempts), 0);
      console.log(
        `${booked} bookings, ${KILLS} kills in mid-send, ${attempts} tries, ${unheard} texts that Twilio took from the ` +
          `dying; ${rows.length - wrong.length} bookings with exactly one text`,
      );
      assert.deepEqual(wrong, []);
    } finally {
      await setFaults([]);
      await sql`delete from public.outbox where org_id = ${clinic} and kind = 'reminder_text'`;
    }
  },
});
