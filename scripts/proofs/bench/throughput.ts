/** How many starts a second are claimed when many claim at once. */
import type postgres from "postgres";
import { type BookingClient, claim as claimStart, directClient, type FreeStart } from "./clients.ts";

/** Successes a second. */
export interface Throughput {
  readonly bareHot: number;
  readonly claimsHot: number;
  readonly bareMany: number;
  readonly claimsMany: number;
}

const callers = 8;

/** Claims per second on one calendar and on those of many clinics, and bare inserts likewise, by eight connections. */
export async function measureThroughput(
  databaseUrl: string,
  admin: postgres.Sql,
  clinics: number,
  seconds: number,
  signal: AbortSignal,
): Promise<Throughput> {
  await using clients = new AsyncDisposableStack();
  const open = () => clients.use(directClient(databaseUrl));
  const connections = Array.from({ length: callers }, open);
  const hot = hotStarts(await hotClinic(admin));
  const many = manyStarts(await someClinics(admin, clinics));

  const run = async (one: (client: BookingClient) => Promise<boolean>): Promise<number> => {
    const until = performance.now() + seconds * 1000;
    let done = 0;
    const began = performance.now();
    await Promise.all(connections.map(async (client) => {
      while (performance.now() < until) {
        signal.throwIfAborted();
        if (await one(client)) done++;
      }
    }));
    return done / ((performance.now() - began) / 1000);
  };
  const bare = (next: () => FreeStart) => (client: BookingClient) => {
    const start = next();
    return client.bareInsert(start, start.lane).then(() => true);
  };
  const claim = (next: () => FreeStart) => async (client: BookingClient) => {
    const start = next();
    const { success, reason } = await claimStart(client, start, start.moss);
    // Many callers who draw at random sometimes draw the same start, or a provider's day off.
    if (!success && reason !== "slot_taken" && reason !== "outside_hours") throw new Error(`A claim failed: ${reason}`);
    return success;
  };
  return {
    bareHot: await run(bare(hot("lane"))),
    claimsHot: await run(claim(hot("moss"))),
    bareMany: await run(bare(many)),
    claimsMany: await run(claim(many)),
  };
}

type Clinic = Omit<FreeStart, "starts_at" | "ends_at">;

async function hotClinic(admin: postgres.Sql): Promise<Clinic> {
  const [clinic] = await admin<Clinic[]>`
    select
      org_id, hold_id, bench.id('Dr. Haste', 0) as lane, bench.id('Dr. Rush', 0) as moss, bench.id('Glance', 0) as service_id
    from bench.owners
    where org_id = bench.id('hot clinic', 0)`;
  if (!clinic) throw new Error("The hot clinic is missing.");
  return clinic;
}

// The calendars go on where an earlier size has left them.
const taken = { lane: 0, moss: 0 };

/** One five-minute start after the other, for as long as the calendar has any. */
function hotStarts(clinic: Clinic): (calendar: "lane" | "moss") => () => FreeStart {
  const fiveMinutes = 5 * 60 * 1000;
  const first = Math.ceil(Date.now() / fiveMinutes) * fiveMinutes + 24 * 3600 * 1000;
  return (calendar) => () => {
    const at = first + taken[calendar]++ * fiveMinutes;
    return { ...clinic, starts_at: new Date(at).toISOString(), ends_at: new Date(at + fiveMinutes).toISOString() };
  };
}

async function someClinics(
  admin: postgres.Sql,
  clinics: number,
): Promise<readonly (Clinic & { readonly monday: string })[]> {
  return await admin<(Clinic & { monday: string })[]>`
    select
      o.id as org_id, w.hold_id, bench.id('Dr. Lane', n) as lane, bench.id('Dr. Moss', n) as moss,
      bench.id('Check-up', n) as service_id,
      to_json((date_trunc('week', now() at time zone o.timezone) + interval '9 weeks 13 hours 30 minutes') at time zone o.timezone)
        #>> '{}' as monday
    from generate_series(1, ${clinics}) n
    join public.organizations o on o.id = bench.id('clinic', n)
    join bench.owners w on w.org_id = o.id
    order by random()
    limit 2000`;
}

/** A random afternoon start of a random clinic, in weeks that the latencies do not use. */
function manyStarts(clinics: readonly (Clinic & { readonly monday: string })[]): () => FreeStart {
  const halfHour = 30 * 60 * 1000;
  const below = (limit: number) => Math.floor(Math.random() * limit);
  return () => {
    const clinic = clinics[below(clinics.length)];
    if (!clinic) throw new Error("There are no clinics.");
    const at = Date.parse(clinic.monday) + (below(3) * 7 + below(5)) * 24 * 3600 * 1000 + below(7) * halfHour;
    return { ...clinic, starts_at: new Date(at).toISOString(), ends_at: new Date(at + halfHour).toISOString() };
  };
}
