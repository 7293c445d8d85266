/** Every way into a stack that races need. Only ever on this machine. */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import type postgres from "postgres";
import { onlyLoopback } from "../../testkit/caller/loopback.ts";
import { needed, type StackEnvironment } from "../../testkit/environment.ts";
import { connect } from "../../testkit/sql.ts";

export interface Target {
  readonly env: StackEnvironment;
  /** The Data API with the secret key, as the functions use it. */
  readonly api: SupabaseClient;
  /** The Data API as the demo clinic's owner has it. */
  readonly staff: SupabaseClient;
  /** Owns the tables: sets up and decides, never takes part. */
  readonly owner: postgres.Sql;
  /** Bypasses everything but constraints. */
  readonly superuser: postgres.Sql;
}

export const OWNER_EMAIL = "owner@harbor.test";
const ownerPassword = "frontdesk-local";

/** Opens them; closing is left to `opened`. */
export async function openTarget(env: StackEnvironment, opened: AsyncDisposableStack): Promise<Target> {
  for (const name of ["API_URL", "DB_URL", "ADMIN_DB_URL", "FUNCTIONS_URL"]) {
    // The guard knows web addresses; of a database URL only the host matters.
    await onlyLoopback(new URL(`http://${new URL(needed(env, name)).host}`));
  }
  const client = (key: string) =>
    createClient(needed(env, "API_URL"), needed(env, key), {
      auth: { persistSession: false, autoRefreshToken: false },
    });
  const staff = client("PUBLISHABLE_KEY");
  const { error } = await staff.auth.signInWithPassword({ email: OWNER_EMAIL, password: ownerPassword });
  if (error) throw error;
  return {
    env,
    api: client("SECRET_KEY"),
    staff,
    owner: opened.use(connect(needed(env, "DB_URL"), { max: 4 })),
    superuser: opened.use(connect(needed(env, "ADMIN_DB_URL"), { max: 10 })),
  };
}
