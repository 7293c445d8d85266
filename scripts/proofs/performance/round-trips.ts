/** How often a turn asks the database, and how much of the turn that takes: whole calls, one turn at a time. */
import { placeCall } from "../../testkit/caller/place-call.ts";
import { endedNormally } from "../../testkit/caller/summary.ts";
import type { Turn } from "../../testkit/caller/turns.ts";
import { lineTo, needed, type StackEnvironment } from "../../testkit/environment.ts";
import { type Asked, FaultProxy } from "../../testkit/faults/fault-proxy.ts";
import { join } from "../../stack/paths.ts";
import { repositoryDir } from "../../stack/settings.ts";
import { callerAt, clinicsAt } from "./callers.ts";
import { median } from "../../testkit/percentile.ts";
import { functionEnvironment, startLoneFunction } from "../../testkit/lone-function.ts";

/** One step of calls. */
export interface StepTrips {
  readonly step: string;
  readonly turns: number;
  /** The most that one turn made. */
  readonly most: number;
  readonly operations: readonly string[];
  /** Medians: of a whole turn, and of the time in it that the Data API took. */
  readonly turnMs: number;
  readonly databaseMs: number;
}

/** Every errand of both demo clinics. */
const CALLS = 20;

/**
 * Two isolates take the turns of each call at random, as on Supabase: what the one has remembered of a clinic is often
 * missing in the other, which then has to ask.
 */
export async function countRoundTrips(
  env: StackEnvironment,
  signal: AbortSignal,
): Promise<readonly StepTrips[]> {
  await using api = new FaultProxy(new URL(needed(env, "API_URL")));
  const environment = functionEnvironment(env, { SUPABASE_URL: api.url });
  const entry = join(repositoryDir, "supabase/functions/voice/index.ts");
  await using one = await startLoneFunction(entry, environment);
  await using other = await startLoneFunction(entry, environment);
  const isolates = [one.url, other.url] as const;
  const steps = new Map<string, { turns: Turn[]; trips: Asked[][] }>();
  for (let nth = 0; nth < CALLS; nth++) {
    signal.throwIfAborted();
    // A getter, so that each request of the call finds its own isolate.
    const line = {
      ...lineTo(env, one.url),
      get reachedAt() {
        return isolates[Math.random() < 0.5 ? 0 : 1];
      },
    };
    api.asked.length = 0;
    const call = await placeCall(line, {
      ...callerAt(clinicsAt(null), nth, 0, signal),
      callbacks: "none",
      maxTurns: 40,
      signal,
      listen(event) {
        if (event.type !== "reply") return;
        // Counts are brought after answers, for many requests at once: no turn waits for them.
        const trips = api.asked.splice(0).filter(({ operation }) => operation !== "record_requests");
        const step = new URL(event.turn.request.url).searchParams.get("step") ?? "greeting";
        const known = steps.get(step) ?? { turns: [], trips: [] };
        steps.set(step, { turns: [...known.turns, event.turn], trips: [...known.trips, trips] });
      },
    });
    if (!endedNormally(call)) throw new Error(`A call went wrong: ${call.ending.detail}`);
  }
  return [...steps].map(([step, { turns, trips }]) => ({
    step,
    turns: turns.length,
    most: Math.max(...trips.map((made) => made.length)),
    operations: [...new Set(trips.flat().map(({ operation }) => operation))].sort(),
    turnMs: median(turns.map(({ ms }) => ms)),
    databaseMs: median(trips.map((made) => made.reduce((sum, { ms }) => sum + ms, 0))),
  }));
}
