/** Places a call: Twilio's part in it, from the first ring to the last status callback. */
import type { Answering } from "./answers.ts";
import { inboundCall, newSid } from "./call-parameters.ts";
import { type Exchange, type Line, type Parameters, send, sign, type WebhookRequest } from "./line.ts";
import { AddressRefused } from "./loopback.ts";
import { type Ending, HUNG_UP, type Next, perform, type Request } from "./perform.ts";
import { CallScene, unlessHungUp } from "./scene.ts";
import { type Delivery, StatusCallbacks } from "./status-callbacks.ts";
import { type Call, type CallEvent, type OpenTurn, openTurn, type Turn } from "./turns.ts";
import { BadTwiml, readTwiml } from "./twiml.ts";

/** How a call is placed; only the two numbers and somebody to answer are needed. */
export interface CallOptions {
  readonly to: string;
  readonly from: string;
  readonly answer: Answering;
  readonly callSid?: string;
  /** The caller gives up after this many turns, so that a loop ends. */
  readonly maxTurns?: number;
  /** Aborted when the caller puts the phone down, be it in the middle of a request. */
  readonly signal?: AbortSignal;
  readonly callbacks?: Delivery;
  /** Sees each voice request before it is sent and may change it, or set up a fault for it. */
  readonly prepare?: (request: WebhookRequest, turn: number) => WebhookRequest | Promise<WebhookRequest>;
  /** How many exact copies of a request go first; the answer to the last counts, as if the others had been lost. */
  readonly copies?: (request: WebhookRequest, turn: number) => number;
  readonly listen?: (event: CallEvent) => void;
  /** The number's settings at Twilio, relative to the functions' public address. */
  readonly webhooks?: { readonly voice?: string; readonly status?: string; readonly fallback?: string };
}

/** What Twilio says when neither the number's URL nor its fallback is of any use. */
export const APPLICATION_ERROR = "We are sorry, an application error has occurred. Goodbye.";

/**
 * ```ts
 * const line = openLine(readStackSettings(Deno.env.toObject()));
 * const call = await placeCall(line, { to, from, answer: scripted(["1", "1", "say:tomorrow"]) });
 * ```
 * Places one call, and gives its account when it is over and every callback is answered. Whatever the clinic does is
 * part of the account; only a mistake of the caller's own, such as an `answer` that throws, rejects.
 */
export async function placeCall(line: Line, options: CallOptions): Promise<Call> {
  return await new PlacedCall(line, options).run();
}

class PlacedCall {
  readonly #callSid: string;
  readonly #parameters: Parameters;
  readonly #webhooks: { readonly voice: string; readonly status: string; readonly fallback: string };
  readonly #callbacks: StatusCallbacks;
  readonly #scene: CallScene;
  readonly #turns: Turn[] = [];
  readonly #started = performance.now();
  /** The request whose answer is not in yet when the caller hangs up. */
  #unheard: Promise<OpenTurn> | null = null;

  constructor(private readonly line: Line, private readonly options: CallOptions) {
    const { to, from, answer, signal, callbacks = "in order" } = options;
    this.#callSid = options.callSid ?? newSid("CA");
    this.#parameters = inboundCall({ callSid: this.#callSid, accountSid: line.accountSid, to, from });
    this.#webhooks = { voice: "voice", status: "voice-status", fallback: "voice-fallback", ...options.webhooks };
    this.#callbacks = new StatusCallbacks(line, this.#webhooks.status, this.#parameters, callbacks);
    const listen = (event: CallEvent) => this.tell(event);
    this.#scene = new CallScene({ answer, signal, listen, parameters: this.#parameters, callbacks: this.#callbacks });
  }

