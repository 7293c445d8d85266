/** `deno task test:all`: every proof, one after the other, each with its total, and the sum of them. */
import { runCommand } from "./command/command.ts";
import { readOptions } from "./command/options.ts";
import { spawn } from "./stack/child.ts";
import { repositoryDir } from "./stack/settings.ts";
import { conclude, type Count, readTotal, sumOf } from "./testkit/running/totals.ts";

const TASKS = ["test", "test:outbox", "test:stress", "test:live", "test:regression", "test:layers", "test:performance"];

const usage = `deno task test:all

Every proof, one after the other, each with its total: ${TASKS.join(", ")}.`;

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  readOptions(args, {});
  const totals: (Count & { readonly task: string; readonly seconds: number })[] = [];
  for (const task of TASKS) {
    console.log(`\n=== deno task ${task}\n`);
    const began = performance.now();
    const count = await runTask(task, signal);
    signal.throwIfAborted();
    totals.push({ ...count, task, seconds: Math.round((performance.now() - began) / 1000) });
  }
  console.log("\n=== all\n");
  for (const { task, passed, failed, seconds } of totals) {
    console.log(`${task.padEnd(18)}${`${passed} passed, ${failed} failed`.padEnd(28)}${seconds} s`);
  }
  return conclude(sumOf(totals));
}

async function runTask(task: string, signal: AbortSignal): Promise<Count> {
  const decoder = new TextDecoder();
  let output = "";
  const child = spawn(Deno.execPath(), {
    args: ["task", "--quiet", task],
    cwd: repositoryDir,
    onOutput(bytes, stream) {
      Deno.stdout.writeSync(bytes);
      // The total comes last; nobody needs to keep what comes before.
      if (stream === "stdout") output = (output + decoder.decode(bytes, { stream: true })).slice(-20_000);
    },
  });
  const stop = () => void child.stop("SIGINT", 15_000);
  signal.addEventListener("abort", stop, { once: true });
  const { success } = await child.exited;
  signal.removeEventListener("abort", stop);
  return readTotal(output, success);
}

await runCommand({ usage, run: main });
