import assert from "node:assert/strict";
import { readSettings, stackEnvironment } from "./settings.ts";

Deno.test("without environment the stack takes the ports of the Supabase CLI", () => {
  const { apiPort, dbPort, opsPort, stackDir } = readSettings({});
  assert.deepEqual([apiPort, dbPort, opsPort], [54321, 54322, 3001]);
  assert.match(stackDir, /\/\.stack$/);
});

Deno.test("a setting that cannot be is refused in a sentence that names it", () => {
  assert.throws(() => readSettings({ STACK_DB_PORT: "post" }), /^Error: STACK_DB_PORT must be a port .* not "post"\.$/);
  assert.throws(() => readSettings({ STACK_OPS_PORT: "70000" }), /STACK_OPS_PORT must be a port/);
  assert.throws(() => readSettings({ STACK_API_PORT: "3001" }), /three different ports/);
});

Deno.test("a public address is what Twilio signs, while everything local stays local", () => {
  const env = stackEnvironment(readSettings({ PUBLIC_FUNCTIONS_URL: "https://clinic.example/functions/v1/" }));
  assert.equal(env.PUBLIC_FUNCTIONS_URL, "https://clinic.example/functions/v1");
  assert.equal(env.FUNCTIONS_URL, "http://127.0.0.1:54321/functions/v1");
});
