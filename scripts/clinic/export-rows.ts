/** One clinic's rows as lines of JSON, table after table. */
import type postgres from "postgres";
import { readTenantTables } from "./tenant-tables.ts";

const batch = 500;

/** Writes every row of the clinic as of one moment, in batches of lines, and counts them by table. */
export async function exportClinic(
  sql: postgres.Sql,
  orgId: string,
  write: (lines: string[]) => Promise<void>,
): Promise<{ table: string; rows: number }[]> {
  return await sql.begin("isolation level repeatable read read only", async (snapshot) => {
    const counts: { table: string; rows: number }[] = [];
    for (const table of await readTenantTables(snapshot)) {
      let rows = 0;
      const order = table.primaryKey.map((column) => snapshot`${snapshot(column)}`);
      const lines = snapshot<{ line: string }[]>`
        select json_build_object('table', ${table.name}::text, 'row', to_jsonb(t) - ${[
        ...table.generated,
      ]}::text[])::text as line
        from ${snapshot(table.name)} t
        where ${snapshot(table.clinicColumn)} = ${orgId}
        order by ${order.flatMap((column, at) => at === 0 ? [column] : [snapshot`, `, column])}`.cursor(batch);
      for await (const found of lines) {
        await write(found.map(({ line }) => line));
        rows += found.length;
      }
      counts.push({ table: table.name, rows });
    }
    return counts;
  });
}
