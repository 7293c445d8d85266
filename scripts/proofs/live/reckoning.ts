/** What callers heard, compared with what is there, when all calls are over and what was missed has been brought back. */
import type postgres from "postgres";
import type { Call } from "../../testkit/caller/turns.ts";
import { wrongWith } from "./ordeal.ts";

/** What was counted. */
export interface Reckoned {
  readonly calls: number;
  readonly turns: number;
  /** Callers who heard that their appointment is booked, has moved, or is cancelled. */
  readonly confirmations: Readonly<Record<Confirmation, number>>;
  /** Messages that callers left, and tasks that staff got of all calls. */
  readonly messages: number;
  readonly tasks: number;
  /** Appointments, changes of them, and messages that a caller relied on and that are not there. */
  readonly lost: number;
  /** Appointments, times and tasks that are there twice. */
  readonly duplicated: number;
  readonly slowestMs: number;
  readonly wrong: readonly string[];
}

/** What came of a call by which a caller got what they wanted, as the call knows it. */
type Confirmation = "booked" | "moved" | "cancelled";

const HEARD: Readonly<Record<Confirmation, RegExp>> = {
  booked: /Your appointment is booked/,
  moved: /Your appointment has moved/,
  cancelled: /Your appointment is cancelled/,
};

/** How a call stands in the database. */
interface KnownCall {
  readonly call_sid: string;
  readonly outcome: string | null;
  readonly is_over: boolean;
  readonly tasks: number;
  /** Appointments that its holds became. */
  readonly appointments: number;
  /** Holds that are held still, or whose end has passed. */
  readonly holds: number;
}

/** How many open appointments have a code, which a cancelled one may have had before, and who has cancelled ones. */
interface Ledger {
  readonly codes: ReadonlyMap<string, { readonly open: number; readonly isCancelled: boolean }>;
  readonly cancelledOf: ReadonlyMap<string, number>;
  readonly overlaps: number;
  readonly orphans: number;
  readonly heldClaims: number;
}

/** Compares. */
export async function reckon(
  { sql, orgId }: { readonly sql: postgres.Sql; readonly orgId: string },
  calls: readonly Call[],
  published: string,
  secrets: readonly string[],
): Promise<Reckoned> {
  const known = new Map((await knownCalls(sql, orgId)).map((row) => [row.call_sid, row]));
  const ledger = await readLedger(sql, orgId);
  const confirmations = { booked: 0, moved: 0, cancelled: 0 };
  const wrong: string[] = [];
  let [messages, lost, duplicated] = [0, 0, 0];
  const lose = (what: string) => {
    lost += 1;
    wrong.push(`lost: ${what}`);
  };
  const duplicate = (what: string) => {
    duplicated += 1;
    wrong.push(`twice: ${what}`);
  };

  for (const call of calls) {
    const there = known.get(call.callSid);
    const heard = call.said.join(" ");
    for (const [confirmation, pattern] of ENTRIES) {
      if (!pattern.test(heard)) continue;
      confirmations[confirmation] += 1;
      if (there?.outcome !== confirmation) lose(`what ${call.callSid} heard, ${confirmation}, is ${there?.outcome}`);
    }
    const code = /Your code is ((?:\d, ){5}\d)/.exec(heard)?.[1]?.replaceAll(", ", "");
    if (code !== undefined) {
      const appointment = ledger.codes.get(code);
      if (appointment === undefined) lose(`the appointment ${code} of ${call.callSid}`);
      else if (appointment.open > 1) duplicate(`the appointment ${code} of ${call.callSid}`);
      else if (appointment.isCancelled && !cancelledBy(call.from, calls, known)) {
        lose(`the appointment ${code} of ${call.callSid}, which nobody cancelled`);
      }
    }
    if ((there?.appointments ?? 0) > 1) duplicate(`appointments of ${call.callSid}`);
    messages += call.recordings.length;
    // Whoever came to nothing is called back too, unless it had worked and only its answer was cut off.
    const expected = call.recordings.length > 0 ? call.recordings.length : isDone(there) ? 0 : 1;
    const tasks = there?.tasks ?? 0;
    if (tasks < expected) lose(`the task of ${call.callSid} (${call.ending.how}, ${there?.outcome})`);
    if (tasks > expected) duplicate(`tasks of ${call.callSid} (${call.ending.how}, ${there?.outcome})`);
    if (there?.is_over !== true) wrong.push(`${call.callSid} has no end`);
    if ((there?.holds ?? 0) > 0) wrong.push(`${call.callSid} still holds a time`);
    for (const turn of call.turns) {
      for (const what of wrongWith(turn, turn.ms, published, secrets)) wrong.push(`${what} (${turn.request.url})`);
    }
    if (!["hangup", "caller"].includes(call.ending.how)) {
      wrong.push(`${call.callSid} ended otherwise: ${call.ending.detail}`);
    }
  }
  for (const from of new Set(calls.map((call) => call.from))) {
    const cancelling = calls.filter((call) => call.from === from && HEARD.cancelled.test(call.said.join(" "))).length;
    const cancelled = ledger.cancelledOf.get(from) ?? 0;
    if (cancelled < cancelling) lose(`${cancelling - cancelled} of the appointments that ${from} cancelled are not`);
  }
  for (let overlaps = ledger.overlaps; overlaps > 0; overlaps--) duplicate("a time that two patients have");
  for (let orphans = ledger.orphans; orphans > 0; orphans--) lose("the time of an appointment");
  if (ledger.heldClaims > 0) wrong.push(`${ledger.heldClaims} times are held for calls that are over`);

  const turns = calls.flatMap((call) => call.turns);
  return {
    calls: calls.length,
    turns: turns.length,
    confirmations,
    messages,
    tasks: calls.reduce((sum, { callSid }) => sum + (known.get(callSid)?.tasks ?? 0), 0),
    lost,
    duplicated,
    slowestMs: Math.max(0, ...turns.map(({ ms }) => ms)),
    wrong,
  };
}

