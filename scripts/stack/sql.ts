/**
 * Connections to the stack's Postgres, by node-postgres. Its clients and pools outlive a server that is killed under them;
 * postgres.js, which `@supabase/lite` uses by itself, then writes to a socket that is gone and ends the process.
 */
// @ts-types="@types/pg"
import pg from "pg";
import { parse as parseArray } from "postgres-array";

/** Connects, works, and disconnects whatever happens. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  // A lost connection fails the query under way; without a listener it would also end the process.
  client.on("error", () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}

/** A pool whose lost connections are replaced at the next query. */
export function createPool(url: string, max: number, arrays: () => ArrayTypes): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    // Also the time that a request waits for one of the connections; PostgREST's is the same.
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    types: typesOf(arrays),
  });
  pool.on("error", () => {});
  // The pool listens to the clients that lie idle; one that is lost while it works must not end the process either.
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}

/** Listens on a channel for good, calling back at each notice and after each time that the connection was away. */
export function listen(url: string, channel: string, onNotice: () => void): void {
  const client = new pg.Client({ connectionString: url, keepAlive: true });
  let lost = false;
  const again = () => {
    if (lost) return;
    lost = true;
    setTimeout(() => listen(url, channel, onNotice), 100);
  };
  client.on("error", again);
  client.on("end", again);
  client.on("notification", onNotice);
  client.connect().then(() => client.query(`listen ${client.escapeIdentifier(channel)}`)).then(onNotice, again);
}

/** The element type of each array type, by oid; node-postgres knows only some of the built-in ones. */
export type ArrayTypes = Map<number, number>;

/** Asks the database for its array types, those of the migrations' own enums and domains among them. */
export async function readArrayTypes(pool: pg.Pool): Promise<ArrayTypes> {
  const { rows } = await pool.query<{ oid: number; typelem: number }>(
    "select oid, typelem from pg_catalog.pg_type where typcategory = 'A' and typelem <> 0",
  );
  return new Map(rows.map(({ oid, typelem }) => [oid, typelem]));
}

/** Types that stay as Postgres wrote them: times, dates, intervals, points. */
const verbatim = new Set([600, 718, 1082, 1083, 1186, 1266]);

/** Timestamps without and with zone. */
const instants = new Set<number>([pg.types.builtins.TIMESTAMP, pg.types.builtins.TIMESTAMPTZ]);

/** How values are read, as `@supabase/lite` expects of its driver: numbers where they are exact, text where they are not. */
function typesOf(arrays: () => ArrayTypes): pg.CustomTypesConfig {
  const getTypeParser = (oid: number): (text: string) => unknown => {
    const element = arrays().get(oid);
    if (element !== undefined) return (text) => parseArray(text, getTypeParser(element));
    if (verbatim.has(oid)) return (text) => text;
    if (instants.has(oid)) return asJsonInstant;
    if (oid === pg.types.builtins.INT8) return exactInteger;
    if (oid === pg.types.builtins.NUMERIC) return exactNumber;
    return pg.types.getTypeParser(oid);
  };
  return { getTypeParser };
}

/** As Postgres writes it into JSON, and so PostgREST: 2026-11-26 08:00:00+00 is 2026-11-26T08:00:00+00:00. */
export function asJsonInstant(text: string): string {
  return text.replace(/^(\d+-\d\d-\d\d) /, "$1T").replace(/([+-]\d\d)$/, "$1:00");
}

function exactInteger(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

function exactNumber(text: string): number | string {
  const number = Number(text);
  return Number.isFinite(number) && String(number) === text ? number : text;
}
