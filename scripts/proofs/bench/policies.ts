/**
 * What row security costs staff: the same questions to the same rows, by turns as staff under the policies and as a superuser
 * who names the clinic in a plain `where`.
 */
import type postgres from "postgres";
import { pastTheTriggers } from "./fill.ts";
import { median } from "../../testkit/percentile.ts";
import { connect } from "../../testkit/sql.ts";

/** What one question costs; milliseconds at the client. */
export interface PolicyCost {
  readonly name: string;
  readonly rows: number;
  readonly plainMs: number;
  readonly staffMs: number;
  /** Tables that the staff's plan reads from end to end. */
  readonly fullScans: readonly string[];
}

/**
 * What staff ask all day: `$1` is a value of a row of the clinic, `{mine}` where the superuser names the clinic and staff
 * need not. Where `staffNameIt`, staff name it too: a first page in the order of an index can be read off it only for one clinic.
 */
const QUESTIONS: readonly {
  readonly name: string;
  readonly of: "phone" | "day" | "id";
  readonly sql: string;
  readonly staffNameIt?: true;
}[] = [
  { name: "the patient with a number", of: "phone", sql: "select * from contacts t where phone = $1 {mine}" },
  { name: "an appointment by its id", of: "id", sql: "select * from appointments t where id = $1 {mine}" },
  {
    name: "a day's appointments",
    of: "day",
    sql:
      "select * from appointments t where starts_at >= $1 and starts_at < $1::timestamptz + interval '1 day' {mine} order by starts_at",
  },
  {
    name: "a day's appointments with patient and service",
    of: "day",
    sql: `select t.*, c.name, c.phone, s.name as service
      from appointments t
      join contacts c on c.org_id = t.org_id and c.id = t.contact_id
      join services s on s.org_id = t.org_id and s.id = t.service_id
      where t.starts_at >= $1 and t.starts_at < $1::timestamptz + interval '1 day' {mine} order by t.starts_at`,
  },
  {
    name: "the next twenty appointments",
    of: "day",
    sql: "select * from appointments t where starts_at >= $1 {mine} order by starts_at limit 20",
    staffNameIt: true,
  },
  {
    name: "how many appointments are to come",
    of: "day",
    sql: "select count(*) from appointments t where starts_at >= $1 {mine}",
  },
  { name: "all patients", of: "phone", sql: "select id, name, phone from contacts t where phone <> $1 {mine}" },
  { name: "all appointments", of: "id", sql: "select * from appointments t where id <> $1 {mine}" },
];

/** A clinic that is asked about, as whom, and a row of it. */
interface Asker {
  readonly org: string;
  readonly user: string;
  readonly phone: string;
  readonly day: string;
  readonly id: string;
}

const warmUp = 30;

/** Measures every question, so often, of another clinic each time, as a day's requests do. */
export async function measurePolicies(
  adminUrl: string,
  clinics: number,
  samples: number,
  signal: AbortSignal,
): Promise<PolicyCost[]> {
  await using plain = connect(adminUrl);
  await using staff = connect(adminUrl);
  const askers = await makeAskers(plain, clinics, samples + warmUp);
  const costs: PolicyCost[] = [];
  for (const { name, of, sql, staffNameIt = false } of QUESTIONS) {
    const named = sql.replace("{mine}", "and t.org_id = $2");
    const bare = sql.replace("{mine}", "");
    const [plainTimes, staffTimes]: [number[], number[]] = [[], []];
    let rows = 0;
    for (const [sample, asker] of askers.entries()) {
      signal.throwIfAborted();
      await become(staff, asker.user);
      const asStaff = () =>
        timed(staff, staffNameIt ? named : bare, staffNameIt ? [asker[of], asker.org] : [asker[of]]);
      const [one, other] = await bestOfThree(() => timed(plain, named, [asker[of], asker.org]), asStaff);
      if (one.rows !== other.rows) throw new Error(`${name}: ${one.rows} rows and ${other.rows} as staff.`);
      rows = other.rows;
      if (sample < warmUp) continue;
      plainTimes.push(one.ms);
      staffTimes.push(other.ms);
    }
    const fullScans = await fullScansOf(staff, bare);
    costs.push({ name, rows, plainMs: median(plainTimes), staffMs: median(staffTimes), fullScans });
  }
  return costs;
}

