/** A database with the migrations, on a Postgres that has hosted Supabase's own roles and default privileges. */
import { silentReport } from "../stack/report.ts";
import { databaseUrl } from "../stack/settings.ts";
import { withClient } from "../stack/sql.ts";
import { startThrowAwayDatabase } from "../stack/throw-away.ts";
import { createScratchDatabase } from "./scratch-database.ts";

/** Where it is, as the tables' owner; disposing removes it, with the server that it needs for itself. */
export async function startHostedDatabase(signal: AbortSignal): Promise<AsyncDisposable & { readonly url: string }> {
  await using started = new AsyncDisposableStack();
  const { settings } = started.use(await startThrowAwayDatabase(silentReport(), signal));
  const platform = await Deno.readTextFile(new URL("hosted.sql", import.meta.url));
  const { url, adminUrl } = started.use(
    await createScratchDatabase(databaseUrl(settings, "supabase_admin"), databaseUrl(settings, "postgres"), platform),
  );
  // The superuser's: whoever runs the tests brings one of their own.
  await withClient(adminUrl, (client) => client.query("drop extension pgtap"));
  const seed = await Deno.readTextFile(new URL("../../supabase/seed.sql", import.meta.url));
  await withClient(url, (client) => client.query(seed));
  const all = started.move();
  return { url, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
