/**
 * The lives of calls as they reach us: callbacks late, twice, in any order, or never. Whatever comes through decides the
 * call's state, and in which order it came decides nothing.
 */
import type postgres from "postgres";
import { type Random, randomOf } from "../../testkit/random.ts";
import { connect } from "../../testkit/sql.ts";

/** What reaches us of a call: a turn of it, a callback of Twilio's, or the message that its caller left. */
type News =
  | { readonly kind: "turn"; readonly second: number }
  | {
    readonly kind: "event";
    readonly status: string;
    readonly sequence: number;
    readonly second: number;
    readonly duration: number | null;
  }
  | { readonly kind: "message"; readonly recording: number };

/** What was tried, and each history that ended otherwise than its ordered original. */
export interface Histories {
  readonly tried: number;
  readonly deliveries: number;
  readonly wrong: readonly string[];
}

const CLINIC = "7e573000-0000-4000-8000-0000000000ff";
const DIALLED = "+12125550198";
/** Calls in one transaction: each takes a lock of its own. */
const BATCH = 50;

const event = (status: string, sequence: number, second: number, duration: number | null = null): News => ({
  kind: "event",
  status,
  sequence,
  second,
  duration,
});

/** Lives in their order. Twilio's clock has whole seconds, so events of one second differ by sequence alone. */
const LIVES: readonly (readonly News[])[] = [
  [event("initiated", 0, 0), event("ringing", 1, 0), event("in-progress", 2, 3), event("completed", 3, 63, 60)],
  [event("ringing", 0, 0), event("in-progress", 1, 0), event("completed", 2, 0, 0)],
  [
    event("ringing", 0, 0),
    event("in-progress", 1, 4),
    { kind: "message", recording: 1 },
    event("completed", 2, 50, 46),
  ],
  [
    event("initiated", 0, 0),
    { kind: "turn", second: 0 },
    event("ringing", 1, 1),
    event("in-progress", 2, 4),
    { kind: "message", recording: 1 },
    { kind: "message", recording: 2 },
    event("completed", 3, 90, 86),
  ],
  [event("queued", 0, 0), event("ringing", 1, 2), event("no-answer", 2, 30, 0)],
  [event("queued", 0, 0), event("ringing", 1, 2), event("canceled", 2, 5, 0)],
  [event("queued", 0, 0), { kind: "turn", second: 0 }, event("busy", 1, 1, 0)],
  [event("queued", 0, 0), event("failed", 1, 1, 0)],
  // Never seen, but nothing forbids it: news from after the end, and two ends.
  [event("ringing", 0, 0), event("completed", 1, 9, 9), event("in-progress", 2, 12)],
  [event("ringing", 0, 0), event("failed", 1, 9), event("completed", 2, 12, 12)],
];

/** Tries so many histories on the database; the same seed tries the same ones. */
export async function tryHistories(databaseUrl: string, count: number, seed: number): Promise<Histories> {
  await using sql = connect(databaseUrl);
  await sql`delete from public.organizations where id = ${CLINIC}`;
  await sql`insert into public.organizations (id, name, timezone) values (${CLINIC}, 'Clinic of many calls', 'UTC')`;
  await sql`insert into public.phone_numbers (org_id, phone) values (${CLINIC}, ${DIALLED})`;
  const histories = await compare(sql, count, randomOf(seed));
  await sql`delete from public.organizations where id = ${CLINIC}`;
  return histories;
}

async function compare(sql: postgres.Sql, count: number, random: Random): Promise<Histories> {
  const originals = new Map<string, string>();
  const wrong: string[] = [];
  let tried = 0;
  let deliveries = 0;
  while (tried < count) {
    const batch = Array.from({ length: Math.min(BATCH, count - tried) }, () => {
      const original = truncated(random.pick(LIVES), random);
      return { key: JSON.stringify(original), original, delivered: delivered(original, random) };
    });
    const unknown = new Map(batch.filter(({ key }) => !originals.has(key)).map(({ key, original }) => [key, original]));
    const orderly = await states(sql, [...unknown.values()]);
    [...unknown.keys()].forEach((key, index) => originals.set(key, orderly[index] ?? "?"));
    const ended = await states(sql, batch.map((one) => one.delivered));
    batch.forEach((one, index) => {
      const expected = originals.get(one.key);
      if (ended[index] !== expected) {
        wrong.push(`${JSON.stringify(one.delivered)}\n  ${ended[index]}\n  not ${expected}`);
      }
    });
    tried += batch.length;
    deliveries += batch.reduce((sum, one) => sum + one.delivered.length, 0);
  }
  return { tried, deliveries, wrong };
}

/** Some of it never reaches us; something does. */
function truncated(life: readonly News[], random: Random): readonly News[] {
  const certain = random.below(life.length);
  return life.filter((_, index) => index === certain || random.below(4) > 0);
}

/** Some of it comes twice or three times, and all of it in any order. */
function delivered(original: readonly News[], random: Random): readonly News[] {
  return random.shuffled(original.flatMap((news) => Array.from({ length: random.pick([1, 1, 1, 2, 3]) }, () => news)));
}

/** Delivers each history to a call of its own, and tells in a line how each ended. */
async function states(sql: postgres.Sql, histories: readonly (readonly News[])[]): Promise<string[]> {
  if (histories.length === 0) return [];
  const calls = histories.map((history) => ({ callSid: `CA${crypto.randomUUID().replaceAll("-", "")}`, history }));
  const news = calls.flatMap(({ callSid, history }) => history.map((one) => ({ callSid, ...one })));
  await sql`
    select case n ->> 'kind'
      when 'event' then public.record_call_event(
        n ->> 'callSid', n ->> 'status', (n ->> 'sequence')::integer,
        timestamptz '2026-03-03 10:00 UTC' + make_interval(secs => (n ->> 'second')::integer),
        ${DIALLED}, '+12125550131', (n ->> 'duration')::integer
      )
      when 'turn' then public.begin_call(
        ${DIALLED}, '+12125550131', n ->> 'callSid',
        timestamptz '2026-03-03 10:00 UTC' + make_interval(secs => (n ->> 'second')::integer)
      )
      when 'message' then public.take_message(
        null, n ->> 'callSid', '+12125550131', 'message', null,
        'https://api.twilio.com/Recordings/RE' || md5((n ->> 'callSid') || (n ->> 'recording')), ${DIALLED}
      )
    end
    from jsonb_array_elements(${sql.json(news)}) n`;
  const rows = await sql<{ call_sid: string; state: string }[]>`
    select c.call_sid, concat_ws(' ',
      c.status, c.status_sequence, c.ended_at, c.duration_seconds, c.outcome,
      -- Until an event or a turn tells when it was, the call of a message is now.
      case when c.status_sequence >= 0 then c.status_at end,
      case when c.started_at < '2026-03-04' then c.started_at end,
      (select count(*) from public.call_events e where e.org_id = c.org_id and e.call_sid = c.call_sid), 'events;',
      (
        select string_agg(concat_ws(' ', t.reason, t.body, t.status, t.recording_url is not null), ', ' order by t.reason)
        from public.follow_up_tasks t
        where t.org_id = c.org_id and t.call_sid = c.call_sid
      )) as state
    from public.calls c
    where c.org_id = ${CLINIC} and c.call_sid in ${sql(calls.map(({ callSid }) => callSid))}`;
  const byCall = new Map(rows.map(({ call_sid, state }) => [call_sid, state]));
  return calls.map(({ callSid }) => byCall.get(callSid) ?? "no call");
}
