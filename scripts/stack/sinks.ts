/**
 * Where the functions' messages to the outside end on this machine: a stand-in for Twilio's REST API and one for Sentry's
 * ingest. What arrives is appended, one JSON a line, to twilio.ndjson and sentry.ndjson in the stack's folder.
 */
import { join } from "./paths.ts";
import type { Sink } from "./ops.ts";
import { twilioStandIn } from "./sink-twilio.ts";
import { sentryStandIn } from "./sink-sentry.ts";

/** Both sinks, by the first part of their path. */
export function createSinks(stackDir: string): Record<"twilio" | "sentry", Sink> {
  return {
    twilio: twilioStandIn(recorder(join(stackDir, "twilio.ndjson"))),
    sentry: sentryStandIn(recorder(join(stackDir, "sentry.ndjson"))),
  };
}

/** Appends a line; the file exists from the start, so that a reader need not wait for the first. */
function recorder(path: string): (line: Record<string, unknown>) => void {
  const append = (text: string) => Deno.writeTextFileSync(path, text, { append: true, mode: 0o600 });
  append("");
  return (line) => append(`${JSON.stringify(line)}\n`);
}
