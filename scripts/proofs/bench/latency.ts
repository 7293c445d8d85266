/** How long one operation takes, one after the other. */
import type postgres from "postgres";
import { succeeded } from "../../testkit/booking/desk.ts";
import { percentile } from "../../testkit/percentile.ts";
import { type BookingClient, claim, confirm, find, type FreeStart } from "./clients.ts";

/** What is timed, by the name under which it is printed. */
const OPERATIONS = {
  findDay: "find_open_slots, 1 day",
  findMonth: "find_open_slots, 30 days",
  claim: "claim_slot_atomic",
  confirm: "confirm_hold",
  bareInsert: "bare insert into the ledger",
  leanInsert: "bare insert, constraint alone",
} as const;
type Operation = keyof typeof OPERATIONS;

/** Half of the operations were at least this quick, and 19 of 20. */
export interface Spread {
  readonly name: string;
  readonly p50: number;
  readonly p95: number;
}

/** What one client measured at one size; only a direct connection has lean inserts. */
export interface Latencies {
  readonly client: string;
  readonly spreads: Readonly<Partial<Record<Operation, Spread>>>;
}

/** The median of an operation; NaN where it was not timed. */
export function p50(latencies: Latencies, operation: Operation): number {
  return latencies.spreads[operation]?.p50 ?? NaN;
}

const day = 24 * 3600 * 1000;

/**
 * Times everything on one start after the other, each at another clinic: a bare insert takes it from one provider, a claim
 * from the other, in turns first and second. So whatever else the machine does falls on both alike.
 */
export async function measureLatencies(
  client: BookingClient,
  starts: readonly FreeStart[],
  warmUp: number,
  signal: AbortSignal,
): Promise<Latencies> {
  const timings = new Map<Operation, number[]>();
  const time = async <T>(operation: Operation, work: () => PromiseLike<T>): Promise<T> => {
    const began = performance.now();
    const result = await work();
    timings.set(operation, [...timings.get(operation) ?? [], performance.now() - began]);
    return result;
  };
  for (const [n, start] of starts.entries()) {
    signal.throwIfAborted();
    if (n === warmUp) timings.clear();
    const soon = new Date(Date.parse(start.starts_at) - day / 2);
    succeeded(await time("findDay", () => find(client, start, soon, new Date(soon.getTime() + day))));
    const now = new Date();
    succeeded(await time("findMonth", () => find(client, start, now, new Date(now.getTime() + 30 * day))));

    const bare = async () => {
      await time("bareInsert", () => client.bareInsert(start, start.lane));
      const { leanInsert } = client;
      if (leanInsert !== undefined) await time("leanInsert", () => leanInsert(start));
    };
    if (n % 2 === 0) await bare();
    const { hold_id } = succeeded(await time("claim", () => claim(client, start, start.moss)));
    if (n % 2 === 1) await bare();
    // Fifty patients a clinic are known: every other confirmation is for a new one.
    const phone = `+121255501${String(n % 2 === 0 ? n % 50 : 70 + n % 10).padStart(2, "0")}`;
    succeeded(await time("confirm", () => confirm(client, start, `${hold_id}`, phone)));
  }
  const spreads = [...timings].map(([operation, took]): [Operation, Spread] => [
    operation,
    { name: OPERATIONS[operation], p50: percentile(took, 50), p95: percentile(took, 95) },
  ]);
  return { client: client.name, spreads: Object.fromEntries(spreads) };
}

/** Free starts of random clinics; the same seed gives the same. */
export async function freeStarts(
  admin: postgres.Sql,
  clinics: number,
  count: number,
  seed: number,
): Promise<readonly FreeStart[]> {
  return await admin<FreeStart[]>`
    select org_id, lane, moss, service_id, hold_id, to_json(starts_at) #>> '{}' as starts_at, to_json(ends_at) #>> '{}' as ends_at
    from bench.free_starts(${clinics}, ${count}, ${(seed % 1000) / 1000})`;
}
