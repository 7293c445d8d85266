import assert from "node:assert/strict";
import { CEDAR, database, HARBOR, signedIn, withPublishableKey, withSecretKey } from "./stack.ts";

/** Every table that the Data API could show. */
async function tables(): Promise<{ name: string; clinic: string | null }[]> {
  await using sql = database();
  const rows = await sql<{ name: string; clinic: string | null }[]>`
    select
      c.relname as name,
      case
        when c.relname = 'organizations' then 'id'
        else (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id')
      end as clinic
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')`;
  return [...rows];
}

Deno.test("of a hundred claims of one slot at once, one succeeds and ninety-nine are told that it is taken", async () => {
  const api = withSecretKey();
  await using sql = database();
  // A day of its own far from the first free ones, so that no other test claims there.
  const { data: found } = await api.rpc("find_open_slots", {
    p_org_id: HARBOR.id,
    p_service_id: HARBOR.service,
    p_provider_id: HARBOR.provider,
    p_from: new Date(Date.now() + 40 * 86_400_000),
    p_to: new Date(Date.now() + 60 * 86_400_000),
    p_limit: 200,
  });
  const slot = found.slots[Math.floor(Math.random() * found.slots.length)];
  const answers = await Promise.all(
    Array.from({ length: 100 }, () =>
      api.rpc("claim_slot_atomic", {
        p_org_id: HARBOR.id,
        p_provider_id: HARBOR.provider,
        p_service_id: HARBOR.service,
        p_starts_at: slot.starts_at,
        p_call_sid: `race-${crypto.randomUUID()}`,
      })),
  );
  assert.deepEqual(answers.filter(({ error }) => error !== null), []);
  const outcomes = answers.map(({ data }) => data.success ? "held" : data.reason).sort();
  assert.deepEqual(outcomes, ["held", ...Array.from({ length: 99 }, () => "slot_taken")]);
  const claims = await sql`
    select id from public.slot_claims
    where resource_id = ${HARBOR.provider} and during @> ${slot.starts_at}::timestamptz`;
  assert.equal(claims.length, 1);
});

Deno.test("staff embed every table in every other that one refers to, either way round, without saying how", async () => {
  await using sql = database();
  const references = await sql<{ one: string; other: string }[]>`
    select distinct c.conrelid::regclass::text as one, c.confrelid::regclass::text as other
    from pg_constraint c
    where c.contype = 'f' and c.connamespace = 'public'::regnamespace and c.confrelid <> 'auth.users'::regclass
      -- The hold that an appointment took last and the holds that it came from are two things: one has to say which.
      and not (c.conrelid::regclass::text ~ '^appointment' and c.confrelid::regclass::text ~ '^appointment')`;
  assert.ok(references.length > 40, `${references.length} references are few`);
  const api = await signedIn("owner@harbor.test");
  const pairs = references.flatMap(({ one, other }) => [[one, other], [other, one]]);
  for (const [from = "", to = ""] of [...pairs, ["providers", "services"], ["services", "providers"]]) {
    const { error } = await api.from(from).select(`*, ${to}(*)`).limit(1);
    assert.equal(error, null, `${from} with ${to}`);
  }
});

Deno.test("staff read an appointment with its patient, provider and service in one request", async () => {
  await using sql = database();
  const phone = "+12125550188";
  const [appointment] = await sql<{ id: string }[]>`
    with patient as (
      insert into public.contacts (org_id, phone, name) values (${HARBOR.id}, ${phone}, 'Edda Embed')
      on conflict (org_id, phone) do update set name = excluded.name
      returning id
    )
    insert into public.appointments (org_id, contact_id, provider_id, service_id, starts_at, status)
    select ${HARBOR.id}, id, ${HARBOR.provider}, ${HARBOR.service}, now() + interval '300 days', 'cancelled' from patient
    returning id`;
  const api = await signedIn("owner@harbor.test");
  const { data, error } = await api.from("appointments")
    .select("contacts(name), providers(resources(name)), services(name)").eq("id", `${appointment?.id}`).single();
  assert.equal(error, null);
  assert.deepEqual(data, {
    contacts: { name: "Edda Embed" },
    providers: { resources: { name: "Dr. Maya Ortiz" } },
    services: { name: "Check-up" },
  });
});

Deno.test("a stranger and the secret key can select from no table", async () => {
  for (const { name } of await tables()) {
    for (const api of [withPublishableKey(), withSecretKey()]) {
      const { data, error } = await api.from(name).select("*").limit(1);
      assert.equal(data, null, name);
      assert.equal(error?.code, "42501", name);
    }
  }
});

Deno.test("a clinic's owner sees the rows of that clinic and of no other", async () => {
  for (const [email, own] of [["owner@harbor.test", HARBOR.id], ["owner@cedar.test", CEDAR.id]] as const) {
    const staff = await signedIn(email);
    let seen = 0;
    for (const { name, clinic } of await tables()) {
      assert.ok(clinic, `${name} belongs to a clinic`);
      const { data, error } = await staff.from(name).select(clinic);
      // Some tables are for the engine alone.
      if (error?.code === "42501") continue;
      assert.equal(error, null, name);
      const rows: Record<string, unknown>[] = JSON.parse(JSON.stringify(data));
      seen += rows.length;
      assert.ok(rows.every((row) => row[clinic] === own), name);
    }
    assert.ok(seen > 10, "there was something to see");
  }
});

Deno.test("nobody makes themselves an account", async () => {
  const email = `${crypto.randomUUID()}@stranger.test`;
  const { data, error } = await withPublishableKey().auth.signUp({ email, password: "a long enough password" });
  assert.equal(data.user, null);
  assert.equal(error?.code, "signup_disabled");
});

Deno.test("instants have the form that PostgREST gives them", async () => {
  const staff = await signedIn("owner@harbor.test");
  const { data } = await staff.from("organizations").select("created_at").single();
  assert.match(data?.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00$/);
});
