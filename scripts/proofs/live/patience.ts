/** Waits for a server that is starting. */

/** Asks again while asking fails, for at most a minute. */
export async function patiently<Answer>(ask: () => PromiseLike<Answer>): Promise<Answer> {
  for (const until = performance.now() + 60_000;;) {
    try {
      return await ask();
    } catch (thrown) {
      if (performance.now() > until) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
