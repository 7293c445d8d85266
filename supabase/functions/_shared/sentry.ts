import {
  type BaseTransportOptions,
  createStackParser,
  createTransport,
  type ErrorEvent,
  linkedErrorsIntegration,
  nodeStackLineParser,
  Scope,
  ServerRuntimeClient,
  type StackFrame,
  type Transport,
} from "@sentry/core";
import { VERSION } from "./environment.ts";
import { DatabaseError, FrontdeskError, UnexpectedReasonError } from "./errors.ts";
import type { Failure, Observation } from "./observation.ts";
import { asError, redacted } from "./redact.ts";

const FLUSH_MS = 2000;

/**
 * Sends everything that went wrong in one request, and whether it was slow. Every event has a scope of its own, made here and
 * handed over with it, so nothing of one request can end up on the event of another.
 */
export async function report(dsn: string, seen: Observation, slow: boolean): Promise<boolean> {
  const client = clientFor(dsn);
  const sent = seen.failures.map((failure) => captureFailure(client, seen, failure));
  if (slow) {
    const scope = scopeOf(seen);
    scope.setFingerprint(["performance", operationOf(seen)]);
    sent.push(client.captureMessage("Performance Regression", "warning", undefined, scope));
  }
  return await areTaken(client, sent);
}

function captureFailure(client: ServerRuntimeClient, seen: Observation, { thrown, ...step }: Failure): string {
  const error = asError(thrown);
  const scope = scopeOf({ ...seen, ...step });
  if (error instanceof FrontdeskError) scope.setTag("code", error.code);
  // All our database errors are made in one place, so their stack does not tell them apart.
  if (error instanceof DatabaseError || error instanceof UnexpectedReasonError) {
    scope.setFingerprint(["database", error.operation, error.code]);
  }
  return client.captureException(redacted(error), undefined, scope);
}

/** The events that somebody waits for, and whether Sentry has taken them. */
const awaited = new Map<string, boolean>();

/** Flushing only says that nothing is in flight any more, whatever became of it. */
async function areTaken(client: ServerRuntimeClient, ids: readonly string[]): Promise<boolean> {
  for (const id of ids) awaited.set(id, false);
  await client.flush(FLUSH_MS);
  // The listener for an answer runs after whoever waits for the last of them.
  await new Promise((resolve) => setTimeout(resolve));
  const taken = ids.map((id) => awaited.get(id) === true);
  for (const id of ids) awaited.delete(id);
  return taken.every((isTaken) => isTaken);
}

/** An alert as it is reported to Sentry: names and numbers of the system. */
export type SentryAlert = {
  event: "opened" | "closed";
  alert: { rule: string; level: "critical" | "warning" | "info"; subject: string; value: number };
};

/** Reports that an alert was opened or closed; one rule and subject are one issue. */
export async function reportAlert(dsn: string, { event, alert }: SentryAlert): Promise<boolean> {
  const client = clientFor(dsn);
  const scope = new Scope();
  scope.setTags({ rule: alert.rule, subject: alert.subject, value: alert.value });
  scope.setFingerprint(["alert", alert.rule, alert.subject]);
  const level = event === "closed" ? "info" : alert.level === "critical" ? "fatal" : alert.level;
  return await areTaken(client, [client.captureMessage(`Alert ${event}: ${alert.rule}`, level, undefined, scope)]);
}

let running: ServerRuntimeClient | undefined;

/**
 * One client serves all requests of an isolate. It is put together from Sentry's core: `@sentry/deno` brings its hooks for
 * databases, servers and tracing, 48 MB of packages that we would have to switch off one by one, and is otherwise the same.
 */
function clientFor(dsn: string): ServerRuntimeClient {
  if (running !== undefined) return running;
  const client = new ServerRuntimeClient({
    dsn,
    release: VERSION,
    environment: ["", "local"].includes(Deno.env.get("SB_REGION") ?? "") ? "local" : "production",
    platform: "javascript",
    sendDefaultPii: false,
    sendClientReports: false,
    maxBreadcrumbs: 0,
    tracesSampleRate: 0,
    transport: fetchTransport,
    stackParser: createStackParser(nodeStackLineParser()),
    integrations: [linkedErrorsIntegration()],
    beforeSend: whitelisted,
  });
  client.init();
  client.on("afterSendEvent", ({ event_id = "" }, { statusCode = 0 }) => {
    if (awaited.has(event_id)) awaited.set(event_id, statusCode >= 200 && statusCode < 300);
  });
  running = client;
  return client;
}

function fetchTransport(options: BaseTransportOptions): Transport {
  return createTransport(options, async ({ body }) => {
    const answer = await fetch(options.url, {
      method: "POST",
      body: new Uint8Array(typeof body === "string" ? new TextEncoder().encode(body) : body),
    });
    await answer.body?.cancel();
    return {
      statusCode: answer.status,
      headers: {
        "x-sentry-rate-limits": answer.headers.get("x-sentry-rate-limits"),
        "retry-after": answer.headers.get("retry-after"),
      },
    };
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

/**
 * Builds the event that is sent from the parts that may be sent, instead of taking away what may not: a part that
 * some future version of the library adds stays here.
 */
function whitelisted(event: ErrorEvent): ErrorEvent {
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
          value: value ?? "",
          ...(stacktrace?.frames !== undefined && { stacktrace: { frames: stacktrace.frames.map(placeOnly) } }),
          mechanism: { type: "generic", handled: true },
        })),
      },
    }),
  };
}

/** Names of files and functions as our code has them: what has blanks or is long is something else. */
function placeOnly({ filename, function: name, lineno, colno, in_app }: StackFrame): StackFrame {
  return {
    // Below the functions' folder a path is ours; what is above it is the machine's.
    ...(filename !== undefined && /^\S{1,300}$/.test(filename) &&
      { filename: filename.replace(/^.*\/functions\//, "app:///") }),
    ...(name !== undefined && /^(?:async |new |get |set )?[\w$.<>#[\]*]{1,120}(?: \[as [\w$.]+\])?$/.test(name) &&
      { function: name }),
    ...(lineno !== undefined && { lineno }),
    ...(colno !== undefined && { colno }),
    ...(in_app !== undefined && { in_app }),
  };
}
