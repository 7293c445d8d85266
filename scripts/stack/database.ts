/** What the database holds before the first migration: roles, schemas, the tables of the Auth server. */
import { getAuthSchemaSql } from "@supabase/lite";
import { withClient } from "./sql.ts";

/** Makes an empty database what a new Supabase project is, and more; on a kept one nothing changes. All or nothing. */
export async function prepareDatabase(adminUrl: string, more = ""): Promise<void> {
  const chapter = (name: string) => Deno.readTextFile(new URL(name, import.meta.url));
  const [roles, auth] = await Promise.all([chapter("roles.sql"), chapter("auth.sql")]);
  const script = ["begin", roles, getAuthSchemaSql(), auth, more, "commit"].join(";\n");
  await withClient(adminUrl, (client) => client.query(script));
}
