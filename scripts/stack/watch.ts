/** Starts a function again when its source changes, and all of them when they share what changed. */
import type { FunctionProcesses } from "./functions.ts";
import { join, relative } from "./paths.ts";
import type { EdgeFunction } from "./project.ts";
import type { Report } from "./report.ts";

const settleMs = 500;

/** Watches the functions' folder until the returned function is called. */
export function watchFunctions(
  projectDir: string,
  functions: readonly EdgeFunction[],
  processes: FunctionProcesses,
  report: Report,
): () => void {
  const folder = join(projectDir, "functions");
  const watcher = Deno.watchFs(folder);
  const changed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const restart = async () => {
    const names = [...changed];
    changed.clear();
    const own = names.filter((name) => functions.some((fn) => fn.name === name));
    if (own.length < names.length) {
      report.note("Shared code changed; starting all functions again.");
      await processes.restart();
    } else {
      report.note(`${own.join(", ")} changed; starting again.`);
      await Promise.all(own.map((name) => processes.restart(name)));
    }
  };
  const listen = async () => {
    for await (const event of watcher) {
      if (!["create", "modify", "remove", "rename"].includes(event.kind)) continue;
      for (const path of event.paths) {
        if (/\.(ts|json)$/.test(path)) changed.add(relative(folder, path).split("/")[0] ?? "");
      }
      if (changed.size === 0) continue;
      clearTimeout(timer);
      // An editor saves in several steps, and a checkout changes many files.
      timer = setTimeout(() => void restart(), settleMs);
    }
  };
  void listen();
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}
