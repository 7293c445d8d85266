import assert from "node:assert/strict";
import type postgres from "postgres";
import { cedar, digestOfOthers, harbor, openBusyClinics, other, patient } from "./busy-clinics.ts";
import { eraseClinic, erasePatient } from "./erase-rows.ts";
import { readTenantTables } from "./tenant-tables.ts";

/** Every row of a clinic, but its trail, as text. */
async function rowsOf(sql: postgres.Sql, org: string): Promise<string> {
  const texts: string[] = [];
  for (const { name, clinicColumn } of await readTenantTables(sql)) {
    if (name === "audit_log") continue;
    const rows = await sql<{ text: string }[]>`
      select ${name} || ' ' || t::text as text from ${sql(name)} t where ${sql(clinicColumn)} = ${org} order by 1`;
    texts.push(...rows.map(({ text }) => text));
  }
  return texts.join("\n");
}

Deno.test("one patient is erased", async (t) => {
  await using clinics = await openBusyClinics();
  const { sql } = clinics;
  const others = await digestOfOthers(sql, harbor);
  assert.ok((await rowsOf(sql, harbor)).includes(patient));
  const erased = await sql.begin((transaction) => erasePatient(transaction, harbor, patient));
  const left = await rowsOf(sql, harbor);

  await t.step("no row has the number or the name any more", () => {
    assert.ok(!left.includes(patient), left);
    assert.ok(!left.includes("Nora Quill"));
  });

  await t.step("what went along is counted", () => {
    const removed = Object.fromEntries(erased.removed.map(({ table, rows }) => [table, rows]));
    assert.equal(removed.contacts, 1);
    assert.equal(removed.calls, 2);
    assert.equal(removed.appointments, 1);
    assert.equal(removed.verification_attempts, 1);
    assert.ok((removed.call_events ?? 0) >= 2);
    assert.ok((removed.slot_claims ?? 0) >= 1);
  });

  await t.step("somebody else's appointment, booked in this patient's call, stays with its time", async () => {
    const kept = await sql`
      select a.status, a.hold_id, count(s.id)::int as claims
      from public.appointments a
      join public.contacts c on c.org_id = a.org_id and c.id = a.contact_id
      left join public.slot_claims s on s.org_id = a.org_id and s.appointment_id = a.id
      where a.org_id = ${harbor} and c.phone = ${other}
      group by a.id, a.status, a.hold_id`;
    assert.deepEqual([...kept], [{ status: "booked", hold_id: null, claims: 1 }]);
    assert.ok(left.includes("Milo Trent"));
  });

  await t.step("the recording at Twilio, and text that mentions the number, are named", () => {
    assert.deepEqual(erased.recordings, ["https://api.twilio.com/recordings/RE" + "0".repeat(31) + "1"]);
    assert.deepEqual(erased.mentions.map(({ table }) => table), ["follow_up_tasks"]);
  });

  await t.step("the audit trail knows that rows went, by their ids alone", async () => {
    const trail = await sql`
      select a from public.audit_log a
      where a.org_id = ${harbor} and a::text ~ ${`${patient.slice(1)}|Quill`}`;
    assert.deepEqual([...trail], []);
    const [{ entries } = { entries: 0 }] = await sql<{ entries: number }[]>`
      select count(*)::int as entries from public.audit_log where org_id = ${harbor} and table_name = 'contacts' and verb = 'delete'`;
    assert.equal(entries, 1);
  });

  await t.step("every other clinic, where the same number is a patient too, is as it was, byte for byte", async () => {
    assert.deepEqual(await digestOfOthers(sql, harbor), others);
    assert.ok((await rowsOf(sql, cedar)).includes(patient));
  });

  await t.step("once more finds nothing", async () => {
    const again = await sql.begin((transaction) => erasePatient(transaction, harbor, patient));
    assert.equal(again.removed.length, 0);
  });
});

Deno.test("one clinic is erased", async (t) => {
  await using clinics = await openBusyClinics();
  const { sql } = clinics;
  const others = await digestOfOthers(sql, harbor);
  const erased = await sql.begin((transaction) => eraseClinic(transaction, harbor));

  await t.step("no row of it is left in any table, and no trail", async () => {
    for (const { name, clinicColumn } of await readTenantTables(sql)) {
      const left = await sql`select 1 from ${sql(name)} where ${sql(clinicColumn)} = ${harbor}`;
      assert.equal(left.length, 0, name);
    }
    assert.ok(erased.removed.some(({ table, rows }) => table === "appointments" && rows === 2));
  });

  await t.step("the owner's account goes with it, an account that works elsewhere too does not", async () => {
    const accounts = await sql`select email from auth.users where email in ('owner@harbor.test', 'owner@cedar.test')`;
    assert.deepEqual([...accounts], [{ email: "owner@cedar.test" }]);
  });

  await t.step("every other clinic is as it was, byte for byte", async () => {
    assert.deepEqual(await digestOfOthers(sql, harbor), others);
  });
});

Deno.test("the commands do nothing without --yes, and what they said with it", async (t) => {
  await using clinics = await openBusyClinics();
  const { sql, target } = clinics;
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", new URL("erase.ts", import.meta.url).pathname, ...args],
      env: { DB_URL: target.dbUrl, NO_COLOR: "1" },
    }).output();
    const decoder = new TextDecoder();
    return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
  };
  const before = await digestOfOthers(sql);

  await t.step("a dry run tells and changes nothing", async () => {
    const forPatient = await run(harbor, "--patient", patient);
    assert.match(forPatient.text, /^Would erase: \+12125550161 at Harbor Dental/);
    assert.match(forPatient.text, /1 {2}contacts$/m);
    assert.match(forPatient.text, /Nothing was changed\. Add --yes to do it\./);
    const forClinic = await run("+12125550100");
    assert.match(forClinic.text, /^Would erase: Harbor Dental/);
    assert.match(forClinic.text, /1 {2}accounts of staff$/m);
    assert.deepEqual(await digestOfOthers(sql), before);
  });

  await t.step("what it is not given, or does not know, it refuses in a sentence", async () => {
    const nothing = { code: 1, text: "There is no clinic with the id or number +12125550199.\n" };
    assert.deepEqual(await run("+12125550199"), nothing);
    assert.match((await run(harbor, "--patient", "0555")).text, /^--patient must be a number/);
    assert.match((await run()).text, /^Name one clinic[^]*\n\n.*deno\S* task clinic:erase CLINIC/);
    assert.match((await run(harbor, "--now")).text, /^Unknown option '--now'/);
    assert.match((await run("--help")).text, /^.*deno\S* task clinic:erase CLINIC/);
    assert.deepEqual(await digestOfOthers(sql), before);
  });

  await t.step("with --yes it is done", async () => {
    assert.match((await run(harbor, "--yes")).text, /^Erased for good: Harbor Dental/);
    assert.deepEqual((await sql`select id from public.organizations`).map(({ id }) => id), [cedar]);
  });
});
