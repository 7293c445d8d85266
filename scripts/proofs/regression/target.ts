/** The stack that is attacked: its addresses, its keys, and its database to look into. */
import type postgres from "postgres";
import { needed, type StackEnvironment } from "../../testkit/environment.ts";
import { connect } from "../../testkit/sql.ts";

/** What an attack needs to know. */
export interface Target extends AsyncDisposable {
  readonly restUrl: string;
  readonly authUrl: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  readonly jwtSecret: string;
  /** As `postgres`, to prepare, and to see afterwards that nothing has changed. */
  readonly sql: postgres.Sql;
  readonly env: StackEnvironment;
}

/** Reads the environment of a running stack, and connects to its database. */
export function openTarget(env: StackEnvironment): Target {
  const sql = connect(needed(env, "DB_URL"), { max: 2, connection: { TimeZone: "UTC" } });
  return {
    restUrl: `${needed(env, "API_URL")}/rest/v1`,
    authUrl: `${needed(env, "API_URL")}/auth/v1`,
    publishableKey: needed(env, "PUBLISHABLE_KEY"),
    secretKey: needed(env, "SECRET_KEY"),
    jwtSecret: needed(env, "JWT_SECRET"),
    sql,
    env,
    [Symbol.asyncDispose]: () => sql[Symbol.asyncDispose](),
  };
}
