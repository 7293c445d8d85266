/** Reads an answer of ours the way its receiver does: what is said, what is sent, and what it gives away. */
import { readTwiml } from "./caller/twiml.ts";
import { findLeaks, type Known, type Leak } from "./leaks.ts";

/** An answer as it came over the wire. */
export interface Answered {
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Headers whose values are the protocol's and not ours. */
const PLAIN_HEADERS = new Set([
  "allow",
  "cache-control",
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "date",
  "keep-alive",
  "transfer-encoding",
  "vary",
  "x-request-id",
]);

/**
 * The leaks in a whole answer. The addresses at which a call goes on are Twilio's business: they may name our published
 * address, which Twilio knows already, and nothing else of us.
 */
export function leaksIn(answered: Answered, published: string, known: Known = {}): Leak[] {
  const headers = Object.entries(answered.headers).filter(([name]) => !PLAIN_HEADERS.has(name.toLowerCase()));
  const head = headers.flatMap(([name, value]) => findLeaks(`${name}: ${value}`, known));
  const media = answered.headers["content-type"] ?? "";
  if (/json/.test(media)) return [...head, ...leaksInJson(answered.body, known)];
  const body = /xml/.test(media) ? withoutWayOn(answered.body, published) : answered.body;
  return [...head, ...findLeaks(body, known)];
}

/** The document without its own grammar: `action` and the like lead on to a function of ours, by steps and ids. */
function withoutWayOn(twiml: string, published: string): string {
  const escaped = published.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const functionUrl = `(?:${escaped}/)?[a-z]+(?:-[a-z]+)*`;
  return twiml
    .replace(/^<\?xml [^>]*\?>/, "")
    .replace(new RegExp(`(\\baction=")${functionUrl}(?=[?"])`, "g"), "$1")
    .replace(new RegExp(`(<Redirect[^>]*>)${functionUrl}(?=[?<])`, "g"), "$1");
}

/** Values are read; a name is a part of the contract, except when together they are an error as a library writes it. */
function leaksInJson(body: string, known: Known): Leak[] {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return findLeaks(body, known);
  }
  return walk(value).flatMap((part) => typeof part === "string" ? findLeaks(part, known) : errorObject(part));
}

function walk(value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [value];
  return [value, ...Object.values(value).flatMap(walk)];
}

const ERROR_FIELDS = ["message", "stack", "details", "hint", "cause", "errno", "syscall"];

function errorObject(part: unknown): Leak[] {
  if (typeof part !== "object" || part === null || Array.isArray(part)) return [];
  const fields = ERROR_FIELDS.filter((name) => name in part);
  return fields.map((found) => ({ kind: "error text", found: `{"${found}": …}` }));
}

/** What is wrong with an answer that should be TwiML which a caller can hear; null when it is well. */
export function whyNotTwiml(answered: Answered): string | null {
  if (answered.status !== 200) return `status ${answered.status}`;
  try {
    const { verbs, warnings } = readTwiml(answered.body, answered.headers["content-type"] ?? "");
    if (warnings.length > 0) return warnings.join("; ");
    return verbs.length === 0 ? "it says nothing" : null;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : "unreadable";
  }
}
