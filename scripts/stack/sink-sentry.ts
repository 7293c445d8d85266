/** A stand-in for Sentry's ingest: takes envelopes and keeps each of their items. */
import type { Sink } from "./ops.ts";

/**
 * An envelope is lines of JSON: a header, then for each item a header and a payload. A payload whose header tells its
 * length in bytes may hold line breaks.
 */
export function sentryStandIn(record: (line: Record<string, unknown>) => void): Sink {
  return async (request, path) => {
    if (request.method !== "POST" || !/^\/api\/\d+\/envelope\/?$/.test(path)) {
      return new Response(null, { status: 404 });
    }
    const body = request.headers.get("content-encoding") === "gzip" && request.body
      ? request.body.pipeThrough(new DecompressionStream("gzip"))
      : request.body;
    const items = parseEnvelope(await new Response(body).bytes());
    const received_at = new Date().toISOString();
    for (const item of items) record({ received_at, ...item });
    return Response.json({});
  };
}

/** Splits an envelope into its items; what is no JSON is kept as text. */
export function parseEnvelope(bytes: Uint8Array): { type: string; payload: unknown }[] {
  const text = new TextDecoder();
  let at = 0;
  const take = (length: number | undefined) => {
    const newline = bytes.indexOf(10, at);
    const end = length === undefined ? (newline < 0 ? bytes.length : newline) : at + length;
    const part = text.decode(bytes.subarray(at, end));
    at = end + 1;
    return part;
  };
  const items: { type: string; payload: unknown }[] = [];
  take(undefined);
  while (at < bytes.length) {
    const header = parseJson(take(undefined));
    if (typeof header !== "object" || header === null) continue;
    const length = "length" in header && typeof header.length === "number" ? header.length : undefined;
    const type = "type" in header ? String(header.type) : "unknown";
    items.push({ type, payload: parseJson(take(length)) });
  }
  return items;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
