import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { startHostedDatabase } from "./hosted-database.ts";
import { runPgtap } from "./running/pgtap.ts";

const tests = fileURLToPath(new URL("../../supabase/tests/database", import.meta.url));

Deno.test("on hosted Supabase's roles and default privileges migrations and seed apply, and every pgTAP test passes", async () => {
  await using database = await startHostedDatabase(new AbortController().signal);
  const lines: string[] = [];
  const { passed, failed } = await runPgtap(tests, database.url, (line) => lines.push(line));
  assert.equal(failed, 0, lines.join("\n"));
  assert.ok(passed > 0);
});
