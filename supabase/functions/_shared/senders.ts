import { type Fields, readBody, readFields } from "./body.ts";
import { publicUrl, secretKeys, setting } from "./environment.ts";
import { malformed, methodNotAllowed, unauthenticated } from "./refusals.ts";
import { isSignedByTwilio } from "./twilio-signature.ts";

/** A request that may come in: what its sender put into the query and the body. */
export type Admitted = { query: Fields; body: unknown };

/** Decides whether a request may come in. What it returns as a Response is the refusal. */
export type Sender = (request: Request, functionName: string) => Promise<Admitted | Response>;

/** Only Twilio: a form post, signed with our account's token over the public URL and every field that came. */
export async function twilio(request: Request, functionName: string): Promise<Admitted | Response> {
  const signature = request.headers.get("x-twilio-signature");
  if (signature === null || signature === "") return unauthenticated();
  // Only a form has fields that a signature could cover, so anything else is not a request of Twilio's to us.
  if (request.method !== "POST" || mediaType(request) !== "application/x-www-form-urlencoded") return malformed();

  const text = await readBody(request);
  if (text === null) return malformed();

  const fields = readFields(text);
  const search = rawQuery(request);
  // The gateway strips part of the path and proxies change host and scheme: what was signed is what we published.
  const signedUrl = publicUrl(functionName) + search;
  if (!await isSignedByTwilio(setting("TWILIO_AUTH_TOKEN"), signature, signedUrl, fields)) return unauthenticated();

  return { query: readFields(search.slice(1)), body: fields };
}

/** Only our own side (the scheduler, an operator): JSON, with one of the project's secret keys. */
export async function secretKey(request: Request): Promise<Admitted | Response> {
  const offered = request.headers.get("apikey");
  if (offered === null || !await isOneOf(Object.values(secretKeys()), offered)) {
    return unauthenticated();
  }
  if (request.method !== "POST" || mediaType(request) !== "application/json") return malformed();

  const text = await readBody(request);
  if (text === null) return malformed();
  try {
    return { query: readFields(rawQuery(request).slice(1)), body: JSON.parse(text) };
  } catch {
    return malformed();
  }
}

/** Anyone, and reading only: for people and monitors. */
export function anyone(request: Request): Promise<Admitted | Response> {
  const mayRead = request.method === "GET" || request.method === "HEAD";
  const answer = mayRead ? { query: readFields(rawQuery(request).slice(1)), body: {} } : methodNotAllowed("GET, HEAD");
  return Promise.resolve(answer);
}

/** The query as it was sent, `?` included: parsing and writing it again could change what was signed. */
function rawQuery(request: Request): string {
  const withoutFragment = request.url.split("#", 1).join();
  const start = withoutFragment.indexOf("?");
  return start === -1 ? "" : withoutFragment.slice(start);
}

function mediaType(request: Request): string {
  return (request.headers.get("content-type") ?? "").split(";", 1).join().trim().toLowerCase();
}

async function isOneOf(keys: readonly string[], offered: string): Promise<boolean> {
  // Only those who come with a key need Node's crypto, which takes a new process 20 ms of the processor to load.
  const { timingSafeEqual } = await import("node:crypto");
  const bytes = (text: string) => new TextEncoder().encode(text);
  return keys.some((key) =>
    bytes(key).byteLength === bytes(offered).byteLength && timingSafeEqual(bytes(key), bytes(offered))
  );
}
