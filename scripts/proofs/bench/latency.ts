/** How long one operation takes, one after the other. */
import type postgres from "postgres";
import type { BookingClient, directClient, FreeStart, Outcome } from "./clients.ts";
import { type Spread, Stopwatch } from "./timings.ts";

/** What one client measured at one size. */
export interface Latencies {
  readonly client: string;
  readonly findDay: Spread;
  readonly findMonth: Spread;
  readonly bareInsert: Spread;
  readonly claim: Spread;
  readonly confirm: Spread;
  /** Under the same constraint on a table that has nothing else; only a direct connection can insert there. */
  readonly leanInsert?: Spread;
}

const day = 24 * 3600 * 1000;

/**
 * Times everything on one start after the other, each at another clinic: a bare insert takes it from one provider, a claim
 * from the other, in turns first and second. So whatever else the machine does falls on both alike.
 */
export async function measureLatencies(
  client: BookingClient | ReturnType<typeof directClient>,
  starts: readonly FreeStart[],
  warmUp: number,
  signal: AbortSignal,
): Promise<Latencies> {
  const watch = new Stopwatch();
  for (const [n, start] of starts.entries()) {
    signal.throwIfAborted();
    if (n === warmUp) watch.reset();
    const soon = new Date(Date.parse(start.starts_at) - day / 2);
    succeeded(await watch.time("find 1 day", () => client.find(start, soon, new Date(soon.getTime() + day))));
    const now = new Date();
    succeeded(await watch.time("find 30 days", () => client.find(start, now, new Date(now.getTime() + 30 * day))));

    const bare = async () => {
      await watch.time("bare insert", () => client.bareInsert(start, start.lane));
      if ("leanInsert" in client) await watch.time("lean insert", () => client.leanInsert(start));
    };
    const claim = () => watch.time("claim", () => client.claim(start, start.moss, `CA${crypto.randomUUID()}`));
    if (n % 2 === 0) await bare();
    const { hold_id } = succeeded(await claim());
    if (n % 2 === 1) await bare();
    if (hold_id === undefined) throw new Error("A claim succeeded without a hold.");
    // Fifty patients a clinic are known: every other confirmation is for a new one.
    const phone = `+121255501${String(n % 2 === 0 ? n % 50 : 70 + n % 10).padStart(2, "0")}`;
    succeeded(await watch.time("confirm", () => client.confirm(start, hold_id, phone)));
  }
  return {
    client: client.name,
    findDay: watch.spread("find 1 day"),
    findMonth: watch.spread("find 30 days"),
    bareInsert: watch.spread("bare insert"),
    claim: watch.spread("claim"),
    confirm: watch.spread("confirm"),
    ...("leanInsert" in client && { leanInsert: watch.spread("lean insert") }),
  };
}

/** Free starts of random clinics; the same seed gives the same. */
export async function freeStarts(
  admin: postgres.Sql,
  clinics: number,
  count: number,
  seed: number,
): Promise<readonly FreeStart[]> {
  const starts = await admin<FreeStart[]>`
    select org_id, lane, moss, service_id, hold_id, to_json(starts_at) #>> '{}' as starts_at, to_json(ends_at) #>> '{}' as ends_at
    from bench.free_starts(${clinics}, ${count}, ${(seed % 1000) / 1000})`;
  return starts;
}

function succeeded(outcome: Outcome): Outcome {
  if (!outcome.success) throw new Error(`An operation that is measured failed: ${outcome.reason}`);
  return outcome;
}
