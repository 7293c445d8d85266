/** Migrations and seed, put in by the official CLI: what it refuses here, it refuses on hosted Supabase. */
import { run } from "./child.ts";
import { CannotStart } from "./claims.ts";
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
  try {
    await supabase(settings, ["db", "push", target, "--include-seed", "--yes"], signal);
  } catch (error) {
    signal.throwIfAborted();
    const lines = error instanceof Error ? error.message.split("\n").filter((line) => !line.startsWith("npm ")) : [];
    throw new CannotStart(`The migrations could not be applied.\n${lines.join("\n")}`, { cause: error });
  }
}
