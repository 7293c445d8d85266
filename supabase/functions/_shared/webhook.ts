import type { z } from "zod";
import { afterTheAnswer } from "./background.ts";
import { countRequest } from "./counting.ts";
import { DeadlineError, MalformedRequestError } from "./errors.ts";
import { type Channel, maskedAnswer } from "./masks.ts";
import { ONCE } from "./reading.ts";
import { malformed } from "./refusals.ts";
import type { Admitted, Sender } from "./senders.ts";
import type { Labels } from "./observation.ts";
import { watch } from "./watch.ts";

/** What a handler knows about the request besides its input. */
export interface Context {
  readonly requestId: string;
  /** Aborted when the time for an answer is over; whatever waits for the outside must listen to it. */
  readonly signal: AbortSignal;
  /** Names what the request is about, for whoever reads of its failure: ids and step names only. */
  label(labels: Labels): void;
  /** Tells those who watch of something that went wrong although the sender gets a good answer. */
  report(thrown: unknown): void;
  /** Milliseconds since the request came in. */
  elapsed(): number;
}

/** How one function is served. */
export interface Options<Input> {
  /** The function's name, which is also the last part of its address. */
  name: string;
  /** Who may call it, and how. */
  sender: Sender;
  /** What must be in `{ query, body }`, and what is made of it. */
  input: z.ZodType<Input>;
  /** An answer that takes longer is replaced by the mask. */
  deadlineMs: number;
  /** The handler. */
  answer(input: Input, context: Context): Promise<Response>;
  /** Decides the plainest mask: voice, SMS and JSON each have their own. */
  channel: Channel;
  /** Set for a function that works for us and answers to nobody: it may take its time. */
  isJob?: boolean;
  /** A better mask, for a function that can still say something of use. It must not wait for anything. */
  mask?(input: Input, context: Context): Response;
}

/**
 * Wraps a handler into what is served. Whatever happens inside, the sender gets an answer in time that tells nothing
 * about our inside; what went wrong is told to those who watch, after the answer.
 */
export function webhook<Input>(options: Options<Input>): (request: Request) => Promise<Response> {
  return async (request) => {
    const turn = new Turn();
    const outcome = await serve(options, request, turn);
    outcome.response.headers.set("x-request-id", turn.requestId);
    const ms = turn.elapsed();
    // Strangers who are turned away, however slowly they send, say nothing about our health.
    if (outcome.admitted) {
      const failure = outcome.failure ?? turn.failure;
      countRequest(options.name, ms, failure !== undefined);
      const { name, isJob = false } = options;
      afterTheAnswer(() => watch({ ...turn.labels, function: name, requestId: turn.requestId, ms, isJob, failure }));
    }
    return outcome.response;
  };
}

type Outcome = { response: Response; admitted: boolean; failure?: { thrown: unknown } };

async function serve<Input>(options: Options<Input>, request: Request, turn: Turn): Promise<Outcome> {
  let admitted: Admitted | Response;
  try {
    admitted = await options.sender(request, options.name);
  } catch (thrown) {
    return { response: maskedAnswer(options.channel), admitted: true, failure: { thrown } };
  }
  if (admitted instanceof Response) return { response: admitted, admitted: false };

  let input: { value: Input } | undefined;
  try {
    const parsed = options.input.safeParse(admitted, ONCE);
    if (!parsed.success) {
      return {
        response: malformed(),
        admitted: true,
        failure: { thrown: new MalformedRequestError(fields(parsed.error)) },
      };
    }
    input = { value: parsed.data };
    return { response: await turn.within(options.deadlineMs, options.answer(parsed.data, turn)), admitted: true };
  } catch (thrown) {
    return { response: mask(options, input, turn), admitted: true, failure: { thrown } };
  }
}

function mask<Input>(options: Options<Input>, input: { value: Input } | undefined, turn: Turn): Response {
  try {
    if (input !== undefined && options.mask !== undefined) return options.mask(input.value, turn);
  } catch {
    // What was thrown first is what gets reported; the plainest mask cannot fail.
  }
  return maskedAnswer(options.channel);
}

function fields(error: z.ZodError): string[] {
  return error.issues.map((issue) => `${issue.path.map(String).join(".")} (${issue.code})`);
}

/** One request on its way to its answer. */
class Turn implements Context {
  readonly requestId = crypto.randomUUID();
  readonly labels: Labels = {};
  failure: { thrown: unknown } | undefined;
  readonly #startedAt = performance.now();
  readonly #deadline = new AbortController();

  get signal(): AbortSignal {
    return this.#deadline.signal;
  }

  label(labels: Labels): void {
    Object.assign(this.labels, labels);
  }

  report(thrown: unknown): void {
    this.failure ??= { thrown };
  }

  elapsed(): number {
    return Math.round(performance.now() - this.#startedAt);
  }

  /** The answer, or a DeadlineError when it is not there in time, whether or not its maker listens to the signal. */
  async within(milliseconds: number, answer: Promise<Response>): Promise<Response> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const error = new DeadlineError(milliseconds);
        this.#deadline.abort(error);
        reject(error);
      }, Math.max(0, milliseconds - this.elapsed()));
    });
    try {
      return await Promise.race([answer, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }
}
