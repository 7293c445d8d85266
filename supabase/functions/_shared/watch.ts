import { optionalSetting } from "./environment.ts";
import { FrontdeskError } from "./errors.ts";
import type { Observation } from "./observation.ts";
import { asError, kindOf } from "./portrait.ts";

/** A webhook that takes longer has broken our promise to be quick. */
const SLOW_MS = 800;

/** Tells those who watch what went wrong in a request, and that it was slow. Nobody waits for this. */
export async function watch(seen: Observation): Promise<void> {
  const slow = seen.ms > SLOW_MS && seen.isJob !== true;
  if (seen.failure === undefined && !slow) return;

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

/** One line a request, of names and codes; an error's message is added only when we wrote it. */
function log(seen: Observation, slow: boolean): void {
  const { failure, ...about } = seen;
  const error = failure === undefined ? undefined : asError(failure.thrown);
  console.error(JSON.stringify({
    level: error === undefined ? "warning" : "error",
    ...about,
    slow,
    error: error === undefined ? undefined : kindOf(error),
    ...(error instanceof FrontdeskError && { code: error.code, explanation: error.message }),
  }));
}
