import { PostgrestClient } from "@supabase/postgrest-js";
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

let client: PostgrestClient<Database> | undefined;

/**
 * The database through the Data API, with the secret key: the part of supabase-js that we use. The whole of it loads Auth,
 * Realtime and Storage as well, 40 ms of the processor in a process that has just begun, for which a caller waits.
 *
 * One client serves all requests of an isolate. It keeps no session and no answer, so nothing of one clinic can get into a
 * request of another, and it does not retry: calling a function is a POST.
 */
export function databaseClient(): PostgrestClient<Database> {
  client ??= new PostgrestClient<Database>(`${setting("SUPABASE_URL")}/rest/v1`, {
    headers: { apikey: ownSecretKey() },
  });
  return client;
}
