/** The parts of the verification on a stack, each with what it prints and how it is judged. */
import { readFunctionsLine } from "../../testkit/stack-line.ts";
import { openTrialClinic } from "./clinic.ts";
import { FAULTS, tryFaults } from "./fault-table.ts";
import { fuzz } from "./fuzz.ts";
import { tryHistories } from "./histories.ts";
import { killUnderCalls } from "./kills.ts";
import { openLane } from "../../testkit/faults/lane.ts";
import { killPostgres } from "./postgres-killer.ts";
import { pathOf, realRequests } from "./real-requests.ts";
import { replay, REPLAYED } from "./replays.ts";
import { needed, type StackEnvironment } from "../../testkit/stack-environment.ts";
import { heading, printedRow } from "./table.ts";

/** How many of what was tried is as it should be. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** How much is tried. */
export interface Extent {
  readonly seed: number;
  /** A tenth of it all, for a first look. */
  readonly isQuick: boolean;
}

type Part = (stack: StackEnvironment, extent: Extent, print: (line: string) => void) => Promise<Count>;

const CALLER = "+12125550161";

/** By the names that one asks for them. */
export const PARTS: Readonly<Record<string, Part>> = {
  async faults(stack, { isQuick }, print) {
    print("\nEvery turn of every errand, and every other request, with every fault\n");
    print(heading());
    const faultsFor = isQuick ? (index: number) => FAULTS.slice(index % FAULTS.length).slice(0, 1) : () => FAULTS;
    const rows = await tryFaults(stack, { faultsFor, onRow: (row) => print(printedRow(row)) });
    const failed = rows.filter(({ wrong }) => wrong.length > 0).length;
    return { passed: rows.length - failed, failed };
  },

  async histories(stack, { seed, isQuick }, print) {
    print("\nHistories of call events: shuffled, repeated, truncated");
    const { tried, deliveries, wrong } = await tryHistories(needed(stack, "DB_URL"), isQuick ? 1000 : 10_000, seed);
    print(
      `  histories ${tried}, deliveries ${deliveries}, ended otherwise than in order ${wrong.length}, seed ${seed}`,
    );
    return judged(wrong, print);
  },

  async replays(stack, { seed }, print) {
    print("\nCopies of real requests: at once, a minute and a day later");
    await using lane = await openLane(stack, { functions: REPLAYED });
    await using clinic = await openTrialClinic(stack);
    const trial = { lane, clinic, twilioApiUrl: needed(stack, "TWILIO_API_URL"), callerPhone: CALLER };
    const { requests, copies, wrong } = await replay(trial, seed);
    print(`  requests ${requests}, copies ${copies}, changes ${wrong.length}, seed ${seed}`);
    return judged(wrong, print);
  },

  async fuzz(stack, { seed, isQuick }, print) {
    print("\nHostile input to every function");
    await using lane = await openLane(stack);
    await using clinic = await openTrialClinic(stack);
    const trial = { lane, clinic, twilioApiUrl: needed(stack, "TWILIO_API_URL"), callerPhone: CALLER };
    const real = await realRequests(trial);
    const { requests, statuses, slowestMs, memory, wrong } = await fuzz(lane, {
      requests: isQuick ? 1000 : 10_000,
      seed,
      secretKey: needed(stack, "SECRET_KEY"),
      secrets: secretsOf(stack),
      to: clinic.phone,
      real: real.map((request) => ({ path: pathOf(request, lane.line.publicUrl), params: request.params })),
    });
    const answered = Object.entries(statuses).map(([status, count]) => `${count} x ${status}`).join(", ");
    print(
      `  requests ${requests} (${answered}), slowest ${Math.round(slowestMs)} ms, wrong ${wrong.length}, seed ${seed}`,
    );
    for (const [name, [warm, end]] of Object.entries(memory)) print(`  ${name}: ${warm} MB warm, ${end} MB at the end`);
    return judged(wrong, print);
  },

  async kills(stack, { seed, isQuick }, print) {
    print("\nPostgres killed (-9) at random moments under 20 concurrent calls");
    await using clinic = await openTrialClinic(stack);
    const killed = await killUnderCalls({
      line: readFunctionsLine(stack),
      clinic,
      twilioApiUrl: needed(stack, "TWILIO_API_URL"),
      secretKey: needed(stack, "SECRET_KEY"),
      secrets: secretsOf(stack),
      kill: () => killPostgres(needed(stack, "STACK_DIR")),
      kills: isQuick ? 5 : 50,
      callers: 20,
      seed,
    });
    const { kills, calls, turns, confirmations, messages, tasks, lost, duplicated, slowestMs, wrong } = killed;
    const { booked, moved, cancelled } = confirmations;
    print(
      `  kills ${kills}, calls ${calls}, confirmations ${booked + moved + cancelled}, tasks ${tasks}, lost ${lost}, ` +
        `duplicated ${duplicated}\n  booked ${booked}, moved ${moved}, cancelled ${cancelled}, messages ${messages}, ` +
        `turns ${turns}, slowest answer ${Math.round(slowestMs)} ms, wrong ${wrong.length}, seed ${seed}`,
    );
    return judged(wrong, print);
  },
};

function judged(wrong: readonly string[], print: (line: string) => void): Count {
  for (const what of wrong.slice(0, 20)) print(`    ! ${what}`);
  return wrong.length === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

function secretsOf({ SECRET_KEY, PUBLISHABLE_KEY, TWILIO_AUTH_TOKEN }: StackEnvironment): string[] {
  return [SECRET_KEY, PUBLISHABLE_KEY, TWILIO_AUTH_TOKEN].filter((secret) => secret !== undefined);
}
