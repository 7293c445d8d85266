/** What the command line of the stress test asks for. */
import { parseArgs } from "node:util";

/** What is run, and how often. */
export interface StressSettings {
  readonly callers: number;
  /** Rounds of the small races. */
  readonly rounds: number;
  /** Rounds of those with all the callers. */
  readonly bigRounds: number;
  readonly seed: number;
  /** Only races whose name contains this. */
  readonly only: string;
  /** The folder of a running stack; without it one is started for this run. */
  readonly stackDir?: string;
}

export const USAGE =
  `deno task test:stress [--callers 100] [--rounds 200] [--big-rounds 3] [--only WORDS] [--seed N] [--stack DIR]

Lets callers and staff race for the same time in every way that matters, and counts who won, who was told politely that
they lost, and what went wrong. Afterwards SQL counts double-bookings.

  --only WORDS   races whose name contains these words
  --seed N       the seed that a failed run printed
  --stack DIR    a running stack's folder (.stack for deno task start); without it a stack is started and removed
`;

/** Thrown for a command line that cannot be understood; its message says why. */
export class BadArguments extends Error {}

/** Reads the arguments; null asks for the usage. */
export function readStressSettings(args: readonly string[]): StressSettings | null {
  const { values } = parsed(args);
  if (values.help) return null;
  return {
    callers: whole(values.callers ?? "100", "callers", 2),
    rounds: whole(values.rounds ?? "200", "rounds", 1),
    bigRounds: whole(values["big-rounds"] ?? "3", "big-rounds", 1),
    seed: values.seed === undefined ? Math.floor(Math.random() * 1e6) : whole(values.seed, "seed", 0),
    only: values.only ?? "",
    ...(values.stack !== undefined && { stackDir: values.stack }),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        callers: { type: "string" },
        rounds: { type: "string" },
        "big-rounds": { type: "string" },
        only: { type: "string" },
        seed: { type: "string" },
        stack: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new BadArguments(error instanceof Error ? error.message : String(error));
  }
}

function whole(text: string, name: string, atLeast: number): number {
  const value = Number(text);
  // A calendar of two years has no room for more rounds, four hours apart.
  if (!Number.isInteger(value) || value < atLeast || value > (name === "seed" ? 1e9 : 4000)) {
    throw new BadArguments(`--${name} takes a whole number from ${atLeast} to 4000, not "${text}".`);
  }
  return value;
}
