/** Hostile input to every function: none may fall over, answer with a fault of ours, tell of our inside, or grow. */
import { transmit } from "../../testkit/caller/transport.ts";
import { leaksIn, whyNotTwiml } from "../../testkit/answers.ts";
import { chance } from "./chance.ts";
import { NAMES } from "./clinic.ts";
import { type HostileRequest, hostileRequest, type Real } from "./hostile.ts";
import type { FunctionProcess, Lane } from "../../testkit/faults/lane.ts";
import { privateIn } from "./ordeal.ts";

/** What came of it. */
export interface Fuzzed {
  readonly requests: number;
  /** How often each status was answered. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  /** Megabytes of each function when it was warm, and at the end. */
  readonly memory: Readonly<Record<string, readonly [warm: number, end: number]>>;
  readonly wrong: readonly string[];
}

const AT_ONCE = 8;
const MOST_MS = 4000;
/** A function may keep what it needs of many clinics; what grows with every request would be far beyond this. */
const MOST_GROWTH_MB = 60;

/** Sends so many requests to the lane's functions. */
export async function fuzz(lane: Lane, options: {
  readonly requests: number;
  readonly seed: number;
  readonly secretKey: string;
  readonly secrets: readonly string[];
  readonly to: string;
  readonly real: readonly Real[];
}): Promise<Fuzzed> {
  const { requests, seed, secrets } = options;
  const material = { ...options, functions: lane.functions, line: lane.line };
  const random = chance(seed);
  const statuses: Record<string, number> = {};
  const wrong: string[] = [];
  let slowestMs = 0;
  let sent = 0;
  let warm: Record<string, FunctionProcess> = {};

  const sendSome = async () => {
    while (sent < requests) {
      sent += 1;
      if (sent === Math.ceil(requests / 2)) warm = lane.processes();
      const request = hostileRequest(material, random);
      const about = `${request.method} ${request.path.slice(0, 200)} ${request.body.slice(0, 200)}`;
      const began = performance.now();
      try {
        const url = new URL(`${lane.line.reachedAt}/${request.path}`);
        const answer = await transmit(url, withLength(request), AbortSignal.timeout(60_000));
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
        // Whoever has the key may know what the worker did by its name.
        const names = answer.status === 200 && request.path.startsWith("worker") ? new Set<string>() : NAMES;
        // What only comes back from what was sent tells nothing.
        const own = decodeURIComponent(`${request.path} ${request.body}`.replace(/%(?![0-7][0-9a-fA-F])/g, " "));
        const leaks = leaksIn(answer, lane.line.publicUrl, { names, secrets }).filter(({ found }) =>
          !own.includes(found)
        );
        const isTwiml = answer.body !== "" && /xml/.test(answer.headers["content-type"] ?? "");
        // An empty <Response/> is what a text is answered that nobody has anything to say to.
        const notTwiml = isTwiml && !/<Response ?\/>$/.test(answer.body) && !/<Message>/.test(answer.body)
          ? whyNotTwiml(answer)
          : null;
        if (answer.status >= 500) wrong.push(`${answer.status} to ${about}`);
        if (leaks.length > 0) wrong.push(`${leaks[0]?.kind} ${leaks[0]?.found} to ${about}`);
        if (notTwiml !== null) wrong.push(`${notTwiml} to ${about}`);
      } catch (thrown) {
        wrong.push(`no answer (${thrown instanceof Error ? thrown.name : ""}) to ${about}`);
      }
      const ms = performance.now() - began;
      // Nobody waits for the worker.
      if (request.path.startsWith("worker")) continue;
      slowestMs = Math.max(slowestMs, ms);
      if (ms > MOST_MS) wrong.push(`${Math.round(ms)} ms for ${about}`);
    }
  };
  const atFirst = lane.processes();
  await Promise.all(Array.from({ length: AT_ONCE }, sendSome));

  // An attacker's words may be anybody's; keys of ours come from us.
  wrong.push(...privateIn(lane.log(), secrets, "the log"));
  wrong.push(...privateIn(lane.reports.raw.join("\n"), secrets, "Sentry"));
  const end = lane.processes();
  for (const [name, { pid, megabytes }] of Object.entries(end)) {
    if (pid !== atFirst[name]?.pid) wrong.push(`${name} fell over and was started again`);
    const before = warm[name]?.megabytes ?? megabytes;
    if (megabytes > before + MOST_GROWTH_MB) wrong.push(`${name} grew from ${before} to ${megabytes} MB`);
  }
  const memory = Object.fromEntries(
    Object.entries(end).map((
      [name, { megabytes }],
    ) => [name, [warm[name]?.megabytes ?? megabytes, megabytes] as const]),
  );
  return { requests: sent, statuses, slowestMs, memory, wrong };
}

/** Some methods have no body; of all others its length is told, so that the connection stays in step. */
function withLength(request: HostileRequest): HostileRequest {
  if (["GET", "HEAD", "OPTIONS"].includes(request.method)) return { ...request, body: "" };
  const length = String(new TextEncoder().encode(request.body).byteLength);
  return { ...request, headers: { ...request.headers, "content-length": length } };
}
