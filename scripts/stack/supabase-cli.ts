/** The official CLI, on the stack's database: what it refuses here, it refuses on hosted Supabase. */
import { z } from "zod";
import { CommandFailed, run } from "./child.ts";
import { dirname } from "./paths.ts";
import { databaseUrl, type Settings } from "./settings.ts";

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

/** The one remark that the migrations explain: on a database that nobody has used yet, most indexes are unused. */
const explained = "unused_index";

/** What the advisors say at any level, one line each, but for what the migrations explain. */
export async function readAdvice(settings: Settings, signal: AbortSignal): Promise<string[]> {
  const json = await supabase(settings, ["db", "advisors", "--level=info", "--fail-on=none"], signal);
  const found = json.trim() === "" ? [] : adviceSchema.parse(JSON.parse(json));
  return found.filter(({ level, name }) => !(level === "INFO" && name === explained)).map(({ level, name, detail }) =>
    `${level} ${name}: ${detail}`
  );
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
