/** Cold starts: a fresh process to its first answer, beside a bare function's in the same run. */
import { type Line, sign } from "../../testkit/caller/line.ts";
import { inboundCall, newSid } from "../../testkit/caller/call-parameters.ts";
import { rfc2822 } from "../../testkit/caller/status-callbacks.ts";
import { type Outgoing, transmit } from "../../testkit/caller/transport.ts";
import { lineTo, type StackEnvironment } from "../../testkit/environment.ts";
import { fromFileUrl } from "../../stack/paths.ts";
import { median } from "../../testkit/percentile.ts";
import { functionEnvironment, projectFunctions, startLoneFunction } from "../../testkit/lone-function.ts";

/** Medians in milliseconds. */
export interface ColdStart {
  readonly name: string;
  /** Until it listens: the runtime and all imports. */
  readonly load: number;
  /** From then to the last byte of its first answer. */
  readonly answer: number;
  readonly whole: number;
  /** Processor time of both; null where the system does not tell. */
  readonly processor: number | null;
  /** Of `whole` to the bare function's, the median over rounds: what disturbs a round disturbs both. */
  readonly ratio: number;
  /** The same of the processor times, which a busy machine changes little. */
  readonly processorRatio: number | null;
}

export const BARE = "bare function";
const BARE_THAT_ASKS = "bare, asking once";

/** Times every function of the project, round by round, so that a slow minute of the machine is everybody's. */
export async function timeColdStarts(
  env: StackEnvironment,
  rounds: number,
  signal: AbortSignal,
): Promise<readonly ColdStart[]> {
  const line = lineTo(env);
  const bare = fromFileUrl(new URL("bare-function.ts", import.meta.url));
  const functions = [
    { name: BARE, entry: bare },
    { name: BARE_THAT_ASKS, entry: bare },
    ...projectFunctions(),
  ];
  const times = new Map(
    functions.map(({ name }) => [name, { load: Array<number>(), answer: Array<number>(), processor: Array<number>() }]),
  );
  // The first round fills the compiler's caches, which a deployed function has as well, and is forgotten.
  for (let round = 0; round <= rounds; round++) {
    // To and fro, so that what slowly gets better or worse does so for the first and the last.
    for (const { name, entry } of round % 2 === 0 ? functions : functions.toReversed()) {
      signal.throwIfAborted();
      await using fresh = await startLoneFunction(entry, functionEnvironment(env));
      const began = performance.now();
      const { method, headers, body, path } = firstRequest(line, env, name);
      const answer = await transmit(new URL(fresh.url + path), { method, headers, body }, AbortSignal.timeout(15_000));
      if (answer.status >= 300) throw new Error(`The first answer of ${name} is HTTP ${answer.status}.`);
      const answerMs = performance.now() - began;
      if (round === 0) continue;
      const timed = times.get(name);
      timed?.load.push(fresh.loadMs);
      timed?.answer.push(answerMs);
      const processorMs = fresh.processorMs();
      if (processorMs !== null) timed?.processor.push(processorMs);
    }
  }
  const wholes = (name: string) => {
    const { load = [], answer = [] } = times.get(name) ?? {};
    return load.map((ms, round) => ms + (answer[round] ?? NaN));
  };
  const ratio = (one: readonly number[], bare: readonly number[] = []) =>
    median(one.map((ms, round) => ms / (bare[round] ?? NaN)));
  return [...times].map(([name, { load, answer, processor }]) => ({
    name,
    load: median(load),
    answer: median(answer),
    whole: median(wholes(name)),
    processor: processor.length === 0 ? null : median(processor),
    ratio: ratio(wholes(name), wholes(BARE)),
    processorRatio: processor.length === 0 ? null : ratio(processor, times.get(BARE)?.processor),
  }));
}

/** What each function is asked first, as Twilio or the schedule would. */
function firstRequest(
  line: Line,
  env: StackEnvironment,
  name: string,
): Outgoing & { readonly path: string } {
  const call = { callSid: newSid("CA"), accountSid: line.accountSid, to: "+12125550100", from: "+12125550123" };
  const about = { ...inboundCall(call), CallStatus: "ringing" };
  const text = { AccountSid: line.accountSid, MessageSid: newSid("SM"), From: call.from, To: call.to };
  const path = `/${name}`;
  switch (name) {
    case BARE_THAT_ASKS:
      return { method: "GET", headers: {}, body: "", path: "/ask" };
    case BARE:
    case "health":
      return { method: "GET", headers: {}, body: "", path: "/health" };
    case "worker": {
      const headers = { apikey: env.SECRET_KEY ?? "", "content-type": "application/json" };
      return { method: "POST", headers, body: "{}", path };
    }
    case "voice-status":
      return { ...sign(line, name, { ...about, SequenceNumber: "0", Timestamp: rfc2822(new Date()) }), path };
    case "sms":
      return { ...sign(line, name, { ...text, Body: "Thank you", NumMedia: "0" }), path };
    case "sms-status":
      return { ...sign(line, name, { ...text, MessageStatus: "delivered" }), path };
    default:
      return { ...sign(line, name, about), path };
  }
}
