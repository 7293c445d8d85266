import assert from "node:assert/strict";
import { cedar, digestOfOthers, harbor, openBusyClinics } from "./busy-clinics.ts";
import { type ClinicFile, readClinicFile } from "./clinic-file.ts";
import { findObstacles, provision } from "./provision.ts";
import type { Target } from "./target.ts";
import { readTenantTables } from "./tenant-tables.ts";
import { twilioSettings } from "./twilio-settings.ts";

function example(): ClinicFile {
  const reading = readClinicFile(Deno.readTextFileSync(new URL("example-clinic.json", import.meta.url)));
  assert.ok("clinic" in reading);
  return reading.clinic;
}

Deno.test("a clinic is added", async (t) => {
  await using clinics = await openBusyClinics();
  const { sql, target } = clinics;
  const before = await digestOfOthers(sql);
  assert.deepEqual(await findObstacles(sql, target, example()), []);
  const made = await provision(sql, target, example());

  await t.step("its number leads to it, and it can be booked at once", async () => {
    const [call] = await sql`select public.begin_call('+12125550120', '+12125550163', 'CAfirst', now()) as it`;
    assert.equal(call?.it.clinic.id, made.orgId);
    assert.equal(call.it.clinic.greeting, "Thank you for calling.");
    const [{ found } = { found: undefined }] = await sql`
      select public.find_open_slots(${made.orgId}, ${
      call.it.services[0].id
    }, now(), now() + interval '7 days') as found`;
    assert.ok(found.slots.length > 0);
    assert.equal(found.slots[0].provider_name, "Doctor Reyes");
  });

  await t.step("its owner may sign in with the password that is shown, and owns this clinic alone", async () => {
    const password = /password (\S+)/.exec(made.owner)?.[1];
    assert.match(password ?? "", /^[a-z2-9]{18}$/);
    const owned = await sql`
      select m.org_id, m.role, u.encrypted_password = extensions.crypt(${
      password ?? ""
    }, u.encrypted_password) as opens,
        exists (select from auth.identities i where i.user_id = u.id and i.provider = 'email') as has_identity
      from auth.users u
      join public.memberships m on m.user_id = u.id
      where u.email = 'owner@birch.test'`;
    assert.deepEqual([...owned], [{ org_id: made.orgId, role: "owner", opens: true, has_identity: true }]);
  });

  await t.step("no other clinic has changed by a byte", async () => {
    assert.deepEqual(await digestOfOthers(sql, made.orgId), before);
  });

  await t.step("the same file again is refused before anything is written", async () => {
    const now = await digestOfOthers(sql);
    assert.deepEqual(await findObstacles(sql, target, example()), ["phone +12125550120 already leads to a clinic."]);
    await assert.rejects(provision(sql, target, example()), /phone_numbers_phone_key/);
    assert.deepEqual(await digestOfOthers(sql), now);
  });

  await t.step("a second clinic of the same owner uses the account that is there", async () => {
    const second = await provision(sql, target, { ...example(), phone: "+12125550121" });
    assert.match(second.owner, /the account they already have/);
    const [{ owned } = { owned: 0 }] = await sql`
      select count(*)::int as owned from public.memberships m join auth.users u on u.id = m.user_id
      where u.email = 'owner@birch.test'`;
    assert.equal(owned, 2);
  });

  await t.step("what fails half-way leaves nothing, not even the account", async () => {
    const accounts = async () => (await sql`select count(*)::int as n from auth.users`)[0]?.n;
    const [now, users] = [await digestOfOthers(sql), await accounts()];
    const impossible = {
      ...example(),
      phone: "+12125550122",
      owner: { email: "owner@elm.test" },
      hours: [{ days: ["monday" as const], opens: "09:00", closes: "99:00" }],
    };
    await assert.rejects(provision(sql, target, impossible), /99:00/);
    assert.deepEqual(await digestOfOthers(sql), now);
    assert.equal(await accounts(), users);
  });

  await t.step("the tables that were written are those that a clinic has", async () => {
    const names = (await readTenantTables(sql)).map(({ name }) => name);
    assert.ok(names.indexOf("organizations") < names.indexOf("memberships"));
    assert.ok(names.indexOf("services") < names.indexOf("appointments"));
    assert.ok(!(await digestOfOthers(sql, harbor, cedar)).availability?.startsWith("0 rows"));
  });
});

Deno.test("on hosted Supabase the Auth server makes the account, and takes it back when the clinic is not made", async () => {
  await using clinics = await openBusyClinics();
  const { sql } = clinics;
  const asked: string[] = [];
  const userId = crypto.randomUUID();
  const auth = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    asked.push(`${request.method} ${pathname} ${request.headers.get("apikey")} ${await request.text()}`);
    return Response.json({ id: userId, email: "owner@birch.test", aud: "authenticated" });
  });
  try {
    const hosted: Target = {
      ...clinics.target,
      isLocal: false,
      apiUrl: `http://127.0.0.1:${auth.addr.port}`,
      secretKey: "sb_secret_test",
    };
    assert.deepEqual(await findObstacles(sql, hosted, example()), []);
    // This Auth server makes no row, so the membership cannot be written and all is taken back.
    await assert.rejects(provision(sql, hosted, example()), /memberships_user_id_fkey/);
    assert.match(asked[0] ?? "", /^POST \/auth\/v1\/invite sb_secret_test .*owner@birch\.test/);
    assert.match(asked.at(-1) ?? "", new RegExp(`^DELETE /auth/v1/admin/users/${userId} sb_secret_test`));
    const [{ made } = { made: -1 }] =
      await sql`select count(*)::int as made from public.phone_numbers where phone = '+12125550120'`;
    assert.equal(made, 0);
    const unarmed: Target = { ...hosted, secretKey: undefined };
    assert.match((await findObstacles(sql, unarmed, example())).join(), /set SUPABASE_URL and SUPABASE_SECRET_KEY/);
  } finally {
    await auth.shutdown();
  }
});

Deno.test("Twilio's settings are told in full, with the region where one is named", () => {
  const text = twilioSettings("https://x.supabase.co/functions/v1", "+12125550120", "us-east-1");
  assert.match(text, /functions\/v1\/voice\?forceFunctionRegion=us-east-1#rc=2&rp=ct,rt,5xx&rt=4000$/m);
  assert.match(text, /handler fails +\S+\/voice-fallback\?/);
  assert.match(text, /status changes +\S+\/voice-status\?/);
  assert.match(text, /message comes in +\S+\/sms\?/);
  assert.doesNotMatch(twilioSettings("https://x.supabase.co/functions/v1", "+12125550120"), /\?/);
});
