/** Migrations and seed. The CLI applies them; whether there is anything to apply is asked first, since it takes seconds. */
import { CommandFailed } from "./child.ts";
import { CannotStart } from "./claims.ts";
import { exists, join } from "./paths.ts";
import { readSeedPaths } from "./project.ts";
import { databaseUrl, type Settings } from "./settings.ts";
import { withClient } from "./sql.ts";
import { pushMigrations } from "./supabase-cli.ts";

/** Applies the migrations that the database lacks, as the role `postgres`, and the seed if it is new or has changed. */
export async function migrate(settings: Settings, signal: AbortSignal): Promise<void> {
  if (await isUpToDate(settings)) return;
  try {
    await pushMigrations(settings, signal);
    // A server that is killed right after would have to apply all this again before it is back.
    await withClient(databaseUrl(settings, "supabase_admin"), (client) => client.query("checkpoint"));
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw new CannotStart(
      `The migrations could not be applied; the Supabase CLI says:\n\n${error.message}\n\n` +
        `If the data of an earlier run is in the way and not needed, remove ${settings.stackDir}.`,
    );
  }
}

/** Whether the CLI would find nothing to do: it keeps the versions that it applied, and the digest of each seed. */
async function isUpToDate(settings: Settings): Promise<boolean> {
  const applied = await readHistory(settings);
  const folder = join(settings.projectDir, "migrations");
  const versions = exists(folder)
    ? [...Deno.readDirSync(folder)].map(({ name }) => /^(\d+)_.*\.sql$/.exec(name)?.[1])
    : [];
  const wanted = versions.filter((version) => version !== undefined);
  if (wanted.length !== applied.versions.length || wanted.some((one) => !applied.versions.includes(one))) return false;
  const digests = await Promise.all(readSeedPaths(settings.projectDir).map(sha256));
  return digests.every((digest) => digest !== undefined && applied.seeds.includes(digest));
}

async function readHistory(settings: Settings): Promise<{ versions: string[]; seeds: string[] }> {
  return await withClient(databaseUrl(settings, "postgres"), async (client) => {
    const { rows } = await client.query<{ versions: string[]; seeds: string[] }>(
      "select array(select version from supabase_migrations.schema_migrations) as versions, " +
        "array(select hash from supabase_migrations.seed_files) as seeds",
    );
    return rows[0] ?? { versions: [], seeds: [] };
  });
}

/** Undefined for what is no file, such as a pattern. */
async function sha256(path: string): Promise<string | undefined> {
  if (!exists(path)) return undefined;
  const digest = await crypto.subtle.digest("SHA-256", Deno.readFileSync(path));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
