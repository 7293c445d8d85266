/** The stack that is raced on: one of our own, or a running one by its folder. Only ever on this machine. */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { onlyLoopback } from "../../testkit/caller/loopback.ts";
import { requireEnvFile } from "../../stack/env-file.ts";
import type { Report } from "../../stack/report.ts";
import { startThrowAwayStack } from "../../stack/throw-away.ts";

/** Every way into the stack that a race needs. */
export interface Target {
  readonly env: Readonly<Record<string, string>>;
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

/** Opens the running stack of the folder, or starts one; what it opened is left to `opened` to close. */
export async function openTarget(
  stackDir: string | undefined,
  report: Report,
  signal: AbortSignal,
  opened: AsyncDisposableStack,
): Promise<Target> {
  const env = stackDir === undefined
    ? opened.use(await startThrowAwayStack(report, signal)).env
    : requireEnvFile(stackDir);
  for (const name of ["API_URL", "DB_URL", "ADMIN_DB_URL", "FUNCTIONS_URL"]) {
    const url = new URL(`${env[name]}`);
    // The guard knows web addresses; of a database URL only the host matters.
    url.protocol = "http:";
    await onlyLoopback(new URL(`http://${url.host}`));
  }
  const noSession = { auth: { persistSession: false, autoRefreshToken: false } };
  const api = createClient(`${env.API_URL}`, `${env.SECRET_KEY}`, noSession);
  const staff = createClient(`${env.API_URL}`, `${env.PUBLISHABLE_KEY}`, noSession);
  const { error } = await staff.auth.signInWithPassword({ email: OWNER_EMAIL, password: ownerPassword });
  if (error) throw error;
  const open = (url: string | undefined, max: number) => {
    const sql = postgres(`${url}`, { max, onnotice: () => {} });
    opened.defer(() => sql.end());
    return sql;
  };
  return { env, api, staff, owner: open(env.DB_URL, 4), superuser: open(env.ADMIN_DB_URL, 10) };
}
