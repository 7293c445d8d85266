/** How every command begins and ends: --help, arguments that cannot be understood, a sentence for the operator, Ctrl-C. */
import { untilAskedToStop } from "./stop-signals.ts";

/** A reason not to go on that the operator can do something about; its message is all they need. */
export class Refused extends Error {}

/** A command line that cannot be understood; the message says why, and the usage follows it. */
export class BadArguments extends Refused {}

/** A command of `deno task`. */
export interface Command {
  /** What --help prints: the command line, and what it does. */
  readonly usage: string;
  /** Does it, and gives the exit code. The signal asks it to clean up and stop. */
  run(args: readonly string[], signal: AbortSignal): Promise<number>;
}

/** Runs it with the process' arguments and exits: 0 done, 1 failed or refused, 2 bad arguments, 130 stopped. */
export async function runCommand(command: Command): Promise<never> {
  const stopping = new AbortController();
  untilAskedToStop().then((reason) => stopping.abort(reason));
  Deno.exit(await exitCodeOf(command, Deno.args, stopping.signal));
}

/** What runCommand exits with. What nobody foresaw is thrown on. */
export async function exitCodeOf(
  { usage, run }: Command,
  args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  if (args.some((arg) => arg === "--help" || arg === "-h")) {
    console.log(asTyped(usage.trimEnd()));
    return 0;
  }
  try {
    return await run(args, signal);
  } catch (error) {
    if (signal.aborted) {
      console.error("Stopped; nothing is left running.");
      return 130;
    }
    if (error instanceof BadArguments || isFromParseArgs(error)) {
      console.error(asTyped(`${error.message}\n\n${usage.trimEnd()}`));
      return 2;
    }
    if (!(error instanceof Refused)) throw error;
    console.error(asTyped(error.message));
    return 1;
  }
}

/**
 * Messages name tasks as `deno task …`. Somebody who has only Node started this command by npx and has no `deno`: for
 * them it is the longer form.
 */
export function asTyped(message: string): string {
  const byNpx = Deno.env.get("npm_lifecycle_event") === "npx";
  return byNpx ? message.replaceAll("deno task", `npx -y deno@${Deno.version.deno} task`) : message;
}

/** A whole number from the command line, or what stands for it when it is not given. */
export function wholeNumber(
  name: string,
  text: string | undefined,
  otherwise: number,
  from: number,
  to: number,
): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < from || value > to) {
    const [least, most] = [from, to].map((limit) => limit.toLocaleString("en-US"));
    throw new BadArguments(`--${name} takes a whole number from ${least} to ${most}, not "${text}".`);
  }
  return value;
}

/** What node's parseArgs throws for an option or a value that it does not expect. */
function isFromParseArgs(error: unknown): error is Error {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
}
