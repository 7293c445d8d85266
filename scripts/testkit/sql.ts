/** Connections of tests and proofs to a stack's Postgres. */
import postgres from "postgres";

/** Connects when it is first used, by one connection unless told otherwise; close it with `await using`. */
export function connect(url: string, options: postgres.Options<never> = {}): postgres.Sql & AsyncDisposable {
  const sql = postgres(url, { max: 1, onnotice: () => {}, ...options });
  return Object.assign(sql, { [Symbol.asyncDispose]: () => sql.end({ timeout: 5 }) });
}
