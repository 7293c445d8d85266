/**
 * A database of its own on a running server, with all migrations and nothing else: for tests that change what a shared one
 * must keep. Made in a second, since it asks for no server and no CLI.
 */
import type postgres from "postgres";
import { fileURLToPath } from "node:url";
import { prepareDatabase } from "../stack/database.ts";
import { needed, type StackEnvironment } from "./environment.ts";
import { connect } from "./sql.ts";

const migrationsDir = fileURLToPath(new URL("../../supabase/migrations/", import.meta.url));

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
  readonly afterChapter?: (chapter: string, sql: postgres.Sql) => Promise<void>;
}

/** Creates one on the server of the stack whose environment this is. */
export async function createScratchDatabase(
  stack: StackEnvironment,
  options: ScratchOptions = {},
): Promise<ScratchDatabase> {
  const name = `scratch_${crypto.randomUUID().replaceAll("-", "")}`;
  const server = needed(stack, "ADMIN_DB_URL");
  const scratch = {
    adminUrl: withDatabase(server, name),
    url: withDatabase(needed(stack, "DB_URL"), name),
    [Symbol.asyncDispose]: () => onServer(server, `drop database ${name} with (force)`),
  };
  await onServer(server, `create database ${name} owner postgres`);
  try {
    await furnish(name, scratch, options);
    return scratch;
  } catch (error) {
    await scratch[Symbol.asyncDispose]();
    throw error;
  }
}

async function onServer(url: string, statement: string): Promise<void> {
  await using sql = connect(url);
  await sql.unsafe(statement);
}

async function furnish(
  name: string,
  { adminUrl, url }: Pick<ScratchDatabase, "adminUrl" | "url">,
  { platform = "", afterChapter }: ScratchOptions,
): Promise<void> {
  await prepareDatabase(adminUrl, platform);
  await using admin = connect(adminUrl);
  await admin.unsafe(`alter database ${name} set search_path to "$user", public, extensions`);
  await admin.unsafe("create extension pgtap with schema extensions");
  await using owner = connect(url);
  for (const { name: chapter, text } of readChapters()) {
    await owner.unsafe(`begin;\n${text}\n;commit`).simple();
    await afterChapter?.(chapter, owner);
  }
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
