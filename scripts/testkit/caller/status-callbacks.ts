/** The call-progress callbacks: what Twilio tells the clinic's status URL beside the conversation. */
import { type Exchange, type Line, type Parameters, send, sign } from "./line.ts";

/** One event as it is posted. */
export type StatusEvent = Parameters;

/**
 * `in order`: each is posted while the call goes on, the next when the one before is answered.
 * `none`: the clinic hears nothing. A function: all are held until the end and posted, one by one, as it arranges them.
 */
export type Delivery = "in order" | "none" | ((events: readonly StatusEvent[]) => readonly StatusEvent[]);

/** Collects a call's events and delivers them without holding up the call. */
export class StatusCallbacks {
  readonly #held: StatusEvent[] = [];
  readonly #answers: Exchange[] = [];
  #queue: Promise<void> = Promise.resolve();
  #next = 0;

  constructor(
    private readonly line: Line,
    private readonly url: string,
    private readonly call: Parameters,
    private readonly delivery: Delivery,
  ) {}

  /** Tells of a change; numbers and dates it as Twilio does. */
  report(status: string, more: Parameters = {}): void {
    const event = {
      ...this.call,
      CallStatus: status,
      SequenceNumber: String(this.#next++),
      Timestamp: rfc2822(new Date()),
      CallbackSource: "call-progress-events",
      ...more,
    };
    if (this.delivery === "in order") this.post(this.url, event);
    else this.#held.push(event);
  }

  /** Posts something else that runs beside the call, in the same queue. */
  post(url: string, params: Parameters): void {
    const request = sign(this.line, url, params);
    this.#queue = this.#queue.then(async () => {
      this.#answers.push(await send(this.line, request));
    });
    // The rejection is kept for `settle`; until then it is nobody's unhandled one.
    this.#queue.catch(() => undefined);
  }

  /** Delivers what is still held and gives every answer; rejects with AddressRefused. */
  async settle(): Promise<readonly Exchange[]> {
    if (typeof this.delivery === "function") {
      for (const event of this.delivery(this.#held)) this.post(this.url, event);
    }
    await this.#queue;
    return this.#answers;
  }
}

/** Tue, 24 Nov 2026 14:00:00 +0000 */
export function rfc2822(date: Date): string {
  return date.toUTCString().replace("GMT", "+0000");
}
