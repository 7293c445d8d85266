/** A worker's own line to the stand-in for Twilio, on which a test sees what the worker has in hand. */
import { SINK_URL } from "./twilio-sink.ts";

export class TwilioWire implements AsyncDisposable {
  /** Texts that the worker has handed over and heard nothing of yet. */
  inHand = 0;
  /** Texts that the stand-in took when the worker was no longer there to hear of it. */
  unheard = 0;
  #worker = 0;
  readonly #server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => this.#passOn(request));

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** The worker at this end has died: what it has in hand nobody hears of. */
  hungUp(): void {
    this.#worker += 1;
    this.inHand = 0;
  }

  async #passOn(request: Request): Promise<Response> {
    const [worker, isText] = [this.#worker, request.method === "POST"];
    const { pathname, search } = new URL(request.url);
    const body = isText ? await request.text() : null;
    if (isText && worker === this.#worker) this.inHand += 1;
    const answer = await fetch(`${SINK_URL}${pathname}${search}`, {
      method: request.method,
      headers: request.headers,
      body,
    });
    const told = await answer.text();
    if (isText && worker === this.#worker) this.inHand -= 1;
    else if (isText && answer.ok) this.unheard += 1;
    return new Response(told, { status: answer.status, headers: { "content-type": "application/json" } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
