/** Removes one patient's or one clinic's rows, in a transaction that the caller ends. Every statement names the clinic. */
import type postgres from "postgres";
import { readTenantTables, type Reference, type TenantTable } from "./tenant-tables.ts";

/** What was removed, and what remains to be done by hand. */
export interface Erased {
  /** How many rows of which table. */
  readonly removed: readonly { table: string; rows: number }[];
  /** Recordings that Twilio keeps. */
  readonly recordings: readonly string[];
  /** Rows that stay although their text mentions the patient's number. */
  readonly mentions: readonly { table: string; row: string }[];
}

type Query = postgres.PendingQuery<postgres.Row[]>;

/** The clinic's own numbers are no patient's. */
const clinicNumbers = "phone_numbers";
/** Names rows by their ids alone, and stays. */
const trail = "audit_log";

/** Removes the clinic with everything it has, and the accounts of those who work nowhere else. */
export async function eraseClinic(sql: postgres.TransactionSql, orgId: string): Promise<Erased> {
  const tables = await readTenantTables(sql);
  const recordings = await sql<{ url: string }[]>`
    select recording_url as url from public.follow_up_tasks where org_id = ${orgId} and recording_url is not null`;
  const removed: { table: string; rows: number }[] = [];
  for (const table of tables) {
    const [counted] = await sql<{ rows: number }[]>`
      select count(*)::int as rows from ${sql(table.name)} where ${sql(table.clinicColumn)} = ${orgId}`;
    removed.push({ table: table.name, rows: counted?.rows ?? 0 });
  }
  const accounts = await sql<{ id: string }[]>`
    select m.user_id as id
    from public.memberships m
    where m.org_id = ${orgId}
      and not exists (select from public.memberships o where o.user_id = m.user_id and o.org_id <> ${orgId})`;
  await sql`delete from public.organizations where id = ${orgId}`;
  // The trail may go only now that its clinic is gone.
  await sql`delete from public.audit_log where org_id = ${orgId}`;
  if (accounts.length > 0) {
    await sql`delete from auth.users where id in ${sql(accounts.map(({ id }) => id))}`;
  }
  removed.push({ table: "accounts of staff", rows: accounts.length });
  return { removed, recordings: recordings.map(({ url }) => url), mentions: [] };
}

/** Removes everything that is kept about the patient with this number: what is theirs, and what their calls left. */
export async function erasePatient(sql: postgres.TransactionSql, orgId: string, phone: string): Promise<Erased> {
  const tables = (await readTenantTables(sql)).filter(({ name }) => name !== trail);
  const concerned = tables.filter(({ name }) => name !== clinicNumbers);
  const calls = await callsOf(sql, concerned, orgId, phone);
  const victims = concerned.map((table) => ({ table, condition: aboutPatient(sql, table, orgId, phone, calls) }));
  const recordings = await sql<{ url: string }[]>`
    select recording_url as url
    from public.follow_up_tasks t
    where ${aboutPatient(sql, tableNamed(tables, "follow_up_tasks"), orgId, phone, calls) ?? sql`false`}
      and recording_url is not null`;
  for (const { table, condition } of victims) {
    if (condition) await letGo(sql, tables, table, orgId, condition);
  }
  // Those that depend on others come last in the order, and go first.
  for (const { table, condition } of victims.toReversed()) {
    if (condition) await sql`delete from ${sql(table.name)} t where ${condition}`;
  }
  return {
    removed: await countRemoved(sql, orgId),
    recordings: recordings.map(({ url }) => url),
    mentions: await findMentions(sql, tables, orgId, phone),
  };
}

/** The calls that came from the number, or in which it was given by somebody who withheld theirs. */
async function callsOf(
  sql: postgres.TransactionSql,
  tables: readonly TenantTable[],
  orgId: string,
  phone: string,
): Promise<string[]> {
  const condition = phoneIs(sql, tableNamed(tables, "calls"), phone);
  const found = condition && await sql<{ call_sid: string }[]>`
    select t.call_sid from public.calls t where t.org_id = ${orgId} and ${condition}`;
  return (found ?? []).map(({ call_sid }) => call_sid);
}

