import { z } from "zod";
import type { Authenticate } from "./auth.ts";
import { afterTheAnswer } from "./background.ts";
import { countRequest } from "./counting.ts";
import { DeadlineError, MalformedRequestError } from "./errors.ts";
import { type Channel, fallbackAnswer } from "./fallbacks.ts";
import type { Failure, Labels } from "./observation.ts";
import { malformed } from "./refusals.ts";
import { watch } from "./watch.ts";

/** What a handler knows about the request besides its input. */
export interface Context {
  readonly requestId: string;
  /** Aborted when the time for an answer is over; whatever waits for another system must listen to it. */
  readonly signal: AbortSignal;
  /** How long the database may take for one thing. */
  readonly databaseMs: number;
  /** Says what the request is about, for whoever reads about its failure: ids and names of steps only. */
  label(labels: Labels): void;
  /** Reports something that went wrong although the sender gets a good answer. Every report is kept. */
  report(thrown: unknown): void;
  /** The same request in one of its steps, under whose name its reports go. */
  forStep(step: string): Context;
  /** Milliseconds since the request came in. */
  elapsed(): number;
}

// Readers that zod compiles for itself take the first request of a process 10 ms, and read our few fields no faster.
z.config({ jitless: true });

/** How long the database has for its one round trip in a turn. A caller waits in silence meanwhile. */
const CALLER_DATABASE_MS = 2500;
/** The same for a job, for which nobody waits. */
const JOB_DATABASE_MS = 20_000;

/** How one function is served. */
export interface Options<Input> {
  /** The function's name, which is also the last part of its address. */
  name: string;
  /** Who may call it, and how. */
  authenticate: Authenticate;
  /** What must be in `{ query, body }`, and what is made of it. */
  input: z.ZodType<Input>;
  /** An answer that takes longer is replaced by the fallback. */
  deadlineMs: number;
  /** The handler. */
  answer(input: Input, context: Context): Promise<Response>;
  /** Decides the plainest fallback: voice, SMS and JSON each have their own. */
  channel: Channel;
  /** Set for a function that works for us and answers to nobody: it may take its time. */
  isJob?: boolean;
  /** A better fallback, for a function that can still say something of use. It must not wait for anything. */
  fallback?(input: Input, context: Context): Response;
}

/**
 * Wraps a handler into what is served. Whatever happens inside, the sender gets an answer in time, without a technical
 * detail in it; what went wrong is reported after the answer.
 */
export function webhook<Input>(options: Options<Input>): (request: Request) => Promise<Response> {
  return async (request) => {
    const context = new RequestContext(options.isJob === true ? JOB_DATABASE_MS : CALLER_DATABASE_MS);
    const { response, admitted } = await serve(options, request, context);
    response.headers.set("x-request-id", context.requestId);
    // Strangers who are turned away, however slowly they send, say nothing about our health.
    if (admitted) {
      const { requestId, labels, failures } = context;
      const { name, isJob = false } = options;
      const ms = context.elapsed();
      countRequest(name, ms, failures.length > 0);
      afterTheAnswer(() => watch({ ...labels, function: name, requestId, ms, isJob, failures }));
    }
    return response;
  };
}

async function serve<Input>(
  options: Options<Input>,
  request: Request,
  context: RequestContext,
): Promise<{ response: Response; admitted: boolean }> {
  let input: { value: Input } | undefined;
  try {
    const admitted = await options.authenticate(request, options.name);
    if (admitted instanceof Response) return { response: admitted, admitted: false };
    const parsed = options.input.safeParse(admitted);
    if (!parsed.success) {
      context.report(new MalformedRequestError(fields(parsed.error)));
      return { response: malformed(), admitted: true };
    }
    input = { value: parsed.data };
    return { response: await context.within(options.deadlineMs, options.answer(parsed.data, context)), admitted: true };
  } catch (thrown) {
    context.report(thrown);
    return { response: fallback(options, input, context), admitted: true };
  }
}

function fallback<Input>(
  options: Options<Input>,
  input: { value: Input } | undefined,
  context: RequestContext,
): Response {
  try {
    if (input !== undefined && options.fallback !== undefined) return options.fallback(input.value, context);
  } catch (thrown) {
    context.report(thrown); // The plainest one cannot fail.
  }
  return fallbackAnswer(options.channel);
}

function fields(error: z.ZodError): string[] {
  return error.issues.map((issue) => `${issue.path.map(String).join(".")} (${issue.code})`);
}

/** One request on its way to its answer. */
class RequestContext implements Context {
  readonly requestId = crypto.randomUUID();
  readonly labels: Labels = {};
  readonly failures: Failure[] = [];
  readonly #startedAt = performance.now();
  readonly #deadline = new AbortController();

  constructor(readonly databaseMs: number) {}

  get signal(): AbortSignal {
    return this.#deadline.signal;
  }

  label(labels: Labels): void {
    Object.assign(this.labels, labels);
  }

  report(thrown: unknown): void {
    this.failures.push({ thrown });
  }

  forStep(step: string): Context {
    return {
      requestId: this.requestId,
      signal: this.signal,
      databaseMs: this.databaseMs,
      label: (labels) => this.label(labels),
      report: (thrown) => void this.failures.push({ thrown, step }),
      forStep: (inner) => this.forStep(inner),
      elapsed: () => this.elapsed(),
    };
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
