/** What the command line of `deno task test:performance` asks for. */
import { parseArgs } from "node:util";
import { BadArguments } from "../../command/command.ts";
import { phoneNumber } from "../../testkit/caller/call-parameters.ts";

/** Where the calls go. */
export type Target =
  /** A stack for this run alone. */
  | { readonly kind: "own" }
  /** The one that runs on `$STACK_DIR`. */
  | { readonly kind: "stack" }
  /** Functions that are deployed somewhere, and a clinic of theirs that may be called. */
  | { readonly kind: "deployed"; readonly url: string; readonly to: string };

/** How much is measured, and where. */
export interface Settings {
  readonly target: Target;
  /** Calls at once. */
  readonly calls: number;
  /** New calls a second; null: a call begins when another one ends. */
  readonly rate: number | null;
  readonly seconds: number;
  /** How long a caller listens before answering, on average. */
  readonly think: number;
  /** How often each cold start is timed. */
  readonly starts: number;
  /** How often a turn that is counted is compared with one that is not, at least. */
  readonly pairs: number;
  readonly json: boolean;
  readonly strict: boolean;
}

export const USAGE =
  `deno task test:performance [--calls 20] [--rate N] [--seconds 20] [--think 1] [--starts 9] [--pairs 300]
                           [--stack | --url FUNCTIONS_URL --to NUMBER] [--json] [--strict]

Places whole calls and says how quick the clinic answers. Without --stack or --url on a stack of its own.

  --calls N     so many calls at once, 100 at most
  --rate N      so many new calls a second, as long as no more than --calls are under way; otherwise one after the other
  --seconds N   for so long, 600 at most
  --think N     how many seconds a caller listens before each answer, on average
  --starts N    times each function's cold start so often; 0 leaves them out
  --pairs N     compares so many turns that are counted with as many that are not, and up to four times as many where the
                machine is too busy to tell; 0 leaves it out
  --stack       the stack that runs on $STACK_DIR (default .stack); it books real time of its demo clinics
  --url URL     deployed functions (https://REF.supabase.co/functions/v1), and no other host; TWILIO_AUTH_TOKEN signs. The
                calls are real: they leave call records and follow-up tasks, so --to must be a clinic for tests. They book nothing.
  --json        the report as JSON on standard output
  --strict      exit code 1 also when a threshold does not hold

The last line counts what is not a matter of time: calls that went wrong, requests that failed, turns with more than one
round trip to the database. Thresholds of time are printed as "holds" or "does not hold".
`;

/** Reads the arguments. */
export function readPerformanceSettings(args: readonly string[]): Settings {
  const values = parsed(args);
  return {
    target: target(values),
    calls: number("calls", values.calls, 20, 1, 100),
    rate: values.rate === undefined ? null : number("rate", values.rate, 1, 0.01, 100),
    seconds: number("seconds", values.seconds, 20, 1, 600),
    think: number("think", values.think, 1, 0, 60),
    starts: number("starts", values.starts, 9, 0, 50),
    pairs: number("pairs", values.pairs, 300, 0, 10_000),
    json: values.json ?? false,
    strict: values.strict ?? false,
  };
}

function target({ stack, url, to }: { stack?: boolean; url?: string; to?: string }): Target {
  if (url === undefined) {
    if (to !== undefined) throw new BadArguments("--to goes with --url; the demo clinics are called otherwise.");
    return stack ? { kind: "stack" } : { kind: "own" };
  }
  if (stack) throw new BadArguments("--stack and --url exclude each other.");
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new BadArguments(`--url takes the functions' address, not "${url}".`);
  }
  const clinic = phoneNumber(to ?? "");
  if (clinic === null) throw new BadArguments("--url needs --to with the number of a clinic that may be called.");
  return { kind: "deployed", url: url.replace(/\/+$/, ""), to: clinic };
}

function parsed(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  return parseArgs({
    args: [...args],
    options: {
      calls: text,
      rate: text,
      seconds: text,
      think: text,
      starts: text,
      pairs: text,
      stack: flag,
      url: text,
      to: text,
      json: flag,
      strict: flag,
    },
  }).values;
}

function number(name: string, text: string | undefined, otherwise: number, least: number, most: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  const whole = name === "calls" || name === "starts" || name === "pairs";
  if (text.trim() === "" || !(value >= least && value <= most) || (whole && !Number.isInteger(value))) {
    throw new BadArguments(`--${name} takes a${whole ? " whole" : ""} number from ${least} to ${most}, not "${text}".`);
  }
  return value;
}
