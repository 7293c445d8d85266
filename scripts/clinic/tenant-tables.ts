/** Which tables hold clinics' rows and how they depend on each other, read from the database: a new one is among them. */
import type postgres from "postgres";

/** A table with rows of clinics. */
export interface TenantTable {
  /** Its name in schema public, quoted where it must be. */
  readonly name: string;
  /** The column that names the clinic: org_id, or id for the clinics themselves. */
  readonly clinicColumn: string;
  readonly primaryKey: readonly string[];
  /** Columns that Postgres computes from the others. */
  readonly generated: readonly string[];
  /** Columns that hold somebody's phone number. */
  readonly phoneColumns: readonly string[];
  readonly hasCallSid: boolean;
  readonly references: readonly Reference[];
}

/** A foreign key between two of them. */
export interface Reference {
  readonly to: string;
  /** The column besides the clinic's, and what it points at; null when the clinic's is the only one. */
  readonly column: string | null;
  readonly toColumn: string | null;
  /** Whether the row can do without: the column may be null. */
  readonly optional: boolean;
  /** What becomes of the row when the other goes: it goes too, it forgets, or it stands in the way. */
  readonly onDelete: "cascade" | "set null" | "refuse";
}

/** All of them, in an order in which each comes after what it cannot do without. */
export async function readTenantTables(sql: postgres.ISql): Promise<TenantTable[]> {
  const tables = await sql<TenantTable[]>`
    with tables as (
      select c.oid, c.oid::regclass::text as name,
        case when c.oid = 'public.organizations'::regclass then 'id' else 'org_id' end as clinic_column
      from pg_class c
      join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace
        and c.relkind in ('r', 'p')
        and a.attname = case when c.oid = 'public.organizations'::regclass then 'id' else 'org_id' end
    )
    select
      t.name,
      t.clinic_column as "clinicColumn",
      array(
        select a.attname::text
        from pg_index i
        cross join unnest(i.indkey) with ordinality k (attnum, nth)
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
        where i.indrelid = t.oid and i.indisprimary
        order by k.nth
      ) as "primaryKey",
      array(
        select a.attname::text from pg_attribute a where a.attrelid = t.oid and a.attnum > 0 and a.attgenerated <> ''
      ) as "generated",
      array(
        select a.attname::text
        from pg_attribute a
        where a.attrelid = t.oid and a.attnum > 0 and a.atttypid = 'private.e164'::regtype
      ) as "phoneColumns",
      exists (select from pg_attribute a where a.attrelid = t.oid and a.attname = 'call_sid') as "hasCallSid",
      coalesce((
        select jsonb_agg(jsonb_build_object(
          'to', c.confrelid::regclass::text,
          'column', k.here,
          'toColumn', k.there,
          'optional', not coalesce(k.required, true),
          'onDelete', case c.confdeltype when 'c' then 'cascade' when 'n' then 'set null' else 'refuse' end
        ))
        from pg_constraint c
        join tables other on other.oid = c.confrelid
        left join lateral (
          select a.attname as here, b.attname as there, a.attnotnull as required
          from unnest(c.conkey, c.confkey) u (here, there)
          join pg_attribute a on a.attrelid = c.conrelid and a.attnum = u.here
          join pg_attribute b on b.attrelid = c.confrelid and b.attnum = u.there
          where a.attname not in ('org_id', 'kind')
          limit 1
        ) k on true
        where c.contype = 'f' and c.conrelid = t.oid
      ), '[]') as "references"
    from tables t
    order by t.name`;
  return inOrder(tables);
}

function inOrder(tables: readonly TenantTable[]): TenantTable[] {
  const ordered: TenantTable[] = [];
  const waiting = new Map(tables.map((table) => [table.name, table]));
  while (waiting.size > 0) {
    const [...rest] = waiting.values();
    const missing = (table: TenantTable, counts: (reference: Reference) => boolean) =>
      table.references.some((one) => one.to !== table.name && waiting.has(one.to) && counts(one));
    // Tables that point at each other do so by columns that may be empty for a while.
    const next = rest.find((table) => !missing(table, () => true)) ??
      rest.find((table) => !missing(table, (one) => !one.optional));
    if (!next) throw new Error(`These tables cannot do without each other: ${[...waiting.keys()].join(", ")}.`);
    ordered.push(next);
    waiting.delete(next.name);
  }
  return ordered;
}
