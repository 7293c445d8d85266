/** How a command ends: quietly, with a sentence for the operator, or with an error that nobody foresaw. */
import { Refused } from "./target.ts";

/** Runs a command with the process' arguments and environment, and exits. */
export async function runCommand(
  command: (args: readonly string[], environment: Readonly<Record<string, string>>) => Promise<void>,
): Promise<never> {
  try {
    await command(Deno.args, Deno.env.toObject());
  } catch (error) {
    if (error instanceof Refused || isBadArgument(error)) {
      console.error(error.message);
      Deno.exit(1);
    }
    throw error;
  }
  Deno.exit(0);
}

/** What node's parseArgs throws for an option that it does not know. */
function isBadArgument(error: unknown): error is Error {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
}
