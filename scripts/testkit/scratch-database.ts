/**
 * A database of its own on a running server, with all migrations and nothing else: for tests that change what a shared one
 * must keep. Made in a second, since it asks for no server and no CLI.
 */
import { getAuthSchemaSql } from "@supabase/lite";
import { fromFileUrl } from "../stack/paths.ts";
import { withClient } from "../stack/sql.ts";

const migrationsDir = fromFileUrl(new URL("../../supabase/migrations/", import.meta.url));
const stackChapter = (name: string) => Deno.readTextFile(new URL(`../stack/${name}`, import.meta.url));

/** URLs of the scratch database by role; disposing drops it. */
export interface ScratchDatabase extends AsyncDisposable {
  /** The superuser. */
  readonly adminUrl: string;
  /** The role that owns the tables, as on Supabase. */
  readonly url: string;
}

/** Creates one beside the database that the superuser's URL names; `platform` is SQL that runs before the migrations. */
export async function createScratchDatabase(
  serverAdminUrl: string,
  serverUrl: string,
  platform = "",
): Promise<ScratchDatabase> {
  const name = `scratch_${crypto.randomUUID().replaceAll("-", "")}`;
  const [adminUrl, url] = [serverAdminUrl, serverUrl].map((one) => withDatabase(one, name));
  if (!adminUrl || !url) throw new Error("A URL has no database to replace.");
  await withClient(serverAdminUrl, (client) => client.query(`create database ${name} owner postgres`));
  const scratch = {
    adminUrl,
    url,
    [Symbol.asyncDispose]: async () => {
      await withClient(serverAdminUrl, (client) => client.query(`drop database ${name} with (force)`));
    },
  };
  try {
    await furnish(name, adminUrl, url, platform);
    return scratch;
  } catch (error) {
    await scratch[Symbol.asyncDispose]();
    throw error;
  }
}

async function furnish(name: string, adminUrl: string, url: string, platform: string): Promise<void> {
  const [roles, auth] = await Promise.all([stackChapter("roles.sql"), stackChapter("auth.sql")]);
  await withClient(adminUrl, async (client) => {
    await client.query(["begin", roles, getAuthSchemaSql(), auth, platform, "commit"].join(";\n"));
    await client.query(`alter database ${name} set search_path to "$user", public, extensions`);
    await client.query("create extension pgtap with schema extensions");
  });
  const files = [...Deno.readDirSync(migrationsDir)].map((file) => file.name).filter((file) => file.endsWith(".sql"));
  await withClient(url, async (client) => {
    for (const file of files.sort()) {
      await client.query(`begin;\n${await Deno.readTextFile(migrationsDir + file)}\n;commit`);
    }
  });
}

function withDatabase(url: string, name: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${name}`;
  return parsed.href;
}
