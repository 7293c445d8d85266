/**
 * `deno task test`: all tests, on a stack of their own with free ports. (Not called test.ts, which `deno test` would take
 * for a test and run within itself.)
 */
import { BadArguments, runCommand } from "./command/command.ts";
import { exists, join } from "./stack/paths.ts";
import { terminalReport } from "./stack/report.ts";
import { repositoryDir } from "./stack/settings.ts";
import { startThrowAwayStack, type ThrowAwayStack } from "./stack/throw-away.ts";
import { runDenoTests } from "./testkit/running/deno-tests.ts";
import { runPgtap } from "./testkit/running/pgtap.ts";
import { conclude, type Count, sumOf } from "./testkit/running/totals.ts";

const usage = `deno task test [PART …]

All tests, on a stack of their own: PART db (pgTAP), functions (over HTTP and pure) or scripts; or outbox, which is a part of
functions that is worth a longer run. The last line is "N passed, N failed".`;

const parts: Record<string, (stack: ThrowAwayStack, signal: AbortSignal) => Promise<Count>> = {
  db(stack) {
    console.log("\nThe database, by pgTAP");
    return runPgtap(join(repositoryDir, "supabase/tests/database"), `${stack.env.DB_URL}`, console.log);
  },
  functions: (stack, signal) => denoTests(stack, ["supabase/tests/functions"], signal),
  scripts: (stack, signal) => denoTests(stack, ["scripts"], signal),
};

/** What is part of another part, and can be run alone and longer. */
const longer: typeof parts = {
  outbox: (stack, signal) => denoTests(stack, ["supabase/tests/functions/http/outbox-kills.test.ts"], signal, true),
};

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const known = { ...parts, ...longer };
  const chosen = args.length > 0 ? args : Object.keys(parts);
  const unknown = chosen.find((name) => !Object.hasOwn(known, name));
  if (unknown) throw new BadArguments(`There is no part "${unknown}"; there are ${Object.keys(known).join(", ")}.`);
  const counts: Count[] = [];
  try {
    await using stack = await startThrowAwayStack(terminalReport(), signal);
    for (const name of chosen) {
      const count = await known[name]?.(stack, signal);
      if (count !== undefined) counts.push(count);
    }
    if (sumOf(counts).failed > 0) showLogs(`${stack.env.STACK_DIR}`);
  } catch (error) {
    signal.throwIfAborted();
    console.error(error);
    counts.push({ passed: 0, failed: 1 });
  }
  return conclude(sumOf(counts));
}

function denoTests(stack: ThrowAwayStack, paths: string[], signal: AbortSignal, isLoud = false): Promise<Count> {
  console.log(`\n${paths.join(", ")}, by deno test`);
  return runDenoTests(paths, stack.env, (bytes) => void Deno.stdout.writeSync(bytes), signal, isLoud);
}

/** The stack is gone a moment later, and its logs with it. */
function showLogs(stackDir: string): void {
  for (const name of ["functions.log", "api.log"]) {
    const path = join(stackDir, name);
    // Of the requests only those that failed.
    const lines = exists(path)
      ? Deno.readTextFileSync(path).trimEnd().split("\n").filter((line) => !/^\S+Z [A-Z]+ \S+ [1-4]\d\d /.test(line))
      : [];
    if (lines.length > 1) console.log(`\nThe last lines of ${name}:\n${lines.slice(-30).join("\n")}`);
  }
}

await runCommand({ usage, run: main });
