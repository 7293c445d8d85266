/**
 * Stands between functions and what they depend on (the Data API, Sentry, Twilio's REST API), passes everything on, and
 * breaks it on command in the ways in which networks and servers break.
 *
 * By node:http and not by mockttp: to break a port that is in use (refuse) and an answer in its middle (cut, trickle) is
 * what this is for, and there it leaves the work to the one who uses it, for forty packages.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../../stack/claims.ts";

/** How what is behind breaks. */
export type Fault =
  /** Nobody listens. */
  | "refuse"
  /** The connection is taken and nothing is ever said. */
  | "hang"
  /** The request is read, then the connection closes: the server died before it had begun. */
  | "drop"
  /** The work is done, and half of the answer arrives: the server died in mid-answer. */
  | "cut"
  /** The work is done, and the answer comes too late to be of use. */
  | "late"
  /** The work is done, and an answer begins, and comes a byte at a time. */
  | "trickle"
  | keyof typeof FAULTY_ANSWERS
  /** The database itself is killed, by whoever set the fault, while it works on the request. */
  | "kill";

/** The text that a broken server says about itself here: none of it may come out on the other side. */
export const TELLTALE = 'could not open file "base/16384/2619": too many open files in relation "slot_claims"';

/** What broken servers say. */
const FAULTY_ANSWERS = {
  /** An error as the Data API writes it. */
  error: json(500, { code: "53000", details: "at slot_claims", hint: null, message: TELLTALE }),
  /** As the Data API answers while its database is not up yet. */
  restarting: json(503, {
    code: "PGRST001",
    details: "FATAL:  the database system is starting up",
    hint: null,
    message: `Database client error. Retrying the connection. ${TELLTALE}`,
  }),
  /** A web page of a gateway. */
  html: { status: 502, type: "text/html", body: `<html><h1>502 Bad Gateway</h1>${TELLTALE}</html>` },
  /** Half a JSON. */
  half: { status: 200, type: "application/json", body: '{"success": true, "clinic": {"id": "a0' },
  /** A JSON that is something else. One that only says that all is well would be a good answer to some questions. */
  wrong: json(200, { success: "true", telltale: TELLTALE }),
};

function json(status: number, body: unknown) {
  return { status, type: "application/json", body: JSON.stringify(body) };
}

/** What is broken. */
export interface Setting {
  readonly fault: Fault;
  /** Only these operations; all when absent. With "refuse" it is always all. */
  readonly only?: readonly string[];
  /** So many requests get through first. */
  readonly after?: number;
  /** Only so many requests; all, when absent. */
  readonly times?: number;
  /** Called when a request meets the fault. */
  readonly onHit?: () => void;
}

/** A request that came by: the last part of its path (of an RPC its name), and how long its answer took to come. */
export interface Asked {
  readonly operation: string;
  ms: number;
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

const LATE_MS = 5000;
const TRICKLE_MS = 100;
const TRICKLED = 4096;

/** The proxy before the server at an address; it listens on a free loopback port. */
export class FaultProxy implements AsyncDisposable {
  /** Everything that was ever asked for. */
  readonly asked: Asked[] = [];
  /** The operations that met the fault since it was set; with "refuse" there is nothing to see. */
  hits: string[] = [];
  readonly #port = freePort();
  #server = this.#listen();
  #setting: Setting | null = null;
  #spared = 0;

  constructor(private readonly behind: URL) {}

  /** The operations that were ever asked for. */
  get seen(): readonly string[] {
    return this.asked.map(({ operation }) => operation);
  }

  /** Its address, instead of that of what is behind. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Breaks what is behind, until it is mended or `times` is over. */
  break(setting: Setting): void {
    this.#setting = setting;
    this.hits = [];
    this.#spared = setting.after ?? 0;
    if (setting.fault === "refuse") this.#hangUp();
  }

  /** All is well again. */
  mend(): void {
    this.#setting = null;
    if (!this.#server.listening) this.#server = this.#listen();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#hangUp();
    return Promise.resolve();
  }

  #listen() {
    const server = createServer((request, response) => {
      void this.#serve(request, response).catch(() => request.socket.destroy());
    });
    return server.listen(this.#port, "127.0.0.1");
  }

  #hangUp(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = { operation: /([^/?]*)(?:\?.*)?$/.exec(incoming.url ?? "")?.[1] ?? "", ms: NaN };
    const body = await buffer(incoming);
    this.asked.push(asked);
    const fault = this.#faultFor(asked.operation);
    if (fault === "hang") return;
    // One request a connection, so that each can have a fault of its own.
    response.setHeader("connection", "close");
    if (fault === null || fault === "kill" || fault === "late") {
      const began = performance.now();
      const reply = await this.#ask(incoming, body);
      asked.ms = performance.now() - began;
      if (fault === "late") await delay(LATE_MS);
      response.writeHead(reply.status, reply.headers).end(reply.body);
    } else if (fault === "cut") {
      const reply = await this.#ask(incoming, body);
      response.writeHead(reply.status, { ...reply.headers, "content-length": reply.body.length });
      response.write(reply.body.subarray(0, reply.body.length / 2), () => incoming.socket.destroy());
    } else if (fault === "trickle") {
      await this.#ask(incoming, body);
      response.writeHead(200, { "content-type": "application/json", "content-length": TRICKLED });
      for (let sent = 0; sent < TRICKLED && !incoming.socket.destroyed; sent++) {
        response.write(sent === 0 ? "{" : " ");
        await delay(TRICKLE_MS);
      }
    } else if (fault === "refuse" || fault === "drop") incoming.socket.destroy();
    else {
      const { status, type, body: said } = FAULTY_ANSWERS[fault];
      response.writeHead(status, { "content-type": type, "content-length": said.length }).end(said);
    }
  }

  #faultFor(operation: string): Fault | null {
    const setting = this.#setting;
    if (setting === null || setting.only?.includes(operation) === false) return null;
    if (this.hits.length >= (setting.times ?? Infinity) || this.#spared-- > 0) return null;
    this.hits.push(operation);
    setting.onHit?.();
    return setting.fault;
  }

  /** The whole answer of the server behind. */
  #ask({ method, url, headers }: IncomingMessage, body: Uint8Array): Promise<Reply> {
    const { hostname, port } = this.behind;
    return new Promise((resolve, reject) => {
      const sent = { hostname, port, method, path: url, headers: { ...headers, connection: "close" }, agent: false };
      request(sent, (incoming) => {
        const { "transfer-encoding": _, connection: __, ...told } = incoming.headers;
        buffer(incoming).then(
          (body) => resolve({ status: incoming.statusCode ?? 502, headers: told, body }),
          reject,
        );
      }).on("error", reject).end(body);
    });
  }
}
