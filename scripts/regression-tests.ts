/**
 * `deno task test:regression`: the cross-tenant battery, as an outsider would run it: over HTTP, with real sign-ins of both
 * demo clinics' owners. It attacks a stack of its own; with --running, the one whose `$STACK_DIR/env` is there.
 */
import { parseArgs, parseEnv } from "node:util";
import { runBattery } from "./regression/battery.ts";
import { printTable } from "./regression/print.ts";
import { surroundingsOf } from "./regression/surroundings.ts";
import { terminalReport } from "./stack/report.ts";
import { untilAskedToStop } from "./stack/stop-signals.ts";
import { startThrowAwayStack } from "./stack/throw-away.ts";

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { running: { type: "boolean" }, all: { type: "boolean" } },
  });
  if (values.running) return await attack(runningStack(), values.all ?? false);
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

function runningStack(): Record<string, string> {
  const file = `${Deno.env.get("STACK_DIR") || ".stack"}/env`;
  const entries = Object.entries(parseEnv(Deno.readTextFileSync(file)));
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

const stopping = new AbortController();
untilAskedToStop().then((reason) => stopping.abort(reason));
Deno.exit(await main(Deno.args, stopping.signal));
