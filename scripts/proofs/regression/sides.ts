/** The two clinics of an attack: whose owner attacks whom, with a row of each in every table. */
import type postgres from "postgres";
import type { Markers } from "./attempt.ts";
import { type Actor, signIn } from "./http.ts";
import type { Table } from "./catalogue.ts";
import type { Target } from "./target.ts";

export type Row = Readonly<Record<string, unknown>>;

/** One of the clinics. */
export interface Clinic {
  readonly orgId: string;
  readonly ownerEmail: string;
  readonly phone: string;
}

/** The demo clinics of seed.sql. */
export const demoClinics: readonly [Clinic, Clinic] = [
  { orgId: "a0000000-0000-4000-8000-000000000001", ownerEmail: "owner@harbor.test", phone: "+12125550100" },
  { orgId: "b0000000-0000-4000-8000-000000000001", ownerEmail: "owner@cedar.test", phone: "+442079460100" },
];

/** The password of both owners. */
const demoPassword = "frontdesk-local";

/** An owner and the clinic that they have no business with. */
export interface Sides {
  readonly attacker: Actor;
  readonly attackerId: string;
  readonly own: Clinic;
  readonly their: Clinic;
  /** A row of each table, by the table's name: the attacker's own, and the other clinic's. */
  readonly ownRows: ReadonlyMap<string, Row>;
  readonly theirRows: ReadonlyMap<string, Row>;
  /** What only the other clinic's rows hold. */
  readonly markers: Markers;
}

/** Signs the owner in and looks the rows up. Throws when a table has no row to attack. */
export async function takeSides(
  target: Target,
  tables: readonly Table[],
  own: Clinic,
  their: Clinic,
): Promise<Sides> {
  const { actor, userId } = await signIn(target, own.ownerEmail, demoPassword);
  const [ownRows, theirRows] = [
    await rowsOf(target.sql, tables, own),
    await rowsOf(target.sql, tables, their),
  ];
  const missing = tables.filter(({ name }) => !theirRows.get(name)?.length || !ownRows.get(name)?.length);
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(", ");
    throw new Error(`There is no row to attack in ${names}: let clinics.sql make one.`);
  }
  const ownValues = new Set([...ownRows.values()].flat().flatMap(tellingValues));
  const theirValues = [...theirRows.values()].flat().flatMap(tellingValues);
  return {
    attacker: actor,
    attackerId: userId,
    own,
    their,
    ownRows: new Map([...ownRows].map(([name, [first]]) => [name, first ?? {}])),
    theirRows: new Map([...theirRows].map(([name, [first]]) => [name, first ?? {}])),
    markers: new Set(theirValues.filter((value) => !ownValues.has(value))),
  };
}

/** What the clinic has, newest first: those rows hang together. */
async function rowsOf(sql: postgres.Sql, tables: readonly Table[], clinic: Clinic): Promise<Map<string, Row[]>> {
  const found = new Map<string, Row[]>();
  for (const { name, clinicColumn, columns } of tables) {
    const newest = columns.some((column) => column.name === "created_at") ? "created_at" : clinicColumn;
    const rows = await sql<{ row: Row }[]>`
      select to_jsonb(t) as row from ${sql(name)} t where ${sql(clinicColumn)} = ${clinic.orgId}
      order by ${sql(newest)} desc limit 500`;
    found.set(name, rows.map(({ row }) => row));
  }
  return found;
}

/** Ids, names, numbers, sentences: not times, counts, or the words of a vocabulary. */
function tellingValues(row: Row): string[] {
  return Object.values(row).filter((value): value is string =>
    typeof value === "string" && value.length >= 6 && !/^\d{4}-\d\d-\d\d/.test(value) && !/^[\[(]/.test(value) &&
    /[0-9A-Z+ @]/.test(value) && !/^\d\d:\d\d/.test(value)
  );
}

/** A digest of every row of one clinic, by table. */
export async function digest(
  sql: postgres.Sql,
  tables: readonly Table[],
  clinic: Clinic,
): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  for (const { name, clinicColumn } of tables) {
    const [found] = await sql<{ digest: string }[]>`
      select count(*) || ' ' || md5(coalesce(string_agg(t::text, E'\n' order by t::text), '')) as digest
      from ${sql(name)} t where ${sql(clinicColumn)} = ${clinic.orgId}`;
    digests.set(name, found?.digest ?? "");
  }
  return digests;
}
