/** A clinic to try things on: its own number, patients and schedule, and nothing of it left behind. */
import type postgres from "postgres";
import { connect, insertRows } from "../../testkit/sql.ts";
import { onlyLoopback } from "../../testkit/caller/loopback.ts";
import { namesInMigrations } from "../../testkit/leaks.ts";
import { PATIENT } from "./flows.ts";
import { needed, type StackEnvironment } from "../../testkit/environment.ts";

/** The clinic, and what is looked up of it. */
export interface TrialClinic extends AsyncDisposable {
  readonly sql: postgres.Sql;
  readonly phone: string;
  readonly orgId: string;
  /** Makes whoever has this number a patient who has one appointment to come. */
  welcome(phone: string): Promise<void>;
  /** Makes whoever has this number a patient who has none. */
  farewell(phone: string): Promise<void>;
  /** Makes whoever has this number somebody whom the clinic cannot name. */
  forget(phone: string): Promise<void>;
  /** Makes every function ask for the clinic's facts anew, as after a change of them. */
  change(): Promise<void>;
}

/** The names that a leak would be told by. */
export const NAMES: ReadonlySet<string> = namesInMigrations(new URL("../../../supabase/migrations/", import.meta.url));

/**
 * Opens a clinic on the stack's database; one that an earlier run could not close goes first. Those of different numbers
 * (0 to 3) are open side by side.
 */
export async function openTrialClinic(stack: StackEnvironment, number = 0): Promise<TrialClinic> {
  const id = (thing: number) => `7e573100-0000-4000-8000-0000000000${number}${thing}`;
  const org = id(0);
  const providers = [id(1), id(2)] as const;
  const services = [id(3), id(4)] as const;
  // Offered by somebody who has no hours.
  const [fullService, away] = [id(5), id(6)] as const;
  // Reserved for fiction, and in no seed.
  const phone = `+1212555019${4 + number}`;
  const sql = connect(needed(stack, "DB_URL"), { max: 4, connect_timeout: 10 });
  const close = async () => {
    // What nobody here knows any more would otherwise be brought back, to the next clinic that has this number.
    const line = new URL(`${needed(stack, "TWILIO_API_URL")}/line?to=${encodeURIComponent(phone)}`);
    await onlyLoopback(line);
    await (await fetch(line, { method: "DELETE" })).body?.cancel();
    await sql`delete from public.organizations where id = ${org}`;
  };
  await close();
  await sql.begin(async (tx) => {
    const insert = (table: string, rows: Readonly<Record<string, string | number>>[]) =>
      insertRows(tx, table, rows.map((row) => ({ org_id: org, ...row })));
    const zone = "America/New_York";
    await insertRows(tx, "organizations", [
      { id: org, name: "Lantern Street Practice", timezone: zone, address: "7 Lantern Street" },
    ]);
    await insert("phone_numbers", [{ phone }]);
    const doctors = [[providers[0], "Dr. Ines Falk"], [providers[1], "Dr. Theo Marsh"], [
      away,
      "Dr. Noor Vance",
    ]] as const;
    await insert("resources", doctors.map(([id, name]) => ({ id, kind: "provider", name })));
    await insert("providers", doctors.map(([id]) => ({ id })));
    const service = { min_notice_minutes: 60, horizon_days: 90 };
    await insert("services", [
      { id: services[0], name: "Check-up", duration_minutes: 15, slot_step_minutes: 15, menu_position: 1, ...service },
      {
        id: services[1],
        name: "Consultation",
        duration_minutes: 30,
        slot_step_minutes: 30,
        menu_position: 2,
        ...service,
      },
      { id: fullService, name: "Screening", duration_minutes: 30, slot_step_minutes: 30, menu_position: 3, ...service },
    ]);
    const body = "You can park your car in the yard behind the house.";
    await insert("knowledge_base_chunks", [{ title: "Parking", body }]);
    await tx`
      insert into public.provider_services (org_id, provider_id, service_id)
      select ${org}::uuid, p, s from unnest(${[...providers]}::uuid[]) p, unnest(${[...services]}::uuid[]) s
      union all
      select ${org}::uuid, ${away}::uuid, ${fullService}::uuid`;
    // Open day and night, so that no hour of running this is an hour without openings.
    await tx`
      insert into public.availability (org_id, provider_id, weekday, opens_at, closes_at)
      select ${org}::uuid, p, d, '00:00', '00:00' from unnest(${[...providers]}::uuid[]) p, generate_series(1, 7) d`;
  });
  const patient = async (tx: postgres.TransactionSql, phone: string) => {
    const [contact] = await tx<{ id: string }[]>`
      insert into public.contacts (org_id, phone, name, date_of_birth)
      values (${org}, ${phone}, ${PATIENT.name}, ${PATIENT.birth})
      on conflict (org_id, phone) do update set name = excluded.name, date_of_birth = excluded.date_of_birth
      returning id`;
    await tx`
      update public.appointments set status = 'cancelled'
      where org_id = ${org} and contact_id = ${contact?.id ?? null} and status in ('booked', 'confirmed')`;
    return contact?.id ?? null;
  };
  return {
    sql,
    phone,
    orgId: org,
    async welcome(phone) {
      await sql.begin(async (tx) => {
        const contact = await patient(tx, phone);
        // Far from where callers look for the first free time.
        await tx`
          insert into public.appointments (org_id, contact_id, provider_id, service_id, starts_at)
          select ${org}::uuid, ${contact}::uuid, ${providers[1]}, ${services[0]}, free.starts_at
          from (
            select date_trunc('hour', now()) + make_interval(days => 60, mins => 15 * n) as starts_at
            from generate_series(0, 2000) n
          ) free
          where not exists (
            select 1 from public.slot_claims c
            where c.resource_id = ${providers[1]}::uuid and c.during @> free.starts_at
          )
          order by free.starts_at
          limit 1`;
      });
    },
    async farewell(phone) {
      await sql.begin(async (tx) => void await patient(tx, phone));
    },
    async forget(phone) {
      await sql`update public.contacts set name = null where org_id = ${org} and phone = ${phone}`;
    },
    async change() {
      await sql`update public.organizations set address = address where id = ${org}`;
    },
    async [Symbol.asyncDispose]() {
      await close();
      await sql.end();
    },
  };
}