const ENTRIES: readonly (readonly [Confirmation, RegExp])[] = [
  ["booked", HEARD.booked],
  ["moved", HEARD.moved],
  ["cancelled", HEARD.cancelled],
];

function isDone(call: KnownCall | undefined): boolean {
  return ENTRIES.some(([confirmation]) => confirmation === call?.outcome);
}

function cancelledBy(from: string, calls: readonly Call[], known: ReadonlyMap<string, KnownCall>): boolean {
  return calls.some((call) => call.from === from && known.get(call.callSid)?.outcome === "cancelled");
}

async function knownCalls(sql: postgres.Sql, orgId: string): Promise<readonly KnownCall[]> {
  return await sql<KnownCall[]>`
    select
      c.call_sid,
      c.outcome,
      c.ended_at is not null as is_over,
      (select count(*)::int from public.follow_up_tasks t where t.org_id = c.org_id and t.call_sid = c.call_sid) as tasks,
      (
        select count(*)::int
        from public.appointments a
        join public.appointment_holds h on h.org_id = a.org_id and h.id = a.hold_id
        where h.org_id = c.org_id and h.call_sid = c.call_sid
      ) as appointments,
      (
        select count(*)::int from public.appointment_holds h
        where h.org_id = c.org_id and h.call_sid = c.call_sid and h.status = 'held'
      ) as holds
    from public.calls c
    where c.org_id = ${orgId}`;
}

async function readLedger(sql: postgres.Sql, orgId: string): Promise<Ledger> {
  const codes = await sql<{ code: string; open: number; is_cancelled: boolean }[]>`
    select code, count(*) filter (where status <> 'cancelled')::int as open, bool_and(status = 'cancelled') as is_cancelled
    from public.appointments where org_id = ${orgId}
    group by code`;
  const cancelled = await sql<{ phone: string; count: number }[]>`
    select c.phone, count(*)::int as count
    from public.appointments a
    join public.contacts c on c.org_id = a.org_id and c.id = a.contact_id
    where a.org_id = ${orgId} and a.status = 'cancelled'
    group by c.phone`;
  const [times] = await sql<{ overlaps: number; orphans: number; held: number }[]>`
    select
      (
        select count(*)::int from public.appointments a
        join public.appointments b on b.org_id = a.org_id and b.provider_id = a.provider_id and b.id > a.id
          and tstzrange(b.starts_at, b.ends_at) && tstzrange(a.starts_at, a.ends_at)
        where a.org_id = ${orgId} and a.status = 'booked' and b.status = 'booked'
      ) as overlaps,
      (
        select count(*)::int from public.appointments a
        where a.org_id = ${orgId} and a.status = 'booked' and (
          select count(*) from public.slot_claims c
          where c.org_id = a.org_id
            and c.appointment_id = a.id
            and c.during @> tstzrange(a.starts_at, a.ends_at)
        ) <> 1
      ) as orphans,
      (
        select count(*)::int from public.slot_claims c where c.org_id = ${orgId} and c.hold_id is not null
      ) as held`;
  return {
    codes: new Map(codes.map(({ code, open, is_cancelled }) => [code, { open, isCancelled: is_cancelled }])),
    cancelledOf: new Map(cancelled.map(({ phone, count }) => [phone, count])),
    overlaps: times?.overlaps ?? 0,
    orphans: times?.orphans ?? 0,
    heldClaims: times?.held ?? 0,
  };
}
