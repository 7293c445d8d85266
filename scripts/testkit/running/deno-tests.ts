/** Runs `deno test` and counts what it says. */
import { spawn } from "../../stack/child.ts";
import { repositoryDir } from "../../stack/settings.ts";
import type { Count } from "./tap.ts";

/** Runs the tests under the paths with the stack's environment, passing on what is said of them; `isLoud`: and by them. */
export async function runDenoTests(
  paths: string[],
  environment: Readonly<Record<string, string>>,
  write: (bytes: Uint8Array) => void,
  signal: AbortSignal,
  isLoud = false,
): Promise<Count> {
  const decoder = new TextDecoder();
  let output = "";
  const child = spawn(Deno.execPath(), {
    args: ["test", "--allow-all", ...(isLoud ? [] : ["--quiet"]), ...paths],
    cwd: repositoryDir,
    env: { ...environment, NO_COLOR: "1" },
    onOutput(bytes, stream) {
      write(bytes);
      if (stream === "stdout") output += decoder.decode(bytes, { stream: true });
    },
  });
  const stop = () => void child.stop("SIGTERM", 2000);
  signal.addEventListener("abort", stop, { once: true });
  const { success } = await child.exited;
  signal.throwIfAborted();
  const count = readSummary(output);
  // Whatever made it fail without a failed test (a module that does not load, a leak) is one.
  return success || count.failed > 0 ? count : { ...count, failed: 1 };
}

/** The last line of `deno test`: "ok | 12 passed (3 steps) | 0 failed | 1 ignored (2s)". */
export function readSummary(output: string): Count {
  const summaries = [...output.matchAll(/^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed/gm)];
  const last = summaries.at(-1);
  return { passed: Number(last?.[1] ?? 0), failed: Number(last?.[2] ?? 0) };
}
