import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import type { Database as Generated } from "./database.types.ts";
import { ownSecretKey, setting } from "./environment.ts";

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

let client: SupabaseClient<Database> | undefined;

/**
 * The database through the Data API, with the secret key. One client serves all requests of an isolate: it keeps no session
 * and no answer, so nothing of one clinic can get into a request of another.
 */
export function databaseClient(): SupabaseClient<Database> {
  client ??= createClient<Database>(setting("SUPABASE_URL"), ownSecretKey(), {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  });
  return client;
}
