import assert from "node:assert/strict";
import { AddressRefused } from "../../testkit/caller/loopback.ts";
import { onlyHost } from "./deployed.ts";

Deno.test("of all hosts only the one that was asked for is called, and only where nobody can listen", async () => {
  const permit = onlyHost(new URL("https://abc.supabase.co/functions/v1"));
  await permit(new URL("https://abc.supabase.co/functions/v1/voice?step=menu"));
  for (
    const other of [
      "http://abc.supabase.co/functions/v1/voice",
      "https://abc.supabase.co:8443/functions/v1/voice",
      "https://abc.supabase.co.evil.example/functions/v1/voice",
      "https://evil.example/voice",
      "http://127.0.0.1:54321/functions/v1/voice",
    ]
  ) {
    await assert.rejects(permit(new URL(other)), AddressRefused, other);
  }
  await onlyHost(new URL("http://127.0.0.1:54321/functions/v1"))(new URL("http://127.0.0.1:54321/functions/v1/voice"));
});
