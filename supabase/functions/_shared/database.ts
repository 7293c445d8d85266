import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import type { Database as Generated } from "./database.types.ts";
import { ownPublishableKey, ownSecretKey, setting } from "./environment.ts";

type Functions = Generated["public"]["Functions"];

/** The functions of the database that can be called through the Data API. */
export type RpcName = keyof Functions;

/**
 * What a function of the database takes. Postgres takes null for any argument; the generated types do not say so, because
 * the catalogue does not.
 */
export type RpcArguments<Name extends RpcName> = {
  [Argument in keyof Functions[Name]["Args"]]: Functions[Name]["Args"][Argument] | null;
};

/** The generated types, with arguments that may be null. */
export type Database = {
  public: Omit<Generated["public"], "Functions"> & {
    Functions: { [Name in RpcName]: { Args: RpcArguments<Name>; Returns: Functions[Name]["Returns"] } };
  };
};

/**
 * Which key opens the database: the project's secret key, which books, or the worker's own, which does what the clock and
 * texts ask for. Neither does what the other is for.
 */
export type DatabaseKey = "secret" | "worker";

const clients: Partial<Record<DatabaseKey, SupabaseClient<Database>>> = {};

/**
 * The database through the Data API. One client serves all requests of an isolate: it keeps no session and no answer, so
 * nothing of one clinic can get into a request of another.
 */
export function databaseClient(key: DatabaseKey): SupabaseClient<Database> {
  return clients[key] ??= key === "secret" ? withSecretKey() : withWorkerKey();
}

function withSecretKey(): SupabaseClient<Database> {
  return createClient<Database>(setting("SUPABASE_URL"), ownSecretKey(), {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  });
}

/** The worker's key is a token that names its role; the gateway wants one of the project's keys beside it. */
function withWorkerKey(): SupabaseClient<Database> {
  const token = setting("WORKER_KEY");
  return createClient<Database>(setting("SUPABASE_URL"), ownPublishableKey(), {
    accessToken: () => Promise.resolve(token),
  });
}
