/** The operations port: the health function for people and monitors, and the sinks. */

/** Answers a request under the sink's own prefix; `path` has that prefix removed. */
export type Sink = (request: Request, path: string) => Promise<Response>;

/** Serves `GET /health` and everything below /twilio and /sentry. */
export function startOps(
  port: number,
  functionsUrl: string,
  sinks: Record<string, Sink>,
): { stop(): Promise<void> } {
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    const [, first = "", rest = ""] = /^\/([^/]*)(.*)$/.exec(pathname) ?? [];
    const sink = sinks[first];
    if (sink) return await sink(request, rest);
    if (pathname === "/health" && request.method === "GET") return await health(functionsUrl);
    return new Response(null, { status: 404 });
  });
  return {
    async stop() {
      // A client that keeps its connection open shall not keep the stack.
      const closed = server.shutdown();
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 500))]);
    },
  };
}

async function health(functionsUrl: string): Promise<Response> {
  try {
    return await fetch(`${functionsUrl}/health`, { signal: AbortSignal.timeout(5000) });
  } catch {
    return new Response(null, { status: 502 });
  }
}
