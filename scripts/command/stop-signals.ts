/** When to stop: asked to by a signal, or because whoever started us is gone. */
import { onOrphaned } from "./launchers.ts";

/** As long as this, whoever asked is taken to be waiting; one who asks again later has lost patience. */
const patienceMs = 5000;

/**
 * Resolves, with the reason, when this process should stop. From then on signals that would end it at once do not: one
 * Ctrl-C comes several times, from the terminal and from each launcher that passes it on. After the patience they do.
 */
export function untilAskedToStop(): Promise<DOMException> {
  return new Promise((resolve) => {
    let asked: number | undefined;
    const stop = () => {
      asked ??= performance.now();
      if (performance.now() - asked > patienceMs) Deno.exit(130);
      resolve(new DOMException("Asked to stop.", "AbortError"));
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) Deno.addSignalListener(signal, stop);
    onOrphaned(stop);
  });
}