  async run(): Promise<Call> {
    let ending: Ending;
    try {
      ending = await this.converse();
    } catch (error) {
      // Even a caller who fails is off the line now, and the clinic is told so.
      if (!(error instanceof AddressRefused)) await this.close(HUNG_UP);
      ending = refused(error);
    }
    const closing = await this.close(ending);
    const { said, recordings } = this.#scene;
    const { to, from } = this.options;
    return { callSid: this.#callSid, to, from, turns: this.#turns, said, recordings, ...closing };
  }

  /** The last status callback; then waits for what is still under way on the clinic's side. */
  private async close(ending: Ending): Promise<Pick<Call, "ending" | "seconds" | "callbacks">> {
    const elapsed = this.#scene.seconds + (performance.now() - this.#started) / 1000;
    const seconds = this.#scene.ringing ? 0 : Math.round(elapsed);
    this.#callbacks.report(ending.status, { CallDuration: String(seconds), Duration: String(Math.ceil(seconds / 60)) });
    try {
      if (this.#unheard !== null) this.#turns.push(await this.#unheard);
      return { ending, seconds, callbacks: await this.#callbacks.settle() };
    } catch (error) {
      return { ending: refused(error), seconds, callbacks: [] };
    }
  }

  /** Turn after turn, until there is an ending. */
  private async converse(): Promise<Ending> {
    const limit = this.options.maxTurns ?? 60;
    this.#callbacks.report("ringing");
    let next: Request = { kind: "request", url: this.#webhooks.voice, method: "POST", params: {} };
    let atFallback = false;
    while (this.#turns.length < limit) {
      const turn = await this.take(next);
      if (turn === null) return HUNG_UP;
      // Twilio reports the recording of a caller who has gone, and performs nothing that comes back.
      const after = next.kind === "last request" ? null : await this.perform(turn);
      this.#turns.push(turn);
      this.tell({ type: "turn", turn });
      if (next.kind === "last request") return HUNG_UP;
      if (after?.kind === "end") return after.ending;
      if (after === null && atFallback) {
        this.pickUp();
        this.#scene.say(APPLICATION_ERROR);
        return { how: "application error", status: "completed", detail: "Twilio told of an application error" };
      }
      next = after ?? this.toFallback(turn);
      atFallback = after === null;
    }
    return { how: "turn limit", status: "completed", detail: `the caller gave up after ${limit} turns` };
  }

  /** Makes one request. null: the caller hung up before its answer came. */
  private async take(next: Request): Promise<OpenTurn | null> {
    const number = this.#turns.length + 1;
    const gone = next.kind === "last request";
    const status = gone ? "completed" : this.#scene.ringing ? "ringing" : "in-progress";
    const params = { ...this.#parameters, CallStatus: status, ...next.params };
    const signed = sign(this.line, next.url, params, next.method);
    const request = await this.options.prepare?.(signed, number) ?? signed;
    const taking = this.exchange(request, number);
    const turn = gone ? await taking : await unlessHungUp(taking, this.options.signal);
    if (turn === null) this.#unheard = taking;
    else this.tell({ type: "reply", turn });
    return turn;
  }

  private async exchange(request: WebhookRequest, turn: number): Promise<OpenTurn> {
    const earlier: Exchange[] = [];
    for (let copies = this.options.copies?.(request, turn) ?? 0; copies > 0; copies--) {
      earlier.push(await send(this.line, request));
    }
    return openTurn(turn, await send(this.line, request), earlier);
  }

  /** Performs what a turn's answer says. null: it was of no use, and the turn's failure says why. */
  private async perform(turn: OpenTurn): Promise<Next | null> {
    this.#scene.enter(turn);
    try {
      if (turn.failure !== null) throw new BadTwiml(turn.failure);
      const document = readTwiml(turn.body, turn.headers["content-type"] ?? "");
      turn.verbs = document.verbs;
      turn.warnings = document.warnings;
      for (const warning of document.warnings) this.#scene.note(`Twilio warning ${warning}`);
      if (document.verbs[0]?.verb !== "Reject") this.pickUp();
      return await perform(document.verbs, this.#scene);
    } catch (error) {
      if (!(error instanceof BadTwiml)) throw error;
      turn.failure = error.failure;
      this.#scene.note(`Twilio error ${error.failure.code}: ${error.failure.reason}`);
      return null;
    }
  }

  private pickUp(): void {
    if (!this.#scene.ringing) return;
    this.#scene.ringing = false;
    this.#callbacks.report("in-progress");
  }

  private toFallback(failed: OpenTurn): Request {
    const params = { ErrorCode: String(failed.failure?.code ?? ""), ErrorUrl: failed.request.url };
    return { kind: "request", url: this.#webhooks.fallback, method: "POST", params };
  }

  private tell(event: CallEvent): void {
    this.options.listen?.(event);
  }
}

function refused(error: unknown): Ending {
  if (!(error instanceof AddressRefused)) throw error;
  return { how: "refused", status: "completed", detail: error.message };
}
