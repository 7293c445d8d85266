/** A door before the Data API that passes everything on, and notes what was asked and how long the answer took. */

/** One request to the Data API. */
export interface RoundTrip {
  /** The RPC's name. */
  readonly operation: string;
  readonly ms: number;
}

/** The door; it listens on a free loopback port. */
export interface CountingDoor extends AsyncDisposable {
  readonly url: string;
  /** What went through since this was asked last. */
  take(): readonly RoundTrip[];
}

/** Opens one before `api`, an address without a path. */
export function openCountingDoor(api: string): CountingDoor {
  let trips: RoundTrip[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    const began = performance.now();
    const answer = await fetch(api + pathname + search, {
      method: request.method,
      headers: request.headers,
      body: request.method === "GET" || request.method === "HEAD" ? null : await request.arrayBuffer(),
      redirect: "manual",
    });
    const body = await answer.arrayBuffer();
    trips.push({ operation: pathname.split("/").at(-1) ?? "", ms: performance.now() - began });
    // The body is no longer as its encoding and length say.
    const headers = new Headers(answer.headers);
    for (const name of ["content-encoding", "content-length", "transfer-encoding"]) headers.delete(name);
    return new Response(answer.status === 204 ? null : body, { status: answer.status, headers });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    take() {
      const taken = trips;
      trips = [];
      return taken;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
