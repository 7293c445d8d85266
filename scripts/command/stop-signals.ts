/** When to stop: asked to by a signal, or because whoever started us is gone. */
import { onOrphaned } from "./launchers.ts";

/** Resolves, with the reason, when this process should stop. From then on signals that would end it at once do not. */
export function untilAskedToStop(): Promise<DOMException> {
  return new Promise((resolve) => {
    const stop = () => resolve(new DOMException("Asked to stop.", "AbortError"));
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) Deno.addSignalListener(signal, stop);
    onOrphaned(stop);
  });
}