/** Chooses clinics to ask about, and makes them as large as a busy practice: a member, a thousand patients and appointments. */
async function makeAskers(sql: postgres.Sql, clinics: number, count: number): Promise<readonly Asker[]> {
  await sql`
    create table bench.asked as
    select n, bench.id('clinic', n) as org_id, bench.id('member of', n) as user_id
    from (select distinct 1 + (k * 7919) % ${clinics}::int as n from generate_series(1, ${count}::int) k) n`;
  await pastTheTriggers(sql, async () => {
    await sql`insert into auth.users (id, email) select user_id, 'member-' || n || '@clinic.test' from bench.asked`;
    await sql`insert into public.memberships (org_id, user_id, role) select org_id, user_id, 'staff' from bench.asked`;
    await sql`
      insert into public.contacts (org_id, phone, name)
      select org_id, '+1213555' || lpad(k::text, 4, '0'), 'Patient ' || k from bench.asked, generate_series(1, 950) k`;
    // Nine a day beside the two that are there.
    await sql`
      insert into public.appointments (org_id, contact_id, provider_id, service_id, starts_at, ends_at, status, code)
      select
        org_id, bench.id('patient ' || k % 50 || ' of', n), bench.id('Dr. Moss', n), bench.id('Check-up', n),
        w.starts_at, w.starts_at + interval '30 minutes', case when w.starts_at < now() then 'fulfilled' else 'booked' end,
        lpad((1000 + k)::text, 6, '0')
      from bench.asked
      cross join generate_series(1, 900) k
      cross join lateral (
        select date_trunc('day', now()) + (k / 9 - 50) * interval '1 day' + interval '12 hours' + k % 9 * interval '40 minutes' as starts_at
      ) w`;
  });
  await sql`vacuum analyze`;
  return await sql<Asker[]>`
    select
      a.org_id as org, bench.id('member of', n) as user, c.phone::text, a.id::text,
      date_trunc('day', a.starts_at)::text as day
    from (select 1 + (k * 7919) % ${clinics}::int as n, k from generate_series(1, ${count}::int) k) k
    join public.appointments a on a.id = bench.id('appointment Dr. Lane ' || (k * 31) % 50 || ' in', n)
    join public.contacts c on c.org_id = a.org_id and c.id = a.contact_id`;
}

/** By turns, and of three times the shortest each: what else the machine does in that moment is not the policy's cost. */
async function bestOfThree<Answer extends { readonly ms: number }>(
  first: () => Promise<Answer>,
  second: () => Promise<Answer>,
): Promise<[Answer, Answer]> {
  let best: [Answer, Answer] = [await first(), await second()];
  for (let again = 0; again < 2; again += 1) {
    const [one, other] = [await first(), await second()];
    best = [one.ms < best[0].ms ? one : best[0], other.ms < best[1].ms ? other : best[1]];
  }
  return best;
}

/** As the Data API does for a request with a signed-in user's token. */
async function become(sql: postgres.Sql, user: string): Promise<void> {
  const claims = JSON.stringify({ sub: user, role: "authenticated" });
  await sql`select set_config('role', 'authenticated', false), set_config('request.jwt.claims', ${claims}, false)`;
}

/** Prepared once a connection, as the Data API does. */
async function timed(sql: postgres.Sql, statement: string, values: string[]): Promise<{ ms: number; rows: number }> {
  const began = performance.now();
  const { count } = await sql.unsafe(statement, values, { prepare: true });
  return { ms: performance.now() - began, rows: count };
}

async function fullScansOf(sql: postgres.Sql, statement: string): Promise<string[]> {
  const rows = await sql.unsafe<{ "QUERY PLAN": string }[]>(`explain ${statement.replaceAll("$1", "null")}`);
  const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
  return [...plan.matchAll(/Seq Scan on (appointments|contacts)/g)].map(([, table]) => `${table}`);
}
