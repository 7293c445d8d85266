/** The migrations on a Postgres that has hosted Supabase's own roles and default privileges. */
import assert from "node:assert/strict";
import { silentReport } from "../stack/report.ts";
import { databaseUrl, repositoryDir } from "../stack/settings.ts";
import { join } from "../stack/paths.ts";
import { withClient } from "../stack/sql.ts";
import { startThrowAwayDatabase } from "../stack/throw-away.ts";
import { createScratchDatabase } from "./scratch-database.ts";
import { runPgtap } from "./running/pgtap.ts";

Deno.test("on hosted Supabase's roles and default privileges migrations and seed apply, and every pgTAP test passes", async () => {
  await using server = await startThrowAwayDatabase(silentReport(), new AbortController().signal);
  const url = (role: "supabase_admin" | "postgres") => databaseUrl(server.settings, role);
  const hosted = await Deno.readTextFile(new URL("../stack/hosted.sql", import.meta.url));
  await using database = await createScratchDatabase(url("supabase_admin"), url("postgres"), hosted);

  const seed = await Deno.readTextFile(join(repositoryDir, "supabase/seed.sql"));
  await withClient(database.url, (client) => client.query(seed));
  // It is the superuser's here; whoever runs the tests brings one of their own.
  await withClient(database.adminUrl, (client) => client.query("drop extension pgtap"));
  const lines: string[] = [];
  const { passed, failed } = await runPgtap(
    join(repositoryDir, "supabase/tests/database"),
    database.url,
    (line) => lines.push(line),
  );
  assert.equal(failed, 0, lines.join("\n"));
  assert.ok(passed > 0);
});
