import {
  type ErrorEvent,
  functionToStringIntegration,
  getClient,
  init,
  linkedErrorsIntegration,
  normalizePathsIntegration,
  Scope,
  type StackFrame,
} from "@sentry/deno";
import { asError, DatabaseError, FrontdeskError, OUR_ERRORS, UnexpectedReasonError } from "./errors.ts";
import { VERSION } from "./version.ts";
import type { Observation } from "./watch.ts";

const FLUSH_MS = 2000;

/**
 * Sends what went wrong in one request, and whether it was slow. Every event has a scope of its own, made here and
 * handed over with it, so nothing of one request can end up on the event of another.
 */
export async function report(dsn: string, seen: Observation, slow: boolean): Promise<boolean> {
  const client = clientFor(dsn);
  if (client === undefined) return false;

  if (seen.failure !== undefined) {
    const error = asError(seen.failure.thrown);
    const scope = scopeOf(seen);
    if (error instanceof FrontdeskError) scope.setTag("code", error.code);
    // All our database errors are born in one place, so their stack says nothing about which is which.
    if (error instanceof DatabaseError || error instanceof UnexpectedReasonError) {
      scope.setFingerprint(["database", error.operation, error.code]);
    }
    client.captureException(error, undefined, scope);
  }
  if (slow) {
    const scope = scopeOf(seen);
    scope.setFingerprint(["performance", operationOf(seen)]);
    client.captureMessage("Performance Regression", "warning", undefined, scope);
  }
  return await client.flush(FLUSH_MS);
}

/** An alert of ours as Sentry is told it: names and numbers of the system. */
export type SentryAlert = {
  event: "opened" | "closed";
  alert: { rule: string; level: "critical" | "warning" | "info"; subject: string; value: number };
};

/** Tells that an alert was opened or is over; one rule and subject are one issue. */
export async function reportAlert(dsn: string, { event, alert }: SentryAlert): Promise<boolean> {
  const client = clientFor(dsn);
  if (client === undefined) return false;
  const scope = new Scope();
  scope.setTags({ rule: alert.rule, subject: alert.subject, value: alert.value });
  scope.setFingerprint(["alert", alert.rule, alert.subject]);
  const level = event === "closed" ? "info" : alert.level === "critical" ? "fatal" : alert.level;
  client.captureMessage(`Alert ${event}: ${alert.rule}`, level, undefined, scope);
  return await client.flush(FLUSH_MS);
}

function clientFor(dsn: string) {
  return getClient() ?? init({
    dsn,
    release: VERSION,
    environment: ["", "local"].includes(Deno.env.get("SB_REGION") ?? "") ? "local" : "production",
    sendDefaultPii: false,
    sendClientReports: false,
    maxBreadcrumbs: 0,
    tracesSampleRate: 0,
    skipOpenTelemetrySetup: true,
    // The default ones add requests, console lines and fetched URLs to an event. These add nothing about a caller.
    defaultIntegrations: false,
    integrations: [functionToStringIntegration(), linkedErrorsIntegration(), normalizePathsIntegration()],
    beforeSend: whitelisted,
  });
}

function operationOf(seen: Observation): string {
  return seen.step === undefined ? seen.function : `${seen.function} ${seen.step}`;
}

function scopeOf(seen: Observation): Scope {
  const scope = new Scope();
  scope.setTags({
    function: seen.function,
    operation: operationOf(seen),
    request_id: seen.requestId,
    duration_ms: seen.ms,
    ...(seen.step !== undefined && { step: seen.step }),
    ...(seen.clinic !== undefined && { clinic: seen.clinic }),
  });
  return scope;
}

const TAGS = [
  "function",
  "operation",
  "step",
  "request_id",
  "clinic",
  "duration_ms",
  "code",
  "rule",
  "subject",
  "value",
];

/** The only messages without an error: our own. */
const MESSAGES = /^(?:Performance Regression|Alert (?:opened|closed): [a-z_]+)$/;

/** The runtime's own complaints that quote names of our code and nothing else. */
const HARMLESS_MESSAGES = [
  /^Cannot (?:read|set) properties of (?:undefined|null)(?: \((?:reading|setting) '[\w$]+'\))?$/,
  /^[\w$.]+ is not (?:a function|a constructor|defined|iterable)$/,
  /^Maximum call stack size exceeded$/,
];

/**
 * Builds the event that is sent from the parts that may be sent, instead of taking away what may not: a part that
 * some future version of the library adds stays here.
 */
export function whitelisted(event: ErrorEvent): ErrorEvent {
  return {
    type: undefined,
    ...(event.event_id !== undefined && { event_id: event.event_id }),
    ...(event.timestamp !== undefined && { timestamp: event.timestamp }),
    ...(event.platform !== undefined && { platform: event.platform }),
    ...(event.level !== undefined && { level: event.level }),
    ...(event.release !== undefined && { release: event.release }),
    ...(event.environment !== undefined && { environment: event.environment }),
    ...(event.sdk !== undefined && { sdk: event.sdk }),
    ...(event.fingerprint !== undefined && { fingerprint: event.fingerprint }),
    ...(event.message !== undefined && MESSAGES.test(event.message) && { message: event.message }),
    tags: Object.fromEntries(Object.entries(event.tags ?? {}).filter(([name]) => TAGS.includes(name))),
    ...(event.exception?.values !== undefined && {
      exception: {
        values: event.exception.values.map(({ type, value, stacktrace }) => ({
          type: type ?? "Error",
          value: mayBeTold(type, value) ? value ?? "" : "[held back: it may quote a caller]",
          ...(stacktrace?.frames !== undefined && { stacktrace: { frames: stacktrace.frames.map(placeOnly) } }),
          mechanism: { type: "generic", handled: true },
        })),
      },
    }),
  };
}

function mayBeTold(type = "", value = ""): boolean {
  return OUR_ERRORS.includes(type) || HARMLESS_MESSAGES.some((harmless) => harmless.test(value));
}

function placeOnly({ filename, function: name, lineno, colno, in_app }: StackFrame): StackFrame {
  return {
    ...(filename !== undefined && { filename }),
    ...(name !== undefined && { function: name }),
    ...(lineno !== undefined && { lineno }),
    ...(colno !== undefined && { colno }),
    ...(in_app !== undefined && { in_app }),
  };
}
