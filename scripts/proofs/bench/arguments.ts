/** What the command line of the bench asks for. */
import { parseArgs } from "node:util";
import { BadArguments, wholeNumber } from "../../command/command.ts";

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

/** Reads the arguments. */
export function readBenchSettings(args: readonly string[]): BenchSettings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sizes: { type: "string" },
      samples: { type: "string" },
      seconds: { type: "string" },
      seed: { type: "string" },
      quick: { type: "boolean" },
      json: { type: "boolean" },
    },
  });
  const number = (name: string, text: string | undefined, otherwise: number) =>
    wholeNumber(name, text, otherwise, 1, 1_000_000);
  const quick = values.quick ?? false;
  const sizes = (values.sizes ?? (quick ? "10,100" : "10,1000,10000")).split(",").map((size) =>
    number("sizes", size, 0)
  );
  if (sizes.some((size, at) => at > 0 && size <= (sizes[at - 1] ?? 0))) {
    throw new BadArguments("--sizes must grow: each adds clinics to the ones before.");
  }
  return {
    sizes,
    samples: number("samples", values.samples, quick ? 40 : 300),
    seconds: number("seconds", values.seconds, quick ? 1 : 4),
    seed: number("seed", values.seed, 1 + Math.floor(Math.random() * 1e6)),
    json: values.json ?? false,
  };
}
