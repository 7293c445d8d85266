/**
 * `deno task test`: all tests, on a stack of their own with free ports. `tests.ts db` runs the pgTAP files alone and
 * `tests.ts functions` the tests of the functions; `tests.ts outbox` the one about texts that is worth a longer run. The last line is "N passed, N failed". (Not called test.ts, which
 * `deno test` would take for a test and run within itself.)
 */
import { exists, join } from "./stack/paths.ts";
import { terminalReport } from "./stack/report.ts";
import { repositoryDir } from "./stack/settings.ts";
import { untilAskedToStop } from "./stack/stop-signals.ts";
import { startThrowAwayStack, type ThrowAwayStack } from "./stack/throw-away.ts";
import { runDenoTests } from "./testing/deno-tests.ts";
import { runPgtap } from "./testing/pgtap.ts";
import type { Count } from "./testing/tap.ts";

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

const stopping = new AbortController();
untilAskedToStop().then((reason) => stopping.abort(reason));

const total = { passed: 0, failed: 0 };
try {
  const chosen = Deno.args.length > 0 ? Deno.args : Object.keys(parts);
  const known = { ...parts, ...longer };
  const unknown = chosen.find((name) => !(name in known));
  if (unknown) throw new Error(`There is no part "${unknown}"; there are ${Object.keys(known).join(", ")}.`);
  await using stack = await startThrowAwayStack(terminalReport(), stopping.signal);
  for (const name of chosen) {
    const count = await known[name]?.(stack, stopping.signal);
    total.passed += count?.passed ?? 0;
    total.failed += count?.failed ?? 0;
  }
  if (total.failed > 0) showLogs(`${stack.env.STACK_DIR}`);
} catch (error) {
  if (stopping.signal.aborted) {
    console.error("Stopped.");
    Deno.exit(130);
  }
  console.error(error);
  total.failed += 1;
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
Deno.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);

function denoTests(stack: ThrowAwayStack, paths: string[], signal: AbortSignal, isLoud = false): Promise<Count> {
  console.log(`\n${paths.join(", ")}, by deno test`);
  return runDenoTests(paths, stack.env, (bytes) => void Deno.stdout.writeSync(bytes), signal, isLoud);
}

/** The stack is gone a moment later, and its logs with it. */
function showLogs(stackDir: string): void {
  for (const name of ["functions.log", "api.log"]) {
    const path = join(stackDir, name);
    const lines = exists(path) ? Deno.readTextFileSync(path).trimEnd().split("\n") : [];
    if (lines.length > 1) console.log(`\nThe last lines of ${name}:\n${lines.slice(-30).join("\n")}`);
  }
}
