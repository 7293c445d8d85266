/** `deno task test:live`: whole calls through the front door, while everything behind it breaks. */
import { runCommand } from "./command/command.ts";
import { readLiveArguments, USAGE, type Wanted } from "./proofs/live/arguments.ts";
import { verifyDeployed } from "./proofs/live/deployed.ts";
import { type Count, PARTS } from "./proofs/live/parts.ts";
import type { StackEnvironment } from "./testkit/stack-environment.ts";
import { heading, printedRow } from "./proofs/live/table.ts";
import { readEnvFile } from "./stack/env-file.ts";
import { terminalReport } from "./stack/report.ts";
import { startThrowAwayStack } from "./stack/throw-away.ts";

const print = (line: string) => console.log(line);

async function verify(wanted: Extract<Wanted, { kind: "stack" }>, signal: AbortSignal): Promise<Count> {
  await using opened = new AsyncDisposableStack();
  const stack = await openStack(wanted.stackDir, opened, signal);
  const total = { passed: 0, failed: 0 };
  for (const name of wanted.parts) {
    const began = performance.now();
    const count = await orStopped(PARTS[name]?.(stack, wanted.extent, print), signal);
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
async function openStack(
  folder: string,
  opened: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<StackEnvironment> {
  const running = readEnvFile(folder);
  if (running !== null) {
    print(`On the stack that runs in ${folder}.`);
    return running;
  }
  print(`No stack runs in ${folder}: starting one for this run.`);
  return opened.use(await startThrowAwayStack(terminalReport(), signal)).env;
}

/** A part knows of no signal: what it began ends with the stack and this process. */
function orStopped<T>(work: Promise<T> | undefined, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    Promise.resolve(work).then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const wanted = readLiveArguments(args, Deno.env.toObject());
  if (wanted.kind === "stack") return concluded(await verify(wanted, signal));

  print(`Calling ${wanted.deployed.to} at ${wanted.deployed.url.href}\n\n${heading()}`);
  const verifying = verifyDeployed(wanted.deployed, (row) => print(printedRow(row)));
  const rows = await orStopped(verifying, signal) ?? [];
  const failed = rows.filter((row) => row.wrong.length > 0).length;
  return concluded({ passed: rows.length - failed, failed });
}

function concluded({ passed, failed }: Count): number {
  print(`\n${passed} passed, ${failed} failed`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

await runCommand({ usage: USAGE, run: main });
