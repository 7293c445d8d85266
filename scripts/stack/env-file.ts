/** The file with names and addresses that a stack writes when it is ready, and removes when it stops. */
import { parseEnv } from "node:util";
import { Refused } from "../command/command.ts";
import { join } from "./paths.ts";

/** What the stack in the folder has written; null when none runs there. */
export function readEnvFile(stackDir: string): Record<string, string> | null {
  try {
    const entries = Object.entries(parseEnv(Deno.readTextFileSync(envFile(stackDir))));
    return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** The same for a command that cannot do without a running stack. */
export function requireEnvFile(stackDir: string): Record<string, string> {
  const env = readEnvFile(stackDir);
  if (env !== null) return env;
  throw new Refused(`The stack is not running, there is no ${envFile(stackDir)}. Start it with "deno task start".`);
}

/** Its path. */
export function envFile(stackDir: string): string {
  return join(stackDir, "env");
}
