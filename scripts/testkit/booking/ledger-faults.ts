/** Asks the database, and nobody else, whether anything was sold twice or is owned by nobody. */
import type postgres from "postgres";

/** Something that must never be, and how often it is. */
export interface Fault {
  readonly fault: string;
  readonly found: number;
}

const chapter = new URL("ledger-faults.sql", import.meta.url);

/** The faults that there are, in one clinic or in all; none when all is well. */
export async function findFaults(sql: postgres.Sql, clinicId: string | null = null): Promise<readonly Fault[]> {
  const faults = await sql.unsafe<Fault[]>(await Deno.readTextFile(chapter), [clinicId]);
  return faults.filter(({ found }) => found > 0);
}
