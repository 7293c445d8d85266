/** How often a function's memory had what it was asked for, as the functions have counted it themselves. */
import { withClient } from "../../stack/sql.ts";

/** Look-ups and those that were answered from memory. */
export interface Lookups {
  readonly hits: number;
  readonly misses: number;
}

/** All that has been counted so far. */
export async function readLookups(databaseUrl: string): Promise<Lookups> {
  return await withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ hits: string; misses: string }>(
      "select coalesce(sum(cache_hits), 0) as hits, coalesce(sum(cache_misses), 0) as misses from private.request_counts",
    );
    return { hits: Number(rows[0]?.hits ?? 0), misses: Number(rows[0]?.misses ?? 0) };
  });
}
