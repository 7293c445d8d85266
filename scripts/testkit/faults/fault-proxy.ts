/**
 * Stands between functions and what they depend on (the Data API, Sentry, Twilio's REST API), passes everything on, and
 * breaks it on command in the ways in which networks and servers break. On the level of TCP, since a broken server does
 * not speak HTTP well.
 */
import { brokenAnswer, type FaultyAnswer, response } from "./faulty-answers.ts";

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
  | FaultyAnswer
  /** The database itself is killed, by whoever set the fault, while it works on the request. */
  | "kill";

/** What is broken, and since when. */
export interface Setting {
  readonly fault: Fault;
  /** Only these operations; all when absent. With "refuse" it is always all. */
  readonly only?: readonly string[];
  /** So many requests get through first. */
  readonly after?: number;
  /** Only so many requests; all, when absent. */
  readonly times?: number;
  /** Called when a request meets the fault. */
  readonly onHit?: (operation: string) => void;
}

const LATE_MS = 5000;
const TRICKLE_MS = 100;

/** The proxy; it listens on a free loopback port. */
export class FaultProxy implements AsyncDisposable {
  readonly #port: number;
  readonly #open = new Set<Deno.Conn>();
  readonly #hits: string[] = [];
  readonly #seen: string[] = [];
  #listener: Deno.Listener | null;
  #setting: Setting | null = null;
  #spared = 0;
  #left = Infinity;

  constructor(private readonly behind: { readonly hostname: string; readonly port: number }) {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#port = portOf(this.#listener);
    void this.#accept(this.#listener);
  }

  /** Its address, instead of that of what is behind. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The operations that met the fault since it was set; with "refuse" there is nothing to see. */
  get hits(): readonly string[] {
    return this.#hits;
  }

  /** All operations that were ever asked for. */
  get seen(): readonly string[] {
    return this.#seen;
  }

  /** Breaks what is behind, until it is mended or `times` is over. */
  break(setting: Setting): void {
    this.#hits.length = 0;
    this.#setting = setting;
    this.#spared = setting.after ?? 0;
    this.#left = setting.times ?? Infinity;
    if (setting.fault === "refuse") {
      this.#listener?.close();
      this.#listener = null;
      this.#hangUp();
    }
  }

  /** All is well again. */
  mend(): void {
    this.#setting = null;
    if (this.#listener !== null) return;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: this.#port });
    void this.#accept(this.#listener);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#setting = null;
    this.#listener?.close();
    this.#listener = null;
    this.#hangUp();
    return Promise.resolve();
  }

  async #accept(listener: Deno.Listener): Promise<void> {
    for (;;) {
      let client: Deno.Conn;
      try {
        client = await listener.accept();
      } catch (error) {
        if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) return;
        throw error;
      }
      this.#open.add(client);
      void this.#serve(client).catch(gone).finally(() => this.#close(client));
    }
  }

  /** One request a connection, so that each can have its own fate. */
  async #serve(client: Deno.Conn): Promise<void> {
    const request = await readRequest(client);
    if (request === null) return;
    this.#seen.push(request.operation);
    const fault = this.#faultFor(request.operation);
    switch (fault) {
      case null:
      case "kill":
        return await this.#passOn(request, (part) => write(client, part));
      case "hang":
        return await untilItCloses(client);
      case "refuse":
      case "drop":
        return;
      case "cut": {
        const answer = await this.#wholeAnswer(request);
        return await write(client, answer.subarray(0, answer.length - Math.ceil(bodyLength(answer) / 2)));
      }
      case "late": {
        const answer = await this.#wholeAnswer(request);
        await delay(LATE_MS);
        return await write(client, answer);
      }
      case "trickle": {
        await this.#wholeAnswer(request);
        const [head = "", ...rest] = response(200, "application/json", "{".padEnd(4096)).match(/[^]*?\r\n\r\n|[^]/g) ??
          [];
        await write(client, encode(head));
        for (const byte of rest) {
          await write(client, encode(byte));
          await delay(TRICKLE_MS);
        }
        return;
      }
      default:
        return await write(client, encode(brokenAnswer(fault)));
    }
  }

  #faultFor(operation: string): Fault | null {
    const setting = this.#setting;
    if (setting === null || this.#left <= 0 || setting.only?.includes(operation) === false) return null;
    if (this.#spared > 0) {
      this.#spared -= 1;
      return null;
    }
    this.#left -= 1;
    this.#hits.push(operation);
    setting.onHit?.(operation);
    return setting.fault;
  }

  async #passOn(request: Request, to: (part: Uint8Array) => Promise<void>): Promise<void> {
    const server = await Deno.connect({ ...this.behind });
    this.#open.add(server);
    try {
      await write(server, request.bytes);
      const buffer = new Uint8Array(64 * 1024);
      for (let got = await server.read(buffer); got !== null; got = await server.read(buffer)) {
        await to(buffer.slice(0, got));
      }
    } finally {
      this.#close(server);
    }
  }

  async #wholeAnswer(request: Request): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    await this.#passOn(request, (part) => Promise.resolve(void parts.push(part)));
    return joined(parts);
  }

  #hangUp(): void {
    for (const connection of [...this.#open]) this.#close(connection);
  }

  #close(connection: Deno.Conn): void {
    if (!this.#open.delete(connection)) return;
    try {
      connection.close();
    } catch (error) {
      gone(error);
    }
  }
}

/** A request as it came, except that it asks for a connection of its own. */
interface Request {
  /** The last part of its path: of an RPC its name. */
  readonly operation: string;
  readonly bytes: Uint8Array;
}

async function readRequest(client: Deno.Conn): Promise<Request | null> {
  const buffer = new Uint8Array(64 * 1024);
  let read: Uint8Array = new Uint8Array();
  for (let wanted = Infinity; read.length < wanted;) {
    const got = await client.read(buffer);
    if (got === null) return null;
    read = joined([read, buffer.slice(0, got)]);
    const head = headOf(read);
    if (head !== null) wanted = head.length + Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  }
  const head = headOf(read) ?? "";
  const operation = /^\S+ [^ ?]*?([^/ ?]*)[ ?]/.exec(head)?.[1] ?? "";
  const alone = head.replace(/^connection:.*\r\n/gim, "").replace(/\r\n\r\n$/, "\r\nconnection: close\r\n\r\n");
  return { operation, bytes: joined([encode(alone), read.subarray(head.length)]) };
}

/** Header names and values are ASCII, so characters are bytes. */
function headOf(bytes: Uint8Array): string | null {
  const text = new TextDecoder("latin1").decode(bytes);
  const end = text.indexOf("\r\n\r\n");
  return end === -1 ? null : text.slice(0, end + 4);
}

function bodyLength(answer: Uint8Array): number {
  return answer.length - (headOf(answer)?.length ?? 0);
}

async function untilItCloses(client: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(1024);
  while (await client.read(buffer) !== null);
}

async function write(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function portOf(listener: Deno.Listener): number {
  if (listener.addr.transport !== "tcp") throw new TypeError("A TCP listener has a TCP address.");
  return listener.addr.port;
}

/** Either side may go away at any moment; that is what this is for. */
function gone(error: unknown): void {
  const expected = [
    Deno.errors.BadResource,
    Deno.errors.BrokenPipe,
    Deno.errors.ConnectionAborted,
    Deno.errors.ConnectionRefused,
    Deno.errors.ConnectionReset,
    Deno.errors.Interrupted,
    Deno.errors.NotConnected,
    Deno.errors.UnexpectedEof,
  ];
  if (!expected.some((kind) => error instanceof kind)) throw error;
}
