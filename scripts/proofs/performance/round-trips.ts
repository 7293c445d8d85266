/** How often a turn asks the database, and how much of the turn that takes: whole calls, one turn at a time. */
import { openLine } from "../../testkit/caller/line.ts";
import { placeCall } from "../../testkit/caller/place-call.ts";
import { endedNormally } from "../../testkit/caller/summary.ts";
import type { Turn } from "../../testkit/caller/turns.ts";
import { delay } from "../../stack/child.ts";
import { join } from "../../stack/paths.ts";
import { repositoryDir } from "../../stack/settings.ts";
import { callerAt, clinicsAt } from "./callers.ts";
import { openCountingDoor, type RoundTrip } from "./counting-door.ts";
import { functionEnvironment, startLoneFunction } from "../../testkit/lone-function.ts";
import { median } from "./samples.ts";

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
 * Two isolates take the turns of each call by chance, as on Supabase: what the one has remembered of a clinic is often
 * missing in the other, which then has to ask.
 */
export async function countRoundTrips(
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<readonly StepTrips[]> {
  await using door = openCountingDoor(env.API_URL ?? "");
  const environment = functionEnvironment(env, { SUPABASE_URL: door.url });
  const entry = join(repositoryDir, "supabase/functions/voice/index.ts");
  await using one = await startLoneFunction(entry, environment);
  await using other = await startLoneFunction(entry, environment);
  const lines = [one, other].map(({ url }) =>
    openLine({
      functionsUrl: url,
      publicFunctionsUrl: env.PUBLIC_FUNCTIONS_URL ?? "",
      twilioAuthToken: env.TWILIO_AUTH_TOKEN ?? "",
      twilioAccountSid: env.TWILIO_ACCOUNT_SID ?? null,
    })
  );
  const steps = new Map<string, { turns: Turn[]; trips: RoundTrip[][] }>();
  for (let nth = 0; nth < CALLS; nth++) {
    signal.throwIfAborted();
    const [first] = lines;
    if (first === undefined) break;
    // A getter, so that each request of the call finds its own isolate.
    const line = {
      ...first,
      get reachedAt() {
        return lines[Math.floor(Math.random() * lines.length)]?.reachedAt ?? first.reachedAt;
      },
    };
    door.take();
    const call = await placeCall(line, {
      ...callerAt(clinicsAt(null), nth, 0, signal),
      callbacks: "none",
      maxTurns: 40,
      signal,
      listen(event) {
        if (event.type !== "reply") return;
        // Counts are brought after answers, for many requests at once: no turn waits for them.
        const trips = door.take().filter(({ operation }) => operation !== "record_requests");
        const step = new URL(event.turn.request.url).searchParams.get("step") ?? "greeting";
        const known = steps.get(step) ?? { turns: [], trips: [] };
        steps.set(step, { turns: [...known.turns, event.turn], trips: [...known.trips, [...trips]] });
      },
    });
    if (!endedNormally(call)) throw new Error(`A call went wrong: ${call.ending.detail}`);
    await delay(0, signal);
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
