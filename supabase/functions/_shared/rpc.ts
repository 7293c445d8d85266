import { ownSecretKey, setting } from "./environment.ts";

/**
 * Calls one of the database's functions through the Data API, with the secret key. supabase-js would send the very same
 * request; but the one call that we need of it takes 12 ms of the processor to load while a caller waits, and
 * voice-fallback must do without any library.
 */
export function callRpc(
  operation: string,
  args: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<Response> {
  return fetch(`${setting("SUPABASE_URL")}/rest/v1/rpc/${operation}`, {
    method: "POST",
    headers: { apikey: ownSecretKey(), "content-type": "application/json" },
    body: JSON.stringify(args),
    signal,
  });
}
