import assert from "node:assert/strict";
import { AddressRefused, onlyHost, onlyLoopback } from "./loopback.ts";

for (
  const address of [
    "http://127.0.0.1:54321/functions/v1/voice",
    "http://127.8.9.10/",
    "http://127.1/",
    "http://2130706433/",
    "http://[::1]:8000/",
    "https://localhost/",
  ]
) {
  Deno.test(`${address} is this machine`, async () => await onlyLoopback(new URL(address)));
}

for (
  const address of [
    "http://10.0.0.1/",
    "http://192.0.2.1:54321/",
    "http://0.0.0.0/",
    "http://[::]/",
    "http://[fe80::1]/",
    "http://[::ffff:127.0.0.1]/",
    "https://example.com/",
    "http://127.0.0.1.example.com/",
    "http://localhost.example.com/",
    "http://user@example.com:80/?127.0.0.1",
    "file:///etc/hosts",
    "ftp://127.0.0.1/",
  ]
) {
  Deno.test(`${address} is refused`, async () => await assert.rejects(onlyLoopback(new URL(address)), AddressRefused));
}

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
