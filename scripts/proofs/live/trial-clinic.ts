/** A clinic to try things on: its own number, patients and schedule, and nothing of it left behind. */
import postgres from "postgres";
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
  const [fullService, away] = [id(5), id(6)];
  // Reserved for fiction, and in no seed.
  const phone = `+1212555019${4 + number}`;
  const sql = postgres(needed(stack, "DB_URL"), { max: 4, onnotice: () => {}, connect_timeout: 10 });
  const close = async () => {
    // What nobody here knows any more would otherwise be brought back, to the next clinic that has this number.
    const line = new URL(`${needed(stack, "TWILIO_API_URL")}/line?to=${encodeURIComponent(phone)}`);
    await onlyLoopback(line);
    await (await fetch(line, { method: "DELETE" })).body?.cancel();
    await sql`delete from public.organizations where id = ${org}`;
  };
  await close();
  await sql.begin(async (tx) => {
    await tx`
      insert into public.organizations (id, name, timezone, address)
      values (${org}, 'Lantern Street Practice', 'America/New_York', '7 Lantern Street')`;
    await tx`insert into public.phone_numbers (org_id, phone) values (${org}, ${phone})`;
    await tx`
      insert into public.resources (id, org_id, kind, name)
      values (${providers[0]}, ${org}, 'provider', 'Dr. Ines Falk'), (${
      providers[1]
    }, ${org}, 'provider', 'Dr. Theo Marsh')`;
    await tx`insert into public.providers (id, org_id) values (${providers[0]}, ${org}), (${providers[1]}, ${org})`;
    await tx`
      insert into public.resources (id, org_id, kind, name) values (${away}, ${org}, 'provider', 'Dr. Noor Vance')`;
    await tx`insert into public.providers (id, org_id) values (${away}, ${org})`;
    await tx`
      insert into public.services
        (id, org_id, name, duration_minutes, slot_step_minutes, min_notice_minutes, horizon_days, menu_position)
      values
        (${services[0]}, ${org}, 'Check-up', 15, 15, 60, 90, 1),
        (${services[1]}, ${org}, 'Consultation', 30, 30, 60, 90, 2),
        (${fullService}, ${org}, 'Screening', 30, 30, 60, 90, 3)`;
    await tx`
      insert into public.provider_services (org_id, provider_id, service_id)
      select ${org}::uuid, p, s from unnest(${[...providers]}::uuid[]) p, unnest(${[...services]}::uuid[]) s
      union all
      select ${org}::uuid, ${away}::uuid, ${fullService}::uuid`;
    // Open day and night, so that no hour of running this is an hour without openings.
    await tx`
      insert into public.availability (org_id, provider_id, weekday, opens_at, closes_at)
      select ${org}::uuid, p, d, '00:00', '00:00' from unnest(${[...providers]}::uuid[]) p, generate_series(1, 7) d`;
    await tx`
      insert into public.knowledge_base_chunks (org_id, title, body)
      values (${org}, 'Parking', 'You can park your car in the yard behind the house.')`;
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
