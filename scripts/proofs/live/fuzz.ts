/** Hostile input to every function: none may fall over, answer with a fault of ours, tell of our inside, or grow. */
import fc from "fast-check";
import { leaksIn, whyNotTwiml } from "../../testkit/answers.ts";
import { type Reply, transmit } from "../../testkit/caller/transport.ts";
import { secretsOf, type StackEnvironment } from "../../testkit/environment.ts";
import { type HostileRequest, hostileRequests } from "./hostile-requests.ts";
import { privateIn } from "./faulted-turns.ts";
import { realRequests } from "./real-requests.ts";
import type { Trial } from "./trial-calls.ts";
import { NAMES } from "./trial-clinic.ts";

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

/** Sends so many requests to the functions of the trial's lane. */
export async function fuzz(trial: Trial, stack: StackEnvironment, requests: number, seed: number): Promise<Fuzzed> {
  const { lane, clinic } = trial;
  const { line, functions } = lane;
  const secrets = secretsOf(stack);
  const real = (await realRequests(trial)).map(({ url, params }) => ({
    path: url.slice(line.publicUrl.length + 1),
    params,
  }));
  const hostile = hostileRequests({ functions, line, secretKey: stack.SECRET_KEY ?? "", to: clinic.phone, real });
  const statuses: Record<string, number> = {};
  const wrong: string[] = [];
  let [slowestMs, sent] = [0, 0];
  const atFirst = lane.processes();
  let warm = atFirst;
  const sendSome = async () => {
    while (sent < requests) {
      sent += 1;
      if (sent === Math.ceil(requests / 2)) warm = lane.processes();
      const [request] = fc.sample(hostile, { seed: seed + sent, numRuns: 1, unbiased: true });
      if (request === undefined) throw new Error("fast-check made no request.");
      const about = `${request.method} ${request.path.slice(0, 200)} ${request.body.slice(0, 200)}`;
      const began = performance.now();
      try {
        const url = new URL(`${line.reachedAt}/${request.path}`);
        const answer = await transmit(url, withLength(request), AbortSignal.timeout(60_000));
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
        wrong.push(...wrongWith(answer, request, line.publicUrl, secrets).map((what) => `${what} to ${about}`));
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
  await Promise.all(Array.from({ length: AT_ONCE }, sendSome));

  // An attacker's words may be anybody's; keys of ours come from us.
  wrong.push(...privateIn(lane.log(), secrets, "the log"));
  wrong.push(...privateIn(lane.reports.raw.join("\n"), secrets, "Sentry"));
  const memory = Object.fromEntries(
    Object.entries(lane.processes()).map(([name, { pid, megabytes }]) => {
      const before = warm[name]?.megabytes ?? megabytes;
      if (pid !== atFirst[name]?.pid) wrong.push(`${name} fell over and was started again`);
      if (megabytes > before + MOST_GROWTH_MB) wrong.push(`${name} grew from ${before} to ${megabytes} MB`);
      return [name, [before, megabytes] as const];
    }),
  );
  return { requests: sent, statuses, slowestMs, memory, wrong };
}

function wrongWith(answer: Reply, request: HostileRequest, published: string, secrets: readonly string[]): string[] {
  // Whoever has the key may know what the worker did by its name.
  const names = answer.status === 200 && request.path.startsWith("worker") ? new Set<string>() : NAMES;
  // What only comes back from what was sent tells nothing.
  const own = decodeURIComponent(`${request.path} ${request.body}`.replace(/%(?![0-7][0-9a-fA-F])/g, " "));
  const leak = leaksIn(answer, published, { names, secrets }).find(({ found }) => !own.includes(found));
  // An empty <Response/> is what a text is answered that nobody has anything to say to.
  const isCall = answer.body !== "" && /xml/.test(answer.headers["content-type"] ?? "") &&
    !/<Response ?\/>$|<Message>/.test(answer.body);
  const notTwiml = isCall ? whyNotTwiml(answer) : null;
  return [
    ...(answer.status >= 500 ? [`${answer.status}`] : []),
    ...(leak === undefined ? [] : [`${leak.kind} ${leak.found}`]),
    ...(notTwiml === null ? [] : [notTwiml]),
  ];
}

/** Some methods have no body; of all others its length is told, so that the connection stays in step. */
function withLength(request: HostileRequest): HostileRequest {
  if (["GET", "HEAD", "OPTIONS"].includes(request.method)) return { ...request, body: "" };
  const length = String(new TextEncoder().encode(request.body).byteLength);
  return { ...request, headers: { ...request.headers, "content-length": length } };
}
