/** `deno task test:live`: whole calls through the front door, while everything behind it breaks. */
import { parseEnv } from "node:util";
import { untilAskedToStop } from "./command/stop-signals.ts";
import { readLiveArguments, USAGE, type Wanted } from "./live/arguments.ts";
import { verifyDeployed } from "./live/deployed.ts";
import type { StackEnvironment } from "./live/stack-environment.ts";
import { type Count, PARTS } from "./live/parts.ts";
import { heading, printedRow } from "./live/table.ts";
import { exists, join } from "./stack/paths.ts";
import { terminalReport } from "./stack/report.ts";
import { startThrowAwayStack } from "./stack/throw-away.ts";

const print = (line: string) => console.log(line);
const stopping = new AbortController();
/** What has to be closed, however this ends. */
const opened = new AsyncDisposableStack();

async function verify(wanted: Extract<Wanted, { kind: "stack" }>): Promise<Count> {
  const stack = await openStack(wanted.stackDir);
  const total = { passed: 0, failed: 0 };
  for (const name of wanted.parts) {
    const began = performance.now();
    const count = await PARTS[name]?.(stack, wanted.extent, print);
    total.passed += count?.passed ?? 0;
    total.failed += count?.failed ?? 0;
    print(
      `  ${name}: ${count?.passed} passed, ${count?.failed} failed, ${
        Math.round((performance.now() - began) / 1000)
      } s`,
    );
  }
  return total;
}

/** The stack that runs in the folder, or one for this run alone. */
async function openStack(folder: string): Promise<StackEnvironment> {
  const file = join(folder, "env");
  if (exists(file)) {
    print(`On the stack that runs in ${folder}.`);
    return parseEnv(Deno.readTextFileSync(file));
  }
  print(`No stack runs in ${folder}: starting one for this run.`);
  return opened.use(await startThrowAwayStack(terminalReport(), stopping.signal)).env;
}

async function main(wanted: Wanted): Promise<number> {
  switch (wanted.kind) {
    case "help":
      print(USAGE.trimEnd());
      return 0;
    case "wrong":
      console.error(`${wanted.because}\n\n${USAGE.trimEnd()}`);
      return 2;
    case "deployed": {
      print(`Calling ${wanted.deployed.to} at ${wanted.deployed.url.href}\n\n${heading()}`);
      const rows = await verifyDeployed(wanted.deployed, (row) => print(printedRow(row)));
      const failed = rows.filter((row) => row.wrong.length > 0).length;
      return concluded({ passed: rows.length - failed, failed });
    }
    case "stack":
      return concluded(await verify(wanted));
  }
}

function concluded({ passed, failed }: Count): number {
  print(`\n${passed} passed, ${failed} failed`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

const stopped = untilAskedToStop().then((reason) => {
  stopping.abort(reason);
  console.error("Stopped.");
  return 130;
});
const code = await Promise.race([main(readLiveArguments(Deno.args, Deno.env.toObject())), stopped]);
await opened.disposeAsync();
Deno.exit(code);
