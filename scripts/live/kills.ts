/** The database is killed again and again under callers who know nothing of it; then everything is counted. */
import type { Answering } from "../caller/answers.ts";
import { placeListedCall } from "../caller/listed-call.ts";
import type { Line } from "../caller/line.ts";
import type { Call } from "../caller/turns.ts";
import { type Chance, chance } from "./chance.ts";
import type { TrialClinic } from "./clinic.ts";
import { wrongWith } from "./ordeal.ts";
import { patiently } from "./patience.ts";
import { reconcileNow } from "./worker.ts";

/** What was counted. */
export interface Killed {
  readonly kills: number;
  readonly calls: number;
  readonly turns: number;
  /** Callers who heard that their appointment is booked. */
  readonly confirmations: number;
  /** Callers who left a message, and tasks that staff got of all calls. */
  readonly messages: number;
  readonly tasks: number;
  /** Appointments and messages that a caller relied on and that are not there. */
  readonly lost: number;
  /** Appointments, times and tasks that are there twice. */
  readonly duplicated: number;
  readonly slowestMs: number;
  readonly wrong: readonly string[];
}

/** Under which circumstances. */
export interface KillOptions {
  readonly line: Line;
  readonly clinic: TrialClinic;
  readonly twilioApiUrl: string;
  readonly secretKey: string;
  readonly secrets: readonly string[];
  /** Kills the database, and waits for the next. */
  readonly kill: () => Promise<void>;
  readonly kills: number;
  readonly callers: number;
  readonly seed: number;
  readonly onKill?: (kills: number) => void;
}

/** At most so long between the database's return and its next end. */
const MOST_PEACE_MS = 3000;

/** Kills, while so many callers call one after the other; the calls under way at the last kill are finished. */
export async function killUnderCalls(options: KillOptions): Promise<Killed> {
  const { clinic, kill, kills, callers, seed, onKill = () => {} } = options;
  const calls: Call[] = [];
  let isOver = false;
  const random = chance(seed);
  const calling = Array.from({ length: callers }, async (_, number) => {
    const own = chance(seed * 1000 + number);
    const from = `+121255501${String(30 + number).padStart(2, "0")}`;
    while (!isOver) calls.push(await placeOne(options, from, own));
  });
  for (let done = 0; done < kills;) {
    await delay(random.below(MOST_PEACE_MS));
    await kill();
    onKill(++done);
    await patiently(() => clinic.sql`select 1`);
  }
  isOver = true;
  await Promise.all(calling);
  return await count(options, calls);
}

async function placeOne({ line, clinic, twilioApiUrl }: KillOptions, from: string, random: Chance): Promise<Call> {
  return await placeListedCall(line, twilioApiUrl, { to: clinic.phone, from, answer: somebody(random), maxTurns: 30 });
}

/** Somebody who listens: most want an appointment, some a word with somebody, and some hang up in the middle. */
function somebody(random: Chance): Answering {
  const patience = random.below(6) === 0 ? 1 + random.below(6) : Infinity;
  const wantsToTalk = random.below(5) === 0;
  let questions = 0;
  return async ({ said, asked }) => {
    await delay(random.below(200));
    if (asked.verb === "Record") return { kind: "recording", seconds: 5, words: "call me back please" };
    if (++questions > patience) return { kind: "hangup" };
    const heard = said.join(" ");
    const keys = (...keys: string[]) => ({ kind: "keys", keys: random.pick(keys) } as const);
    if (/To book an appointment/.test(heard)) return wantsToTalk ? keys("0") : keys("1");
    if (/What would you like to come for/.test(heard)) return keys("1", "2");
    if (/day suits you/.test(heard)) return { kind: "speech", words: random.pick(DAYS) };
    if (/your name/.test(heard)) return { kind: "speech", words: "Robin Vale" };
    if (/Shall I book it/.test(heard)) return keys("1");
    if (/Press 1 for/.test(heard)) return keys("1", "2", "3");
    return keys("0");
  };
}

const DAYS = [
  "tomorrow",
  "next monday",
  "next tuesday",
  "next week",
  "wednesday",
  "thursday morning",
  "friday",
  "in ten days",
  "in three weeks",
  "saturday",
];

