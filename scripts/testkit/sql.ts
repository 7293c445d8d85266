/** Connections of tests and proofs to a stack's Postgres. */
import postgres from "postgres";

/** Connects when it is first used, by one connection unless told otherwise; close it with `await using`. */
export function connect(url: string, options: postgres.Options<never> = {}): postgres.Sql & AsyncDisposable {
  const sql = postgres(url, { max: 1, onnotice: () => {}, ...options });
  return Object.assign(sql, { [Symbol.asyncDispose]: () => sql.end({ timeout: 5 }) });
}

/** Inserts rows into a table of the clinics'. */
export async function insertRows(
  sql: postgres.ISql,
  table: string,
  rows: readonly Readonly<Record<string, string | number>>[],
): Promise<void> {
  await sql`insert into public.${sql(table)} ${sql(rows)}`;
}
