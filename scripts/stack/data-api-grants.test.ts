/** The Data API's library gives API roles all rights on every table by itself, unless it is prevented. It is. */
import assert from "node:assert/strict";
import { startGateway } from "./gateway-process.ts";
import { silentReport } from "./report.ts";
import { databaseUrl, localKeys, type Settings } from "./settings.ts";
import { withClient } from "./sql.ts";
import { startThrowAwayDatabase } from "./throw-away.ts";

/** Who may do what, and who exists. */
const catalogue = `
  select 'relation' as kind, oid::regclass::text as name, relacl::text as access from pg_class
  where relnamespace::regnamespace::text in ('public', 'private', 'auth', 'extensions')
  union all
  select 'function', oid::regprocedure::text, proacl::text from pg_proc
  where pronamespace::regnamespace::text in ('public', 'private', 'auth', 'extensions')
  union all
  select 'schema', nspname, nspacl::text from pg_namespace where nspname !~ '^pg_(temp|toast)'
  union all
  select 'default', coalesce(defaclnamespace::regnamespace::text, '') || defaclobjtype::text, defaclacl::text from pg_default_acl
  union all
  select 'role', rolname, concat_ws(' ', rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolbypassrls)
  from pg_roles
  union all
  select 'member', roleid::regrole::text || ' of ' || member::regrole::text, null from pg_auth_members
  order by 1, 2, 3`;

Deno.test("the Data API adds no grant, no default grant and no role to what the migrations made", async () => {
  const { signal } = new AbortController();
  await using database = await startThrowAwayDatabase(silentReport(), signal);
  const read = async () =>
    await withClient(
      databaseUrl(database.settings, "supabase_admin"),
      async (client) => (await client.query<{ kind: string }>(catalogue)).rows,
    );
  const before = await read();
  assert.ok(before.some(({ kind }) => kind === "relation"), "the migrations made tables");

  const apiUrl = `http://127.0.0.1:${database.settings.apiPort}`;
  const gateway = startGateway(database.settings, apiUrl, [], silentReport());
  try {
    await gateway.ready(signal);
    await useAsEveryRole(database.settings, apiUrl);
  } finally {
    await gateway.stop();
  }
  assert.deepEqual(await read(), before);
});

/** Reads a table that has row security with each key and, signed in, as a user: that is when the library would grant. */
async function useAsEveryRole(settings: Settings, apiUrl: string): Promise<void> {
  const tables = await withClient(
    databaseUrl(settings, "supabase_admin"),
    async (client) =>
      (await client.query<{ name: string }>(
        "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relrowsecurity and relkind = 'r'",
      )).rows,
  );
  assert.ok(tables.length > 0, "there are tables with row security");
  const signIn = await fetch(`${apiUrl}/auth/v1/token?grant_type=password`, {
    method: "POST",
    headers: { apikey: localKeys.publishable, "content-type": "application/json" },
    body: JSON.stringify({ email: "owner@harbor.test", password: "frontdesk-local" }),
  });
  const session: { access_token?: string } = await signIn.json();
  assert.equal(signIn.status, 200);
  const everyRole: [HeadersInit, number[]][] = [
    [{ apikey: localKeys.publishable }, [401]],
    [{ apikey: localKeys.secret }, [403]],
    [{ apikey: localKeys.publishable, authorization: `Bearer ${session.access_token}` }, [200, 403]],
  ];
  for (const [headers, expected] of everyRole) {
    for (const { name } of tables) {
      const response = await fetch(`${apiUrl}/rest/v1/${name}?limit=1`, { headers });
      await response.body?.cancel();
      assert.ok(expected.includes(response.status), `${name}: ${response.status}`);
    }
  }
}
