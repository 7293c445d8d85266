/** For tests: a scratch database with the two demo clinics at work, and a way to see whether a clinic's rows have changed. */
import postgres from "postgres";
import { createScratchDatabase } from "../testkit/scratch-database.ts";
import type { Target } from "./target.ts";
import { readTenantTables } from "./tenant-tables.ts";

/** The demo clinics of seed.sql. */
export const harbor = "a0000000-0000-4000-8000-000000000001";
export const cedar = "b0000000-0000-4000-8000-000000000001";

/** A patient of both clinics, who called Harbor for somebody else as well. */
export const patient = "+12125550161";
/** The one for whom the patient called. */
export const other = "+12125550162";

/** The database, and how the commands reach it. */
export interface BusyClinics extends AsyncDisposable {
  readonly sql: postgres.Sql;
  readonly target: Target;
}

/** Makes one. The clinics' numbers and the calls' sids are alike wherever they can be, to be mixed up by whoever is careless. */
export async function openBusyClinics(): Promise<BusyClinics> {
  const scratch = await createScratchDatabase(Deno.env.toObject());
  const sql = postgres(scratch.url, { max: 1, onnotice: () => {}, connection: { TimeZone: "UTC" } });
  const close = async () => {
    await sql.end({ timeout: 5 });
    await scratch[Symbol.asyncDispose]();
  };
  try {
    await sql.unsafe(await Deno.readTextFile(new URL("../../supabase/seed.sql", import.meta.url))).simple();
    await callAndBook(sql, harbor, "+12125550100", "CAbusy1", patient, { name: "Nora Quill" });
    await callAndBook(sql, harbor, "+12125550100", "CAbusy2", patient, { name: "Milo Trent", phone: other });
    await callAndBook(sql, cedar, "+442079460100", "CAbusy1", patient, { name: "Nora Quill" });
    for (const org of [harbor, cedar]) {
      await sql`select public.take_message(
        ${org}, 'CAbusy1', ${patient}, 'message', 'Please call back', ${
        "https://api.twilio.com/recordings/RE" + "0".repeat(31) + "1"
      })`;
      await sql`select public.list_appointments(${org}, ${patient}, '1990-01-01', 'CAbusy1')`;
      await sql`insert into public.follow_up_tasks (org_id, reason, body)
        values (${org}, 'other', 'Ring the sister of the patient at (212) 555-0161 again')`;
    }
    return {
      sql,
      target: {
        dbUrl: scratch.url,
        shownAs: "scratch",
        isLocal: true,
        functionsUrl: "http://127.0.0.1:54321/functions/v1",
        apiUrl: undefined,
        secretKey: undefined,
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function callAndBook(
  sql: postgres.Sql,
  org: string,
  dialled: string,
  callSid: string,
  from: string,
  contact: { name: string; phone?: string },
): Promise<void> {
  await sql`select public.begin_call(${dialled}, ${from}, ${callSid}, now())`;
  await sql`select public.record_call_event(${callSid}, 'in-progress', 1, now(), ${dialled}, ${from})`;
  const [service] = await sql<{ id: string }[]>`
    select s.id from public.services s where s.org_id = ${org} order by s.menu_position limit 1`;
  const [found] = await sql<{ slot: { provider_id: string; starts_at: string } }[]>`
    select public.find_open_slots(${org}, ${
    service?.id ?? null
  }, now(), now() + interval '14 days') -> 'slots' -> 0 as slot`;
  if (!service || !found?.slot) throw new Error("The demo clinic has no open slot.");
  const { provider_id, starts_at } = found.slot;
  const [held] = await sql<{ hold: { hold_id: string } }[]>`
    select public.claim_slot_atomic(${org}, ${provider_id}, ${service.id}, ${starts_at}, ${callSid}) as hold`;
  await sql`select public.confirm_hold(${org}, ${held?.hold.hold_id ?? null}, ${
    sql.json({ phone: from, ...contact })
  })`;
}

/** A digest of every row of every clinic but the given ones, and of every account. */
export async function digestOfOthers(sql: postgres.Sql, ...orgs: string[]): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const { name, clinicColumn } of await readTenantTables(sql)) {
    const [found] = await sql<{ digest: string; rows: number }[]>`
      select count(*)::int as rows, md5(coalesce(string_agg(t::text, E'\n' order by t::text), '')) as digest
      from ${sql(name)} t
      where not ${sql(clinicColumn)} = any (${orgs}::uuid[])`;
    digests[name] = `${found?.rows} rows, ${found?.digest}`;
  }
  return digests;
}
