/** The official CLI, on the stack's database: what it refuses here, it refuses on hosted Supabase. */
import { z } from "zod";
import { CommandFailed, run } from "./child.ts";
import { dirname } from "./paths.ts";
import { databaseUrl, type Settings } from "./settings.ts";
import { withClient } from "./sql.ts";

/** It comes through npx, since Deno would want its builds for all platforms. */
const cli = ["-y", "supabase@3.1.0"];

/** Applies migrations and seed. */
export async function pushMigrations(settings: Settings, signal: AbortSignal): Promise<void> {
  await supabase(settings, ["db", "push", "--include-seed", "--yes"], signal);
}

/** The TypeScript types of the schema that the Data API shows. */
export function generateTypes(settings: Settings, signal: AbortSignal): Promise<string> {
  return supabase(settings, ["gen", "types", "--lang=typescript", "--schema=public"], signal);
}

const adviceSchema = z.array(z.object({ name: z.string(), level: z.string(), detail: z.string() }));

/**
 * Indexes that may stand unused, as all do on a new database: one that is a constraint, or has a foreign key's columns in front, is
 * there for the constraint's own check, and any other says in a comment what it is for.
 */
const explainedIndexes = `
  select i.indexrelid::regclass::text as name
  from pg_index i
  where i.indisexclusion
    or obj_description(i.indexrelid, 'pg_class') is not null
    or exists (
      select
      from pg_constraint f
      where f.contype = 'f'
        and f.conrelid = i.indrelid
        and f.confrelid <> 'public.organizations'::regclass
        and f.conkey <@ (i.indkey::int2[])[0:cardinality(f.conkey) - 1]
    )`;

/** What the advisors say at any level, one line each, but for an unused index whose reason is known. */
export async function readAdvice(settings: Settings, signal: AbortSignal): Promise<string[]> {
  const json = await supabase(settings, ["db", "advisors", "--level=info", "--fail-on=none"], signal);
  const found = json.trim() === "" ? [] : adviceSchema.parse(JSON.parse(json));
  const explained = await withClient(
    databaseUrl(settings, "postgres"),
    async (client) => (await client.query<{ name: string }>(explainedIndexes)).rows.map(({ name }) => name),
  );
  const isExplained = ({ name, detail }: z.infer<typeof adviceSchema>[number]) =>
    name === "unused_index" && explained.some((index) => detail.includes(`\`${index.replace(/^.*\./, "")}\``));
  return found.filter((one) => !isExplained(one)).map(({ level, name, detail }) => `${level} ${name}: ${detail}`);
}

async function supabase(settings: Settings, args: string[], signal: AbortSignal): Promise<string> {
  const where = [`--remote=${databaseUrl(settings, "postgres")}`, "--workdir", dirname(settings.projectDir)];
  try {
    return await run("npx", {
      args: [...cli, ...args, ...where],
      // On loopback it would try TLS first and remark upon its absence on standard output.
      env: { PGSSLMODE: "disable", NO_COLOR: "1" },
      signal,
    });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw new CommandFailed(error.message.split("\n").filter((line) => !line.startsWith("npm ")).join("\n").trim());
  }
}
