/** The stack that a proof runs on. */
import { requireEnvFile } from "../stack/env-file.ts";
import { type Report, terminalReport } from "../stack/report.ts";
import { startThrowAwayStack, type ThrowAwayStack } from "../stack/throw-away.ts";

/** The stack that runs in the folder; without a folder, one for this run alone. */
export async function openStack(
  folder: string | undefined,
  signal: AbortSignal,
  report: Report = terminalReport(),
): Promise<ThrowAwayStack> {
  if (folder === undefined) return await startThrowAwayStack(report, signal);
  return { env: requireEnvFile(folder), [Symbol.asyncDispose]: () => Promise.resolve() };
}
