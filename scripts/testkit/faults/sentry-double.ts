/** A stand-in for Sentry that keeps every byte it is sent, since what must not be in it could be anywhere. */
import { setTimeout as delay } from "node:timers/promises";
import { parseEnvelope } from "../../stack/sink-sentry.ts";

/** One event, as far as the tests ask about it. */
export interface Report {
  readonly message?: string;
  readonly level?: string;
  readonly fingerprint?: readonly string[];
  readonly tags?: Readonly<Record<string, unknown>>;
  readonly exception?: {
    readonly values?: readonly {
      readonly type?: string;
      readonly value?: string;
      readonly stacktrace?: { readonly frames?: readonly unknown[] };
    }[];
  };
}

/** What reached Sentry. */
export interface SentryDouble extends AsyncDisposable {
  readonly port: number;
  /** Headers, query and body of each request, as text. */
  readonly raw: readonly string[];
  /** The events in them. */
  readonly events: readonly Report[];
  /** Waits until an event fits, at most so long; null when none came. */
  event(fits: (report: Report) => boolean, withinMs: number): Promise<Report | null>;
}

/** Opens one on a free loopback port. */
export function openSentryDouble(): SentryDouble {
  const raw: string[] = [];
  const events: Report[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const isGzip = request.headers.get("content-encoding") === "gzip";
    const body = isGzip ? request.body?.pipeThrough(new DecompressionStream("gzip")) : request.body;
    const bytes = await new Response(body ?? null).bytes();
    raw.push([request.url, ...[...request.headers].flat(), new TextDecoder().decode(bytes)].join("\n"));
    for (const { type, payload } of parseEnvelope(bytes)) {
      if (type === "event" && typeof payload === "object" && payload !== null) events.push(payload);
    }
    return Response.json({});
  });
  return {
    port: server.addr.port,
    raw,
    events,
    async event(fits, withinMs) {
      for (const end = performance.now() + withinMs;;) {
        const found = events.find(fits);
        if (found !== undefined || performance.now() > end) return found ?? null;
        await delay(20);
      }
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** The errors of an event, the outermost last, as "Type: message". */
export function errorsIn(report: Report): string[] {
  return (report.exception?.values ?? []).map(({ type, value }) => `${type}: ${value}`);
}
