/** A clinic for racing in: always open, so that nothing but other people's claims stands in the way. */
import type postgres from "postgres";
import { insertRows } from "../sql.ts";

/** What is booked: its length, and the buffers around it, in minutes. */
export interface Service {
  readonly id: string;
  readonly minutes: number;
  readonly before: number;
  readonly after: number;
}

/** The ids of a clinic that was made. */
export interface Clinic {
  readonly id: string;
  readonly providers: readonly [string, string];
  readonly room: string;
  readonly contactId: string;
  /** Half an hour without buffers; an hour with buffers; half an hour that also needs the one room. */
  readonly visit: Service;
  readonly long: Service;
  readonly surgery: Service;
}

const steps = { slot_step_minutes: 15, min_notice_minutes: 0, horizon_days: 730 };

/** Makes one, with whom the user works as its owner, if one is named. The connection is the tables' owner. */
export async function makeClinic(sql: postgres.Sql, ownerEmail?: string): Promise<Clinic> {
  const id = crypto.randomUUID();
  const providers = [crypto.randomUUID(), crypto.randomUUID()] as const;
  const room = crypto.randomUUID();
  const contactId = crypto.randomUUID();
  const visit = { id: crypto.randomUUID(), minutes: 30, before: 0, after: 0 };
  const long = { id: crypto.randomUUID(), minutes: 60, before: 10, after: 20 };
  const surgery = { id: crypto.randomUUID(), minutes: 30, before: 0, after: 0 };
  const service = (name: string, { id: serviceId, minutes, before, after }: Service) => ({
    id: serviceId,
    name,
    duration_minutes: minutes,
    buffer_before_minutes: before,
    buffer_after_minutes: after,
    ...steps,
  });
  await sql.begin(async (tx) => {
    const insert = (table: string, rows: Readonly<Record<string, string | number>>[]) =>
      insertRows(tx, table, rows.map((row) => ({ org_id: id, ...row })));
    await insertRows(tx, "organizations", [{ id, name: `Racing Clinic ${id.slice(0, 8)}`, timezone: "UTC" }]);
    await insert("resources", [
      { id: providers[0], kind: "provider", name: "Dr. Fell" },
      { id: providers[1], kind: "provider", name: "Dr. Gray" },
      { id: room, kind: "room", name: "Surgery" },
    ]);
    await insert("providers", providers.map((provider) => ({ id: provider })));
    await insert("services", [service("Visit", visit), service("Long visit", long), service("Small surgery", surgery)]);
    await insert("service_resources", [{ service_id: surgery.id, resource_id: room, kind: "room" }]);
    await insert("contacts", [{ id: contactId, phone: "+12125550133", name: "Ida Moss", date_of_birth: "1970-05-04" }]);
    await tx`
      insert into public.provider_services (org_id, provider_id, service_id)
      select p.org_id, p.id, s.id
      from public.providers p
      join public.services s on s.org_id = p.org_id
      where p.org_id = ${id}`;
    await tx`
      insert into public.availability (org_id, provider_id, weekday, opens_at, closes_at)
      select p.org_id, p.id, weekday, '00:00', '00:00'
      from public.providers p
      cross join generate_series(1, 7) weekday
      where p.org_id = ${id}`;
    if (ownerEmail !== undefined) {
      await tx`
        insert into public.memberships (org_id, user_id, role)
        select ${id}, u.id, 'owner'
        from auth.users u
        where u.email = ${ownerEmail}`;
    }
  });
  return { id, providers: [...providers], room, contactId, visit, long, surgery };
}

const hour = 3600 * 1000;

/** The start of round `n`, four hours apart, so that rounds never meet; some days ahead. `minutes` shifts it. */
export function startOf(n: number, minutes = 0): Date {
  const firstDay = Math.ceil(Date.now() / (24 * hour)) * 24 * hour + 48 * hour;
  return new Date(firstDay + n * 4 * hour + minutes * 60_000);
}

/** Numbers for fiction; callers beyond a hundred share them, as families do. */
export function phoneOf(n: number): string {
  return `+121255501${String(n % 100).padStart(2, "0")}`;
}

/** A CallSid of its own. */
export function newCall(): string {
  return `CA${crypto.randomUUID().replaceAll("-", "")}`;
}
