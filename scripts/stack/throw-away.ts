/** A stack for one run of one command: a folder of its own, ports that were free, and nothing left of it afterwards. */
import { freePort } from "./claims.ts";
import { join } from "./paths.ts";
import type { Report } from "./report.ts";
import { repositoryDir, type Settings } from "./settings.ts";
import { startMigratedDatabase, startStack } from "./stack.ts";

/** The stack's environment, by the names that `$STACK_DIR/env` uses; disposing stops the stack and removes its data. */
export interface ThrowAwayStack extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
}

/** Brings one up; aborting the signal while it starts stops it and throws. */
export function startThrowAwayStack(report: Report, signal: AbortSignal): Promise<ThrowAwayStack> {
  return throwAway((settings) => startStack(settings, report, signal));
}

/** The same with nothing but Postgres and the migrations. */
export function startThrowAwayDatabase(
  report: Report,
  signal: AbortSignal,
): Promise<AsyncDisposable & { readonly settings: Settings }> {
  return throwAway((settings) => startMigratedDatabase(settings, report, signal));
}

async function throwAway<T extends { stop(): Promise<void> }>(
  start: (settings: Settings) => Promise<T>,
): Promise<T & AsyncDisposable> {
  const stackDir = await Deno.makeTempDir({ prefix: "frontdesk-stack-" });
  const remove = () => Deno.remove(stackDir, { recursive: true });
  try {
    const started = await start({
      stackDir,
      apiPort: freePort(),
      dbPort: freePort(),
      opsPort: freePort(),
      projectDir: join(repositoryDir, "supabase"),
      watch: false,
    });
    return Object.assign(started, {
      async [Symbol.asyncDispose]() {
        await started.stop();
        await remove();
      },
    });
  } catch (error) {
    await remove();
    throw error;
  }
}
