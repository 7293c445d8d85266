/**
 * A database of its own on a running server, with all migrations and nothing else: for tests that change what a shared one
 * must keep. Made in a second, since it asks for no server and no CLI.
 */
// @ts-types="@types/pg"
import type pg from "pg";
import { prepareDatabase } from "../stack/database.ts";
import { fromFileUrl } from "../stack/paths.ts";
import { withClient } from "../stack/sql.ts";

const migrationsDir = fromFileUrl(new URL("../../supabase/migrations/", import.meta.url));

/** URLs of the scratch database by role; disposing drops it. */
export interface ScratchDatabase extends AsyncDisposable {
  /** The superuser. */
  readonly adminUrl: string;
  /** The role that owns the tables, as on Supabase. */
  readonly url: string;
}

/** What a database may want besides. */
export interface ScratchOptions {
  /** SQL that runs before the migrations. */
  readonly platform?: string;
  /** Looks at the database as it is when a migration has just been applied. */
  readonly afterChapter?: (chapter: string, client: pg.Client) => Promise<void>;
}

/** Creates one beside the database that the superuser's URL names. */
export async function createScratchDatabase(
  serverAdminUrl: string,
  serverUrl: string,
  options: ScratchOptions = {},
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
    await furnish(name, adminUrl, url, options);
    return scratch;
  } catch (error) {
    await scratch[Symbol.asyncDispose]();
    throw error;
  }
}

async function furnish(name: string, adminUrl: string, url: string, options: ScratchOptions): Promise<void> {
  const { platform = "", afterChapter } = options;
  await prepareDatabase(adminUrl, platform);
  await withClient(adminUrl, async (client) => {
    await client.query(`alter database ${name} set search_path to "$user", public, extensions`);
    await client.query("create extension pgtap with schema extensions");
  });
  await withClient(url, async (client) => {
    for (const { name: chapter, text } of readChapters()) {
      await client.query(`begin;\n${text}\n;commit`);
      await afterChapter?.(chapter, client);
    }
  });
}

/** The migrations, in the order in which they are applied. */
export function readChapters(): { name: string; text: string }[] {
  return [...Deno.readDirSync(migrationsDir)].map(({ name }) => name).filter((name) => name.endsWith(".sql")).sort()
    .map((name) => ({ name, text: Deno.readTextFileSync(migrationsDir + name) }));
}

function withDatabase(url: string, name: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${name}`;
  return parsed.href;
}
