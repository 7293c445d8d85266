/**
 * A database of its own on a running server, with all migrations and nothing else: for tests that change what a shared one
 * must keep. Made in a second, since it asks for no server and no CLI.
 */
import { getAuthSchemaSql } from "@supabase/lite";
import { fileURLToPath } from "node:url";
import { needed, type StackEnvironment } from "./environment.ts";
import { connect } from "./sql.ts";

const migrationsDir = fileURLToPath(new URL("../../supabase/migrations/", import.meta.url));
const stackChapter = (name: string) => Deno.readTextFile(new URL(`../stack/${name}`, import.meta.url));

/** URLs of the scratch database by role; disposing drops it. */
export interface ScratchDatabase extends AsyncDisposable {
  /** The superuser. */
  readonly adminUrl: string;
  /** The role that owns the tables, as on Supabase. */
  readonly url: string;
}

/** Creates one on the server of the stack whose environment this is; `platform` is SQL that runs before the migrations. */
export async function createScratchDatabase(stack: StackEnvironment, platform = ""): Promise<ScratchDatabase> {
  const name = `scratch_${crypto.randomUUID().replaceAll("-", "")}`;
  const server = needed(stack, "ADMIN_DB_URL");
  const scratch = {
    adminUrl: withDatabase(server, name),
    url: withDatabase(needed(stack, "DB_URL"), name),
    [Symbol.asyncDispose]: () => onServer(server, `drop database ${name} with (force)`),
  };
  await onServer(server, `create database ${name} owner postgres`);
  try {
    await furnish(name, scratch, platform);
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
  platform: string,
): Promise<void> {
  const [roles, auth] = await Promise.all([stackChapter("roles.sql"), stackChapter("auth.sql")]);
  await using admin = connect(adminUrl);
  await admin.unsafe(["begin", roles, getAuthSchemaSql(), auth, platform, "commit"].join(";\n")).simple();
  await admin.unsafe(`alter database ${name} set search_path to "$user", public, extensions`);
  await admin.unsafe("create extension pgtap with schema extensions");
  const files = [...Deno.readDirSync(migrationsDir)].map((file) => file.name).filter((file) => file.endsWith(".sql"));
  await using owner = connect(url);
  for (const file of files.sort()) {
    await owner.unsafe(`begin;\n${await Deno.readTextFile(migrationsDir + file)}\n;commit`).simple();
  }
}

function withDatabase(url: string, name: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${name}`;
  return parsed.href;
}
