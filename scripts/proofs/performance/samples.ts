/** What was timed, by function and step. */
import { percentile } from "../../testkit/percentile.ts";
import type { Exchange } from "../../testkit/caller/line.ts";

/** One line of the report; milliseconds. */
export interface Row {
  readonly what: string;
  readonly requests: number;
  readonly failures: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Collects answers. */
export class Samples {
  readonly #times = new Map<string, number[]>();
  readonly #failures = new Map<string, string[]>();

  add({ request, ms, status, body, failure }: Pick<Exchange, "request" | "ms" | "status" | "body" | "failure">): void {
    const what = nameOf(request.url);
    this.#times.set(what, [...this.#times.get(what) ?? [], ms]);
    // The mask is an answer for the caller and a failure of ours.
    const isMasked = body.includes("reason=trouble");
    const why = failure?.reason ?? (isMasked ? "the caller heard the apology" : status === 503 ? "HTTP 503" : null);
    if (why !== null) this.#failures.set(what, [...this.#failures.get(what) ?? [], why]);
  }

  /** Every function and step, those of a call first. */
  rows(): readonly Row[] {
    const names = [...this.#times.keys()].sort();
    return names.map((what) => rowOf(what, this.#times.get(what) ?? [], this.#failures.get(what)?.length ?? 0));
  }

  /** All turns of calls together; null when there were none. */
  turns(): Row | null {
    const names = [...this.#times.keys()].filter((name) => name.startsWith("voice "));
    const times = names.flatMap((name) => this.#times.get(name) ?? []);
    const failures = names.reduce((sum, name) => sum + (this.#failures.get(name)?.length ?? 0), 0);
    return times.length === 0 ? null : rowOf("every turn", times, failures);
  }

  /** Why requests failed, each reason once. */
  reasons(): readonly string[] {
    return [...this.#failures].flatMap(([what, why]) => [...new Set(why)].map((one) => `${what}: ${one}`));
  }
}

/** "voice opening", "sms". */
function nameOf(address: string): string {
  const url = new URL(address);
  const name = url.pathname.split("/").at(-1) ?? "";
  return name === "voice" ? `voice ${url.searchParams.get("step") ?? "greeting"}` : name;
}

function rowOf(what: string, times: readonly number[], failures: number): Row {
  const at = (rank: number) => percentile(times, rank);
  return { what, requests: times.length, failures, p50: at(50), p95: at(95), p99: at(99), max: at(100) };
}
