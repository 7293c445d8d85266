/**
 * Which relationship an embed goes by. The library takes any table that refers to both for a many-to-many between them, so that
 * `appointments?select=*,contacts(name)` has four ways and is refused. PostgREST takes a table for one only when both references
 * are part of its primary key, and so do these hints. (Where two references tie two tables, as an appointment and its holds,
 * PostgREST too refuses to choose.)
 */
import type { IntrospectResult } from "@supabase/lite";

type Schema = Pick<IntrospectResult, "foreign_keys" | "primary_keys">;

interface Embedding {
  readonly join?: Record<string, { from?: string; hint?: string }>;
  readonly select?: readonly unknown[];
}

/** The same query, in which each embed that left it open names its one relationship. */
export function nameRelationships<T extends Embedding>(query: T, table: string, schema: Schema): T {
  if (!query.join) return query;
  const tableOf = (alias: string) => query.join?.[alias]?.from ?? alias;
  const join = Object.fromEntries(
    Object.entries(query.join).map(([alias, def]) => {
      const hint = def.hint ?? relationshipBetween(table, tableOf(alias), schema);
      return [alias, hint === undefined ? def : { ...def, from: tableOf(alias), hint }];
    }),
  );
  const select = query.select?.map((entry) =>
    typeof entry !== "object" || entry === null ? entry : Object.fromEntries(
      Object.entries(entry).map(([alias, embedded]) => [
        alias,
        alias in join ? nameRelationships(embedded, tableOf(alias), schema) : embedded,
      ]),
    )
  );
  return { ...query, join, select };
}

function relationshipBetween(one: string, other: string, { foreign_keys, primary_keys }: Schema): string | undefined {
  const columnsOf = (from: string, to: string) =>
    foreign_keys.filter(({ table, ref_table }) => table === from && ref_table === to).map(({ column }) => column);
  const junctions = [...new Set(foreign_keys.map(({ table }) => table))].filter((table) =>
    table !== one && table !== other && columnsOf(table, one).length > 0 && columnsOf(table, other).length > 0
  );
  if (junctions.length < 2) return undefined;

  for (const [from, to] of [[one, other], [other, one]] as const) {
    // The library joins by the one column that a hint names: that which tells the rows apart, and not the clinic's.
    const uses = (column: string) => foreign_keys.filter((key) => key.table === from && key.column === column).length;
    const [column] = columnsOf(from, to).sort((first, second) => uses(first) - uses(second));
    if (column !== undefined) return column;
  }
  const keyed = junctions.filter((junction) => {
    const key = primary_keys.find(({ table }) => table === junction)?.columns ?? [];
    return [one, other].every((table) => columnsOf(junction, table).every((column) => key.includes(column)));
  });
  return keyed.length === 1 ? keyed[0] : undefined;
}
