/** Migrations and seed, put in by the official CLI: what it refuses here, it refuses on hosted Supabase. */
import { run } from "./child.ts";
import { dirname } from "./paths.ts";
import { databaseUrl, type Settings } from "./settings.ts";

/** The CLI's version. It comes through npx, since Deno would want its builds for all platforms. */
const cli = ["-y", "supabase@3.1.0"];

/** Runs the Supabase CLI on the project; resolves with what it printed. */
export function supabase(settings: Settings, args: string[], signal?: AbortSignal): Promise<string> {
  return run("npx", {
    args: [...cli, ...args, "--workdir", dirname(settings.projectDir)],
    env: { SUPABASE_TELEMETRY_DISABLED: "1", NO_UPDATE_NOTIFIER: "1", NO_COLOR: "1" },
    ...(signal ? { signal } : {}),
  });
}

/** Applies the migrations that the database lacks, as the role `postgres`, and the seed if it is new or has changed. */
export async function migrate(settings: Settings, signal: AbortSignal): Promise<void> {
  const target = `--remote=${databaseUrl(settings, "postgres")}`;
  await supabase(settings, ["db", "push", target, "--include-seed", "--yes"], signal);
}
