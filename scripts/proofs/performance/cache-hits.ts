/** How often a function's memory had what it was asked for, as the functions have counted it themselves. */
import { connect } from "../../testkit/sql.ts";

/** Look-ups and those that were answered from memory. */
export interface Lookups {
  readonly hits: number;
  readonly misses: number;
}

/** All that has been counted so far. */
export async function readLookups(databaseUrl: string): Promise<Lookups> {
  await using sql = connect(databaseUrl);
  const [counted] = await sql<Lookups[]>`
    select coalesce(sum(cache_hits), 0)::float8 as hits, coalesce(sum(cache_misses), 0)::float8 as misses
    from private.request_counts`;
  return counted ?? { hits: 0, misses: 0 };
}
