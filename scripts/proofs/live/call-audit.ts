/** What callers heard, compared with what is there, when all calls are over and what was missed has been brought back. */
import type postgres from "postgres";
import { findFaults } from "../../testkit/booking/ledger-faults.ts";
import type { Call } from "../../testkit/caller/turns.ts";
import { codeHeardIn, wrongWith } from "./faulted-turns.ts";

/** What was counted. */
export interface Audit {
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

const HEARD: readonly (readonly [Confirmation, RegExp])[] = [
  ["booked", /Your appointment is booked/],
  ["moved", /Your appointment has moved/],
  ["cancelled", /Your appointment is cancelled/],
];

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

/** Compares. */
export async function auditCalls(
  { sql, orgId }: { readonly sql: postgres.Sql; readonly orgId: string },
  calls: readonly Call[],
  published: string,
  secrets: readonly string[],
): Promise<Audit> {
  const known = new Map((await knownCalls(sql, orgId)).map((row) => [row.call_sid, row]));
  const findings = [
    ...calls.flatMap((call) => wrongWithCall(call, known.get(call.callSid))),
    ...wrongWithCodes(calls, known, await readCodes(sql, orgId)),
    ...wrongWithCancellations(calls, await readCancelled(sql, orgId)),
    ...(await findFaults(sql, orgId)).map(({ fault, found }): Finding =>
      found === 0 ? "" : /without/.test(fault) ? `lost: ${found} ${fault}` : `twice: ${found} ${fault}`
    ),
    ...calls.flatMap(({ turns }) =>
      turns.flatMap((turn) =>
        wrongWith(turn, turn.ms, published, secrets).map((what) => `${what} (${turn.request.url})`)
      )
    ),
  ].filter((finding) => finding !== "");
  const turns = calls.flatMap((call) => call.turns);
  const heard = (pattern: RegExp) => calls.filter((call) => pattern.test(call.said.join(" "))).length;
  const [booked, moved, cancelled] = HEARD.map(([, pattern]) => heard(pattern));
  return {
    calls: calls.length,
    turns: turns.length,
    confirmations: { booked: booked ?? 0, moved: moved ?? 0, cancelled: cancelled ?? 0 },
    messages: calls.reduce((sum, { recordings }) => sum + recordings.length, 0),
    tasks: calls.reduce((sum, { callSid }) => sum + (known.get(callSid)?.tasks ?? 0), 0),
    lost: findings.filter((finding) => finding.startsWith("lost: ")).length,
    duplicated: findings.filter((finding) => finding.startsWith("twice: ")).length,
    slowestMs: Math.max(0, ...turns.map(({ ms }) => ms)),
    wrong: findings,
  };
}

/** What is not as it should be, in words; "lost: …" and "twice: …" are counted apart. */
type Finding = string;

function wrongWithCall(call: Call, there: KnownCall | undefined): Finding[] {
  const { callSid, ending, recordings } = call;
  const heard = call.said.join(" ");
  const isDone = HEARD.some(([confirmation]) => confirmation === there?.outcome);
  // Whoever came to nothing is called back too, unless it had worked and only its answer was cut off.
  const expected = recordings.length > 0 ? recordings.length : isDone ? 0 : 1;
  const tasks = there?.tasks ?? 0;
  const about = `of ${callSid} (${ending.how}, ${there?.outcome})`;
  return [
    ...HEARD.filter(([confirmation, pattern]) => pattern.test(heard) && there?.outcome !== confirmation)
      .map(([confirmation]) => `lost: what ${callSid} heard, ${confirmation}, is ${there?.outcome}`),
    (there?.appointments ?? 0) > 1 ? `twice: appointments of ${callSid}` : "",
    tasks < expected ? `lost: the task ${about}` : tasks > expected ? `twice: tasks ${about}` : "",
    there?.is_over === true ? "" : `${callSid} has no end`,
    (there?.holds ?? 0) > 0 ? `${callSid} still holds a time` : "",
    ["hangup", "caller"].includes(ending.how) ? "" : `${callSid} ended otherwise: ${ending.detail}`,
  ];
}

/** How many open appointments have a code, which a cancelled one may have had before. */
type Codes = ReadonlyMap<string, { readonly open: number; readonly is_cancelled: boolean }>;

function wrongWithCodes(calls: readonly Call[], known: ReadonlyMap<string, KnownCall>, codes: Codes): Finding[] {
  return calls.map((call) => {
    const code = codeHeardIn(call);
    if (code === undefined) return "";
    const appointment = codes.get(code);
    const about = `the appointment ${code} of ${call.callSid}`;
    if (appointment === undefined) return `lost: ${about}`;
    if (appointment.open > 1) return `twice: ${about}`;
    const isCancelled = calls.some(({ from, callSid }) =>
      from === call.from && known.get(callSid)?.outcome === "cancelled"
    );
    return appointment.is_cancelled && !isCancelled ? `lost: ${about}, which nobody cancelled` : "";
  });
}

function wrongWithCancellations(calls: readonly Call[], cancelledOf: ReadonlyMap<string, number>): Finding[] {
  return [...Map.groupBy(calls, ({ from }) => from)].map(([from, theirs]) => {
    const cancelling = theirs.filter((call) => /Your appointment is cancelled/.test(call.said.join(" "))).length;
    const missing = cancelling - (cancelledOf.get(from) ?? 0);
    return missing > 0 ? `lost: ${missing} of the appointments that ${from} cancelled are not` : "";
  });
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

async function readCodes(sql: postgres.Sql, orgId: string): Promise<Codes> {
  const rows = await sql<{ code: string; open: number; is_cancelled: boolean }[]>`
    select code, count(*) filter (where status <> 'cancelled')::int as open, bool_and(status = 'cancelled') as is_cancelled
    from public.appointments where org_id = ${orgId}
    group by code`;
  return new Map(rows.map((row) => [row.code, row]));
}

/** How many cancelled appointments each number has. */
async function readCancelled(sql: postgres.Sql, orgId: string): Promise<ReadonlyMap<string, number>> {
  const rows = await sql<{ phone: string; count: number }[]>`
    select c.phone, count(*)::int as count
    from public.appointments a
    join public.contacts c on c.org_id = a.org_id and c.id = a.contact_id
    where a.org_id = ${orgId} and a.status = 'cancelled'
    group by c.phone`;
  return new Map(rows.map(({ phone, count }) => [phone, count]));
}
