/** Supabase's runtime offers this; plain Deno, which runs the tests and the local stack, does not. */
declare const EdgeRuntime: { waitUntil(work: Promise<unknown>): void } | undefined;

/**
 * Long enough for the answer to leave. Loading Sentry keeps the only thread busy for up to a quarter of a second, and
 * work that is merely not awaited would start before the answer's bytes are written.
 */
const AFTER_THE_ANSWER_MS = 20;

/** Does work that nobody waits for, once the answer has gone out. It is best effort: nothing important may rest on it. */
export function afterTheAnswer(work: () => Promise<void>): void {
  later(AFTER_THE_ANSWER_MS, work);
}

/** The same, after a while. */
export function later(milliseconds: number, work: () => Promise<void>): void {
  const done = new Promise<void>((resolve) => setTimeout(resolve, milliseconds)).then(work).catch(
    (thrown: unknown) => console.error(`work after the answer failed: ${thrown instanceof Error ? thrown.name : ""}`),
  );
  if (typeof EdgeRuntime !== "undefined") EdgeRuntime.waitUntil(done);
}
