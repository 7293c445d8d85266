/** Makes a clinic: checks everything against the database first, then writes all of it in one transaction or nothing. */
import type postgres from "postgres";
import { type ClinicFile, weeklyHours } from "./clinic-file.ts";
import { type Account, ownerAccount, whyNoAccount } from "./owner-account.ts";
import type { Target } from "./target.ts";

/** A clinic that has been made. */
export interface NewClinic {
  readonly orgId: string;
  readonly owner: string;
}

/** What stands against making this clinic here, a sentence each; nothing has been written. */
export async function findObstacles(sql: postgres.ISql, target: Target, clinic: ClinicFile): Promise<string[]> {
  const [found] = await sql<{ number_taken: boolean; zone_known: boolean; account_exists: boolean }[]>`
    select
      exists (select from public.phone_numbers where phone = ${clinic.phone}) as number_taken,
      exists (select from pg_timezone_names where name = ${clinic.timezone}) as zone_known,
      exists (select from auth.users where lower(email) = ${clinic.owner.email}) as account_exists`;
  const obstacles: string[] = [];
  if (found?.number_taken) obstacles.push(`phone ${clinic.phone} already leads to a clinic.`);
  if (!found?.zone_known) obstacles.push(`timezone ${clinic.timezone} is not known to this Postgres.`);
  if (!found?.account_exists) {
    const reason = whyNoAccount(target);
    if (reason) obstacles.push(reason);
  }
  return obstacles;
}

/** Writes the clinic, its number, hours, first provider, service and owner. */
export async function provision(sql: postgres.Sql, target: Target, clinic: ClinicFile): Promise<NewClinic> {
  let account: Account | undefined;
  try {
    return await sql.begin(async (transaction) => {
      account = await ownerAccount(transaction, target, clinic.owner.email);
      const orgId = await insertClinic(transaction, clinic);
      await transaction`
        insert into public.memberships (org_id, user_id, role)
        values (${orgId}, ${account.userId}, 'owner')`;
      return { orgId, owner: account.told };
    });
  } catch (error) {
    await account?.undo();
    throw error;
  }
}

async function insertClinic(sql: postgres.TransactionSql, clinic: ClinicFile): Promise<string> {
  const [org] = await sql<{ id: string }[]>`
    insert into public.organizations (name, timezone, locale, greeting, emergency_number, address)
    values (
      ${clinic.name}, ${clinic.timezone}, ${clinic.locale}, ${clinic.greeting ?? null}, ${clinic.emergency_number},
      ${clinic.address ?? null}
    )
    returning id`;
  if (!org) throw new Error("The clinic was not written.");
  await sql`insert into public.phone_numbers (org_id, phone) values (${org.id}, ${clinic.phone})`;
  const { provider, service } = clinic;
  const [made] = await sql<{ provider_id: string; service_id: string }[]>`
    with resource as (
      insert into public.resources (org_id, kind, name)
      values (${org.id}, 'provider', ${provider.name})
      returning id
    ), service as (
      insert into public.services (
        org_id, name, duration_minutes, buffer_before_minutes, buffer_after_minutes, slot_step_minutes, min_notice_minutes
      )
      values (
        ${org.id}, ${service.name}, ${service.duration_minutes}, ${service.buffer_before_minutes},
        ${service.buffer_after_minutes}, ${service.slot_step_minutes}, ${service.min_notice_minutes}
      )
      returning id
    )
    select resource.id as provider_id, service.id as service_id
    from resource, service`;
  if (!made) throw new Error("The provider and the service were not written.");
  await sql`
    insert into public.providers (id, org_id, spoken_name)
    values (${made.provider_id}, ${org.id}, ${provider.spoken_name ?? null})`;
  await sql`
    insert into public.provider_services (org_id, provider_id, service_id)
    values (${org.id}, ${made.provider_id}, ${made.service_id})`;
  for (const hours of weeklyHours(clinic)) {
    await sql`
      insert into public.availability (org_id, provider_id, weekday, opens_at, closes_at)
      values (${org.id}, ${made.provider_id}, ${hours.weekday}, ${hours.opens_at}, ${hours.closes_at})`;
  }
  return org.id;
}
