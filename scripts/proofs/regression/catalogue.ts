/** What there is to attack, read from the database: a table or function that is new is attacked like the others. */
import type postgres from "postgres";

/** A column of a tenant table. */
export interface Column {
  readonly name: string;
  readonly type: string;
  /** Whether staff may write it. */
  readonly insertable: boolean;
  readonly updatable: boolean;
}

/** A foreign key to another table that clinics have rows in. */
export interface ForeignKey {
  readonly name: string;
  readonly to: string;
  /** The column besides org_id, and the one that it points at; null when org_id is the only one. */
  readonly column: string | null;
  readonly toColumn: string | null;
}

/** A table that clinics have rows in. */
export interface Table {
  readonly name: string;
  /** org_id; for the clinics themselves, id. */
  readonly clinicColumn: string;
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
  /** The columns of every unique index over whole columns. */
  readonly uniques: readonly (readonly string[])[];
  readonly foreignKeys: readonly ForeignKey[];
}

/** A public function. */
export interface Rpc {
  readonly name: string;
  readonly parameters: readonly { readonly name: string; readonly type: string; readonly optional: boolean }[];
}

/** Every table of the Data API with rows of clinics. */
export async function readTables(sql: postgres.Sql): Promise<Table[]> {
  return await sql<Table[]>`
    with tables as (
      select c.oid, c.relname::text as name, case when c.relname = 'organizations' then 'id' else 'org_id' end as clinic_column
      from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
    )
    select t.name, t.clinic_column as "clinicColumn",
      (
        select jsonb_agg(jsonb_build_object(
          'name', a.attname, 'type', format_type(a.atttypid, null),
          'insertable', has_column_privilege('authenticated', t.oid, a.attnum, 'insert'),
          'updatable', has_column_privilege('authenticated', t.oid, a.attnum, 'update')
        ) order by a.attnum)
        from pg_attribute a
        where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
      ) as columns,
      coalesce((
        select jsonb_agg(a.attname order by k.nth)
        from pg_index i
        cross join unnest(i.indkey) with ordinality k (attnum, nth)
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
        where i.indrelid = t.oid and i.indisprimary
      ), '[]') as "primaryKey",
      coalesce((
        select jsonb_agg(array(
          select a.attname from unnest(i.indkey) k join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k
        ))
        from pg_index i
        where i.indrelid = t.oid and i.indisunique and i.indpred is null and i.indexprs is null
      ), '[]') as uniques,
      coalesce((
        select jsonb_agg(jsonb_build_object('name', c.conname, 'to', other.name, 'column', k.here, 'toColumn', k.there))
        from pg_constraint c
        join tables other on other.oid = c.confrelid
        left join lateral (
          select a.attname as here, b.attname as there
          from unnest(c.conkey, c.confkey) u (here, there)
          join pg_attribute a on a.attrelid = c.conrelid and a.attnum = u.here
          join pg_attribute b on b.attrelid = c.confrelid and b.attnum = u.there
          where a.attname not in ('org_id', 'kind')
          limit 1
        ) k on true
        where c.contype = 'f' and c.conrelid = t.oid
      ), '[]') as "foreignKeys"
    from tables t
    order by t.name`;
}

/** Every function of the Data API. */
export async function readRpcs(sql: postgres.Sql): Promise<Rpc[]> {
  return await sql<Rpc[]>`
    select p.proname::text as name,
      coalesce((
        select jsonb_agg(jsonb_build_object(
          'name', a.name, 'type', format_type(a.type, null), 'optional', a.nth > p.pronargs - p.pronargdefaults
        ) order by a.nth)
        from unnest(p.proargnames, p.proargtypes::oid[]) with ordinality a (name, type, nth)
        where a.nth <= p.pronargs
      ), '[]') as parameters
    from pg_proc p
    where p.pronamespace = 'public'::regnamespace
    order by p.proname`;
}