/** Which rows are about the patient; undefined for a table that has no such rows. */
function aboutPatient(
  sql: postgres.TransactionSql,
  table: TenantTable,
  orgId: string,
  phone: string,
  calls: readonly string[],
): Query | undefined {
  const conditions: (Query | undefined)[] = [phoneIs(sql, table, phone)];
  for (const { to, column } of table.references) {
    if (to !== "contacts" || column === null) continue;
    conditions.push(sql`t.${sql(column)} in (
      select c.id from public.contacts c where c.org_id = ${orgId} and c.phone = ${phone}
    )`);
  }
  if (table.hasCallSid && calls.length > 0) conditions.push(sql`t.call_sid in ${sql([...calls])}`);
  const found = conditions.filter((one) => one !== undefined);
  if (found.length === 0) return undefined;
  return sql`t.${sql(table.clinicColumn)} = ${orgId} and (${joined(sql, found, sql` or `)})`;
}

function phoneIs(sql: postgres.TransactionSql, table: TenantTable, phone: string): Query | undefined {
  if (table.phoneColumns.length === 0) return undefined;
  return joined(sql, table.phoneColumns.map((column) => sql`t.${sql(column)} = ${phone}`), sql` or `);
}

/** Rows that stay forget what goes, where they can: another patient's appointment may stem from this one's call. */
async function letGo(
  sql: postgres.TransactionSql,
  tables: readonly TenantTable[],
  gone: TenantTable,
  orgId: string,
  condition: Query,
): Promise<void> {
  const pointing = tables.flatMap((table) =>
    table.references
      .filter((one): one is Reference & { column: string; toColumn: string } =>
        one.to === gone.name && one.onDelete === "refuse" && one.optional && one.column !== null &&
        one.toColumn !== null
      )
      .map((reference) => ({ table, reference }))
  );
  for (const { table, reference } of pointing) {
    await sql`
      update ${sql(table.name)}
      set ${sql(reference.column)} = null
      where ${sql(table.clinicColumn)} = ${orgId}
        and ${sql(reference.column)} in (select t.${sql(reference.toColumn)} from ${
      sql(gone.name)
    } t where ${condition})`;
  }
}

/** The trail knows every row that this transaction deleted, those that went along included. */
async function countRemoved(sql: postgres.TransactionSql, orgId: string): Promise<{ table: string; rows: number }[]> {
  return await sql<{ table: string; rows: number }[]>`
    select a.table_name as table, count(*)::int as rows
    from public.audit_log a
    where a.org_id = ${orgId}
      and a.verb = 'delete'
      and a.xmin = pg_current_xact_id()::xid
    group by a.table_name
    order by a.table_name`;
}

/** Free text may mention a number in any row; whether that is this patient's, a person has to see. */
async function findMentions(
  sql: postgres.TransactionSql,
  tables: readonly TenantTable[],
  orgId: string,
  phone: string,
): Promise<{ table: string; row: string }[]> {
  const found: { table: string; row: string }[] = [];
  // National notation leaves the country code out, and people put spaces and dashes between.
  const digits = phone.slice(-9);
  for (const table of tables) {
    const key = table.primaryKey.filter((column) => column !== "org_id");
    const rows = await sql<{ row: string }[]>`
      select concat_ws(' ', ${joined(sql, key.map((column) => sql`t.${sql(column)}`), sql`, `)}) as row
      from ${sql(table.name)} t
      where t.${sql(table.clinicColumn)} = ${orgId}
        and regexp_replace(
          (select string_agg(value, ' | ') from jsonb_each_text(to_jsonb(t) - ${
      textless(table)
    }::text[])), '[- ().]', '', 'g'
        ) like ${`%${digits}%`}`;
    found.push(...rows.map(({ row }) => ({ table: table.name, row })));
  }
  return found;
}

/** Ids are hexadecimal and may hold nine digits in a row by chance. */
function textless(table: TenantTable): string[] {
  return [...table.primaryKey, ...table.references.flatMap(({ column }) => column ?? []), "org_id"];
}

function tableNamed(tables: readonly TenantTable[], name: string): TenantTable {
  const table = tables.find((one) => one.name === name);
  if (!table) throw new Error(`There is no table ${name}.`);
  return table;
}

function joined(sql: postgres.TransactionSql, parts: readonly Query[], separator: Query): Query {
  return parts.reduce((all, part) => sql`${all}${separator}${part}`);
}
