/**
 * `deno task test:regression`: the cross-tenant battery, as an outsider would run it: over HTTP, with real sign-ins of both
 * demo clinics' owners.
 */
import { parseArgs } from "node:util";
import { runCommand } from "./command/command.ts";
import { runBattery } from "./proofs/regression/battery.ts";
import { printTable } from "./proofs/regression/print.ts";
import { surroundingsOf } from "./proofs/regression/surroundings.ts";
import { requireEnvFile } from "./stack/env-file.ts";
import { terminalReport } from "./stack/report.ts";
import { startThrowAwayStack } from "./stack/throw-away.ts";

const usage = `deno task test:regression [--running] [--all]

Attacks each demo clinic as the other's owner, as anybody and with the secret key, over HTTP, with every table, verb, RPC and
trick, and through the phone. Prints what was tried and what came back. It is done on a stack of its own.

  --running   on the stack that runs in $STACK_DIR (.stack)
  --all       a line for each attempt, not one for those of a kind that ended alike`;

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { running: { type: "boolean" }, all: { type: "boolean" } },
  });
  if (values.running) return await attack(requireEnvFile(Deno.env.get("STACK_DIR") || ".stack"), values.all ?? false);
  await using stack = await startThrowAwayStack(terminalReport(), signal);
  return await attack(stack.env, values.all ?? false);
}

async function attack(environment: Readonly<Record<string, string>>, all: boolean): Promise<number> {
  const surroundings = surroundingsOf(environment);
  try {
    const began = performance.now();
    const outcomes = await runBattery(surroundings, () => {});
    console.log(printTable(outcomes, all));
    const failed = outcomes.filter(({ fault }) => fault !== undefined).length;
    console.log(
      `\n${((performance.now() - began) / 1000).toFixed(0)} s\n${outcomes.length - failed} passed, ${failed} failed`,
    );
    return failed > 0 ? 1 : 0;
  } finally {
    await surroundings.sql.end({ timeout: 5 });
  }
}

await runCommand({ usage, run: main });
