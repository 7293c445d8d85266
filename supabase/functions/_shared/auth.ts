import { type Fields, hasTooManyFields, readBody, readFields } from "./body.ts";
import { secretKeys } from "./environment.ts";
import { malformed, methodNotAllowed, unauthenticated } from "./refusals.ts";

/** A request that may come in: what its sender put into the query and the body. */
export type Admitted = { query: Fields; body: unknown };

/** Decides whether a request may come in. What it returns as a Response is the refusal. */
export type Authenticate = (request: Request, functionName: string) => Promise<Admitted | Response>;

/** Only our own side (the scheduler, an operator): JSON, with one of the project's secret keys. */
export async function secretKey(request: Request): Promise<Admitted | Response> {
  const offered = request.headers.get("apikey");
  if (offered === null || !await isOneOf(Object.values(secretKeys()), offered)) {
    return unauthenticated();
  }
  if (request.method !== "POST" || mediaType(request) !== "application/json") return malformed();

  const query = rawQuery(request);
  const text = query === null ? null : await readBody(request);
  if (query === null || text === null) return malformed();
  try {
    return { query: readFields(query.slice(1)), body: JSON.parse(text) };
  } catch {
    return malformed();
  }
}

/** Anyone, and reading only: for people and monitors. Whoever need not say who they are cannot have us read a query. */
export function anyone(request: Request): Promise<Admitted | Response> {
  const mayRead = request.method === "GET" || request.method === "HEAD";
  return Promise.resolve(mayRead ? { query: {}, body: {} } : methodNotAllowed("GET, HEAD"));
}

/** Longer than any query that we write into an address. */
const MAX_QUERY_LENGTH = 4096;

/**
 * The query as it was sent, `?` included: parsing and writing it again could change what was signed. null when it is
 * larger than any of ours.
 */
export function rawQuery(request: Request): string | null {
  const withoutFragment = request.url.split("#", 1).join();
  const start = withoutFragment.indexOf("?");
  const query = start === -1 ? "" : withoutFragment.slice(start);
  return query.length > MAX_QUERY_LENGTH || hasTooManyFields(query) ? null : query;
}

/** What kind of body a request says that it has, in small letters and without parameters. */
export function mediaType(request: Request): string {
  return (request.headers.get("content-type") ?? "").split(";", 1).join().trim().toLowerCase();
}

/** Compares in constant time: both are signed with a key that nobody knows, and WebCrypto compares the signatures. */
async function isOneOf(keys: readonly string[], offered: string): Promise<boolean> {
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const utf8 = new TextEncoder();
  const random = crypto.getRandomValues(new Uint8Array(32));
  const secret = await crypto.subtle.importKey("raw", random, hmac, false, ["sign", "verify"]);
  const signature = await crypto.subtle.sign(hmac, secret, utf8.encode(offered));
  const matches = await Promise.all(
    keys.map((key) => crypto.subtle.verify(hmac, secret, signature, utf8.encode(key))),
  );
  return matches.includes(true);
}
