/** What the command line of the stress test asks for. */
import { parseArgs } from "node:util";
import { wholeNumber } from "../../command/command.ts";

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

/** A calendar of two years has no room for more rounds, four hours apart. */
const atMost = 4000;

/** Reads the arguments. */
export function readStressSettings(args: readonly string[]): StressSettings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      callers: { type: "string" },
      rounds: { type: "string" },
      "big-rounds": { type: "string" },
      only: { type: "string" },
      seed: { type: "string" },
      stack: { type: "string" },
    },
  });
  return {
    callers: wholeNumber("callers", values.callers, 100, 2, atMost),
    rounds: wholeNumber("rounds", values.rounds, 200, 1, atMost),
    bigRounds: wholeNumber("big-rounds", values["big-rounds"], 3, 1, atMost),
    seed: wholeNumber("seed", values.seed, Math.floor(Math.random() * 1e6), 0, 1e9),
    only: values.only ?? "",
    ...(values.stack !== undefined && { stackDir: values.stack }),
  };
}
