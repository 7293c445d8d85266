/** A database with the migrations, on a Postgres that has hosted Supabase's own roles and default privileges. */
import { silentReport } from "../stack/report.ts";
import { databaseUrl } from "../stack/settings.ts";
import { startThrowAwayDatabase } from "../stack/throw-away.ts";
import { createScratchDatabase } from "./scratch-database.ts";
import { connect } from "./sql.ts";

/** Where it is, as the tables' owner; disposing removes it, with the server that it needs for itself. */
export async function startHostedDatabase(signal: AbortSignal): Promise<AsyncDisposable & { readonly url: string }> {
  await using started = new AsyncDisposableStack();
  const { settings } = started.use(await startThrowAwayDatabase(silentReport(), signal));
  const platform = await Deno.readTextFile(new URL("hosted.sql", import.meta.url));
  const server = {
    ADMIN_DB_URL: databaseUrl(settings, "supabase_admin"),
    DB_URL: databaseUrl(settings, "postgres"),
  };
  const { url, adminUrl } = started.use(await createScratchDatabase(server, { platform }));
  await using admin = connect(adminUrl);
  // The superuser's: whoever runs the tests brings one of their own.
  await admin`drop extension pgtap`;
  await using owner = connect(url);
  await owner.unsafe(await Deno.readTextFile(new URL("../../supabase/seed.sql", import.meta.url))).simple();
  const all = started.move();
  return { url, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
