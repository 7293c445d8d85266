/** One HTTP attempt on a connection of its own: no pool, no proxy, no redirect followed, nothing tried again. */
import { request as requestOverHttp } from "node:http";
import { request as requestOverHttps } from "node:https";

/** What is put on the wire. */
export interface Outgoing {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer that arrived whole. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly bytes: number;
}

/**
 * Sends and waits for the last byte; rejects when the connection cannot be made or breaks, or the signal says so.
 * node:http and not fetch, since it names its errors and knows no proxy: fetch would carry a request meant for this
 * machine to wherever HTTP_PROXY points.
 */
export function transmit(target: URL, request: Outgoing, signal: AbortSignal): Promise<Reply> {
  const open = target.protocol === "https:" ? requestOverHttps : requestOverHttp;
  const body = new TextEncoder().encode(request.body);
  return new Promise((resolve, reject) => {
    const headers = { ...request.headers, ...(request.method === "POST" && { "content-length": body.byteLength }) };
    const outgoing = open(target, { method: request.method, headers, signal, agent: false }, (incoming) => {
      const chunks: Uint8Array[] = [];
      incoming.on("data", (chunk: Uint8Array) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const received = joined(chunks);
        resolve({
          status: incoming.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(incoming.headers).map(([name, value]) => [name, [value].flat().join(", ")]),
          ),
          body: new TextDecoder().decode(received),
          bytes: received.byteLength,
        });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function joined(chunks: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((bytes, chunk) => bytes + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

/** Whether an error of `transmit` came before anything was sent. */
export function isBeforeTheRequest(error: unknown): boolean {
  const { code, syscall } = Object(error);
  return syscall === "connect" || code === "ECONNREFUSED" || code === "ENOTFOUND";
}
