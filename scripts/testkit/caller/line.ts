/** The line between Twilio and the functions: requests signed as Twilio signs them, sent and timed as Twilio would. */
import twilioWebhooks from "twilio/lib/webhooks/webhooks.js";
import { onlyLoopback } from "./loopback.ts";
import type { StackSettings } from "./settings.ts";
import { isBeforeTheRequest, type Reply, transmit } from "./transport.ts";

export type Parameters = Readonly<Record<string, string>>;
export type Method = "POST" | "GET";

/** A line to one deployment of the functions. Any number of calls can share it. */
export interface Line {
  /** The functions' public address, which signatures are made over. */
  readonly publicUrl: string;
  /** The address that is dialled in its place. */
  readonly reachedAt: string;
  readonly authToken: string;
  readonly accountSid: string;
  /** Twilio waits this long for a whole answer, retry included. */
  readonly limitMs: number;
  /** Throws when a URL must not be followed. */
  readonly permit: (url: URL) => Promise<void>;
}

/** One request, ready to be sent; sent again as it is, it is the exact copy that a retry or a replay would be. */
export interface WebhookRequest {
  readonly method: Method;
  /** The URL as signed. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What the request tells, whether it travels in the body or in the query. */
  readonly params: Parameters;
}

/** Why Twilio would give up on an answer, under the number that Twilio files it by. */
export interface Failure {
  readonly code: number;
  readonly reason: string;
}

/** A request and what came back. */
export interface Exchange {
  readonly request: WebhookRequest;
  /** null when no answer came at all. */
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** From the first attempt to the last byte. */
  readonly ms: number;
  readonly attempts: number;
  readonly failure: Failure | null;
}

const LARGEST_ANSWER = 64 * 1024;
const MOST_HTTP_REDIRECTS = 10;
const FICTIONAL_ACCOUNT = "AC" + "0".repeat(31) + "1";

/** A line to the given stack; `changes` loosens or tightens it, for example a shorter limit in a test. */
export function openLine(stack: StackSettings, changes: Partial<Line> = {}): Line {
  return {
    publicUrl: stack.publicFunctionsUrl,
    reachedAt: stack.functionsUrl,
    authToken: stack.twilioAuthToken,
    accountSid: stack.twilioAccountSid ?? FICTIONAL_ACCOUNT,
    limitMs: 15_000,
    permit: onlyLoopback,
    ...changes,
  };
}

/** Signs a webhook request the way Twilio does: over the public URL with its query, and over every parameter posted. */
export function sign(line: Line, url: string, params: Parameters, method: Method = "POST"): WebhookRequest {
  const target = new URL(url, `${line.publicUrl}/`);
  target.hash = "";
  if (method === "GET") { for (const [name, value] of Object.entries(params)) target.searchParams.append(name, value); }
  const posted = method === "POST" ? params : {};
  return {
    method,
    url: target.href,
    params,
    body: method === "POST" ? new URLSearchParams(posted).toString() : "",
    headers: {
      "user-agent": "TwilioProxy/1.1",
      accept: "*/*",
      ...(method === "POST" && { "content-type": "application/x-www-form-urlencoded; charset=UTF-8" }),
      "i-twilio-idempotency-token": crypto.randomUUID(),
      "x-twilio-signature": twilioWebhooks.getExpectedTwilioSignature(line.authToken, target.href, posted),
    },
  };
}

/**
 * Sends a request as it is. A connection that cannot be made is tried once more; an HTTP error, an answer that is too
 * late or too large is a failure, not an exception. Throws only AddressRefused.
 */
export async function send(line: Line, request: WebhookRequest): Promise<Exchange> {
  const started = performance.now();
  const deadline = AbortSignal.timeout(line.limitMs);
  let current = request;
  let attempts = 0;
  const exchange = (part: Partial<Exchange>): Exchange => ({
    request: current,
    status: null,
    headers: {},
    body: "",
    failure: null,
    ...part,
    ms: performance.now() - started,
    attempts,
  });

  for (let hops = 0; hops <= MOST_HTTP_REDIRECTS; hops++) {
    const target = dialled(line, current.url);
    await line.permit(target);
    let reply: Reply | null = null;
    for (let connections = 0; reply === null && connections < 2; connections++) {
      attempts++;
      try {
        reply = await transmit(target, current, deadline);
      } catch (error) {
        // Only what failed before the request left is repeated: what has been sent may have been acted upon.
        if (connections === 0 && !deadline.aborted && isBeforeTheRequest(error)) continue;
        return exchange({ failure: broken(error, deadline, line.limitMs) });
      }
    }
    if (reply === null) break;
    const redirected = reply.status >= 300 && reply.status < 400 ? reply.headers.location : undefined;
    if (redirected === undefined) return exchange({ ...reply, failure: judged(reply) });

    // Like a browser: 307 and 308 repeat the request, the others ask for the new page. Signed anew for the new URL.
    const url = new URL(redirected, current.url).href;
    const repeat = reply.status === 307 || reply.status === 308;
    current = sign(line, url, repeat ? current.params : {}, repeat ? current.method : "GET");
  }
  return exchange({ failure: { code: 11215, reason: `more than ${MOST_HTTP_REDIRECTS} HTTP redirects in a row` } });
}

/** The address that is really dialled for a public URL. */
function dialled(line: Line, url: string): URL {
  const rest = url.startsWith(line.publicUrl) ? url.slice(line.publicUrl.length) : null;
  return new URL(rest !== null && /^($|[/?])/.test(rest) ? line.reachedAt + rest : url);
}

function judged(reply: Reply): Failure | null {
  if (reply.status < 200 || reply.status >= 300) return { code: 11200, reason: `the answer was HTTP ${reply.status}` };
  if (reply.bytes > LARGEST_ANSWER) return { code: 11750, reason: `the answer has ${reply.bytes} bytes, over 64 kB` };
  return null;
}

function broken(error: unknown, deadline: AbortSignal, limitMs: number): Failure {
  if (deadline.aborted) return { code: 11205, reason: `no whole answer within ${limitMs} ms` };
  const words = error instanceof Error ? error.message : String(error);
  return { code: 11205, reason: `the connection failed (${words})` };
}
