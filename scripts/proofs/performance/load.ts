/** Many callers at once, and what else reaches the functions meanwhile. */
import { setTimeout as delay } from "node:timers/promises";
import { type Line, type Parameters, send, sign } from "../../testkit/caller/line.ts";
import { newSid } from "../../testkit/caller/call-parameters.ts";
import { placeCall } from "../../testkit/caller/place-call.ts";
import { endedNormally } from "../../testkit/caller/summary.ts";
import type { Call } from "../../testkit/caller/turns.ts";
import { transmit } from "../../testkit/caller/transport.ts";
import type { Caller } from "./callers.ts";
import type { Samples } from "./samples.ts";

/** How many calls, how fast, for how long. */
export interface Load {
  readonly calls: number;
  readonly rate: number | null;
  readonly seconds: number;
}

/** What came of the calls. */
export interface Outcome {
  readonly calls: number;
  /** How each call that did not end normally ended. */
  readonly broken: readonly string[];
  /** The most calls that were under way at one time. */
  readonly atOnce: number;
}

/** Places calls until the time is over, and lets those under way come to their end. */
export async function runLoad(
  line: Line,
  load: Load,
  caller: (nth: number) => Caller,
  samples: Samples,
  signal: AbortSignal,
): Promise<Outcome> {
  const ends = performance.now() + load.seconds * 1000;
  const broken: string[] = [];
  let [next, underWay, atOnce, done] = [0, 0, 0, 0];
  // Where not one of so many calls goes through there is nothing to measure, and maybe somebody to spare.
  const isHopeless = () => broken.length >= 20 && broken.length === done;
  const isOver = () => signal.aborted || performance.now() >= ends || isHopeless();

  const oneCall = async (): Promise<void> => {
    atOnce = Math.max(atOnce, ++underWay);
    try {
      const call = await placeCall(line, { ...caller(next++), maxTurns: 40, signal });
      if (signal.aborted) return;
      done++;
      for (const exchange of [...call.turns, ...call.callbacks]) samples.add(exchange);
      if (!endedNormally(call)) broken.push(explained(call));
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      underWay--;
    }
  };

  if (load.rate === null) {
    await Promise.all(Array.from({ length: load.calls }, async (_, lane) => {
      // Not all of them ring in the same instant; a clinic's line never does that.
      await delay(lane * 1000 / load.calls, undefined, { signal }).catch(() => undefined);
      while (!isOver()) await oneCall();
    }));
  } else {
    const calls: Promise<void>[] = [];
    for (const pause = 1000 / load.rate; !isOver(); await delay(pause, undefined, { signal }).catch(() => undefined)) {
      if (underWay < load.calls) calls.push(oneCall());
    }
    await Promise.all(calls);
  }
  return { calls: done, broken, atOnce };
}

function explained(call: Call): string {
  const last = call.turns.at(-1);
  const where = last === undefined ? "" : ` after ${last.said.at(-1) ?? "silence"}`;
  return `${call.ending.how}: ${call.ending.detail}${where}`;
}

/**
 * Asks for health every second, as a monitor does. With a stack that is ours to use, also texts of patients and delivery
 * reports. Runs until the signal says so.
 */
export async function runBeside(line: Line, to: string | null, samples: Samples, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const beside = [health(line, samples, signal)];
    if (to !== null) {
      beside.push(post(line, "sms", textTo(line, to), samples));
      beside.push(post(line, "sms-status", { ...textTo(line, to), MessageStatus: "delivered" }, samples));
    }
    await Promise.all(beside);
    await delay(1000, undefined, { signal }).catch(() => undefined);
  }
}

async function health(line: Line, samples: Samples, signal: AbortSignal): Promise<void> {
  const url = `${line.publicUrl}/health`;
  const began = performance.now();
  const request = { method: "GET", url, headers: {}, body: "", params: {} } as const;
  try {
    const target = new URL(`${line.reachedAt}/health`);
    await line.permit(target);
    const answer = await transmit(target, request, AbortSignal.any([signal, AbortSignal.timeout(line.limitMs)]));
    samples.add({ request, failure: null, status: answer.status, body: "", ms: performance.now() - began });
  } catch (error) {
    if (signal.aborted) return;
    const reason = error instanceof Error ? error.name : String(error);
    const failure = { code: 11205, reason };
    samples.add({ request, failure, status: null, body: "", ms: performance.now() - began });
  }
}

async function post(line: Line, name: string, params: Parameters, samples: Samples): Promise<void> {
  samples.add(await send(line, sign(line, name, params)));
}

/** A patient who asks for nothing that a machine could do: staff get to read it. */
function textTo(line: Line, to: string): Parameters {
  const sid = newSid("SM");
  return {
    AccountSid: line.accountSid,
    MessageSid: sid,
    From: "+12125550142",
    To: to,
    Body: "Thank you",
    NumMedia: "0",
  };
}
