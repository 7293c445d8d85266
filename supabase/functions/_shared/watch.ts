import { optionalSetting } from "./environment.ts";
import { FrontdeskError } from "./errors.ts";
import type { Observation } from "./observation.ts";
import { asError, kindOf } from "./redact.ts";

/** A webhook that takes longer than this has broken our promise to be quick. */
const SLOW_MS = 800;

/** Reports what went wrong in a request, and that it was slow. Nobody waits for this. */
export async function watch(seen: Observation): Promise<void> {
  const slow = seen.ms > SLOW_MS && seen.isJob !== true;
  if (seen.failures.length === 0 && !slow) return;

  const dsn = optionalSetting("SENTRY_DSN");
  if (dsn === undefined) return log(seen, slow);
  try {
    // Loading Sentry costs a cold function a quarter of a second, which most requests never need.
    const sentry = await import("./sentry.ts");
    const delivered = await sentry.report(dsn, seen, slow);
    if (!delivered) log(seen, slow);
  } catch {
    log(seen, slow); // Sentry itself is what fails; the log is what is left.
  }
}

/** A line for each thing that went wrong, or one for slowness: names and codes; an error's message only if we wrote it. */
function log(seen: Observation, slow: boolean): void {
  const { failures, ...about } = seen;
  if (failures.length === 0) console.error(JSON.stringify({ level: "warning", ...about, slow }));
  for (const { thrown, ...step } of failures) {
    const error = asError(thrown);
    console.error(JSON.stringify({
      level: "error",
      ...about,
      ...step,
      slow,
      error: kindOf(error),
      ...(error instanceof FrontdeskError && { code: error.code, explanation: error.message }),
    }));
  }
}
