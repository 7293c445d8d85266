/** What the command line of the bench asks for. */
import { parseArgs } from "node:util";

/** How much is measured. */
export interface BenchSettings {
  /** Numbers of clinics, growing. Each has a hundred appointments. */
  readonly sizes: readonly number[];
  /** How often each operation is timed at each size. */
  readonly samples: number;
  /** How long each throughput is measured. */
  readonly seconds: number;
  readonly seed: number;
  readonly json: boolean;
}

export const USAGE =
  `deno task bench [--sizes 10,1000,10000] [--samples 300] [--seconds 4] [--seed N] [--quick] [--json]

Builds clinics with a hundred appointments each in a database that is thrown away afterwards, and measures searching,
claiming and confirming at each size, beside a bare insert under the same constraint.

  --quick   10 and 100 clinics, few samples: whether it works, not how fast
  --json    the measurements as JSON on standard output; progress goes to standard error as always
`;

/** Thrown for a command line that cannot be understood; its message says why. */
export class BadArguments extends Error {}

/** Reads the arguments; null asks for the usage. */
export function readBenchSettings(args: readonly string[]): BenchSettings | null {
  const { values } = parsed(args);
  if (values.help) return null;
  const sizes = (values.sizes ?? (values.quick ? "10,100" : "10,1000,10000")).split(",").map((size) =>
    whole(size, "sizes")
  );
  if (sizes.some((size, at) => at > 0 && size <= (sizes[at - 1] ?? 0))) {
    throw new BadArguments("--sizes must grow: each adds clinics to the ones before.");
  }
  return {
    sizes,
    samples: whole(values.samples ?? (values.quick ? "40" : "300"), "samples"),
    seconds: whole(values.seconds ?? (values.quick ? "1" : "4"), "seconds"),
    seed: values.seed === undefined ? Math.floor(Math.random() * 1e6) : whole(values.seed, "seed"),
    json: values.json ?? false,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        sizes: { type: "string" },
        samples: { type: "string" },
        seconds: { type: "string" },
        seed: { type: "string" },
        quick: { type: "boolean" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new BadArguments(error instanceof Error ? error.message : String(error));
  }
}

function whole(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1_000_000) {
    throw new BadArguments(`--${name} takes whole numbers from 1 to 1,000,000, not "${text}".`);
  }
  return value;
}