/** Brings back what was missed, and compares what callers heard with what is there. */
async function count(options: KillOptions, calls: readonly Call[]): Promise<Killed> {
  const { line, clinic: { sql, orgId }, secretKey, secrets, kills } = options;
  for (let runs = 0; runs < 3; runs++) {
    await patiently(async () => {
      const { status } = await reconcileNow(sql, line, secretKey);
      if (status !== 200) throw new Error("The worker could not reconcile.");
    });
  }

  const rows = await sql<
    { call_sid: string; outcome: string | null; is_over: boolean; tasks: number; codes: string[]; holds: number }[]
  >`
    select
      c.call_sid,
      c.outcome,
      c.ended_at is not null as is_over,
      (select count(*)::int from public.follow_up_tasks t where t.org_id = c.org_id and t.call_sid = c.call_sid) as tasks,
      array(
        select a.code
        from public.appointments a
        join public.appointment_holds h on h.org_id = a.org_id and h.id = a.hold_id
        where h.org_id = c.org_id and h.call_sid = c.call_sid
      ) as codes,
      (
        select count(*)::int from public.appointment_holds h
        where h.org_id = c.org_id and h.call_sid = c.call_sid and h.status = 'held'
      ) as holds
    from public.calls c
    where c.org_id = ${orgId}`;
  const known = new Map(rows.map((row) => [row.call_sid, row]));
  const [ledger] = await sql<{ overlaps: number; orphans: number; overdue: number }[]>`
    select
      (
        select count(*)::int from public.appointments a
        join public.appointments b on b.org_id = a.org_id and b.provider_id = a.provider_id and b.id > a.id
          and tstzrange(b.starts_at, b.ends_at) && tstzrange(a.starts_at, a.ends_at)
        where a.org_id = ${orgId} and a.status = 'booked' and b.status = 'booked'
      ) as overlaps,
      (
        select count(*)::int from public.appointments a
        where a.org_id = ${orgId} and a.status = 'booked' and not exists (
          select 1 from public.slot_claims c where c.org_id = a.org_id and c.appointment_id = a.id
        )
      ) as orphans,
      (
        select count(*)::int from public.slot_claims c where c.org_id = ${orgId} and c.hold_id is not null
      ) as overdue`;

  const wrong: string[] = [];
  let [confirmations, messages, lost, duplicated] = [0, 0, 0, 0];
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
    const code = /Your code is ((?:\d, ){5}\d)/.exec(heard)?.[1]?.replaceAll(", ", "");
    if (code !== undefined) {
      confirmations += 1;
      if (there?.codes.includes(code) !== true) lose(`the appointment ${code} of ${call.callSid}`);
    }
    if ((there?.codes.length ?? 0) > 1) duplicate(`appointments of ${call.callSid}`);
    messages += call.recordings.length;
    // Whoever came to nothing is called back too, unless the booking had worked and only its answer was cut off.
    const expected = call.recordings.length > 0 ? call.recordings.length : there?.codes.length === 0 ? 1 : 0;
    const tasks = there?.tasks ?? 0;
    if (tasks < expected) lose(`the task of ${call.callSid} (${call.ending.how}, ${there?.outcome})`);
    if (tasks > expected) duplicate(`tasks of ${call.callSid} (${call.ending.how}, ${there?.outcome})`);
    if (there?.is_over !== true) wrong.push(`${call.callSid} has no end`);
    if ((there?.holds ?? 0) > 0) wrong.push(`${call.callSid} still holds a time`);
    for (const turn of call.turns) {
      for (const what of wrongWith(turn, turn.ms, line.publicUrl, secrets)) wrong.push(`${what} (${turn.request.url})`);
    }
    if (!["hangup", "caller"].includes(call.ending.how)) {
      wrong.push(`${call.callSid} ended otherwise: ${call.ending.detail}`);
    }
  }
  for (let overlaps = ledger?.overlaps ?? 0; overlaps > 0; overlaps--) duplicate("a time that two patients have");
  for (let orphans = ledger?.orphans ?? 0; orphans > 0; orphans--) lose("the time of an appointment");
  if ((ledger?.overdue ?? 0) > 0) wrong.push(`${ledger?.overdue} times are held for calls that are over`);

  const turns = calls.flatMap((call) => call.turns);
  return {
    kills,
    calls: calls.length,
    turns: turns.length,
    confirmations,
    messages,
    tasks: rows.reduce((sum, row) => sum + row.tasks, 0),
    lost,
    duplicated,
    slowestMs: Math.max(0, ...turns.map(({ ms }) => ms)),
    wrong,
  };
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
