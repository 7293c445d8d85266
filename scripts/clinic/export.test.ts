import assert from "node:assert/strict";
import { z } from "zod";
import { cedar, digestOfOthers, harbor, openBusyClinics } from "./busy-clinics.ts";
import { exportClinic } from "./export-rows.ts";
import { readTenantTables } from "./tenant-tables.ts";

const lineSchema = z.strictObject({ table: z.string(), row: z.record(z.string(), z.unknown()) });

Deno.test("one clinic is exported", async (t) => {
  await using clinics = await openBusyClinics();
  const { sql } = clinics;
  const before = await digestOfOthers(sql);
  const text: string[] = [];
  const counts = await exportClinic(sql, harbor, (lines) => {
    text.push(...lines);
    return Promise.resolve();
  });
  const lines = text.map((line) => lineSchema.parse(JSON.parse(line)));

  await t.step("every row of it, of every table", async () => {
    for (const table of await readTenantTables(sql)) {
      const [{ rows } = { rows: -1 }] = await sql<{ rows: number }[]>`
        select count(*)::int as rows from ${sql(table.name)} where ${sql(table.clinicColumn)} = ${harbor}`;
      assert.equal(counts.find((one) => one.table === table.name)?.rows, rows, table.name);
      assert.equal(lines.filter((line) => line.table === table.name).length, rows, table.name);
    }
    const filled = counts.filter(({ rows }) => rows > 0).map(({ table }) => table);
    for (const table of ["appointments", "audit_log", "call_events", "contacts", "follow_up_tasks", "slot_claims"]) {
      assert.ok(filled.includes(table), `${table} has rows to export`);
    }
  });

  await t.step("and no row, and no mention, of another clinic", () => {
    assert.deepEqual(
      lines.filter(({ table, row }) => (table === "organizations" ? row.id : row.org_id) !== harbor),
      [],
    );
    assert.ok(!text.some((line) => line.includes(cedar)));
  });

  await t.step("each row after those that it cannot do without", async () => {
    const seen = new Set<string>();
    const tables = new Map((await readTenantTables(sql)).map((table) => [table.name, table]));
    for (const { table, row } of lines) {
      for (const { to, column, toColumn, optional } of tables.get(table)?.references ?? []) {
        if (optional || column === null) continue;
        assert.ok(seen.has(`${to} ${toColumn} ${row[column]}`), `${table} comes before its row of ${to}`);
      }
      for (const [column, value] of Object.entries(row)) seen.add(`${table} ${column} ${value}`);
    }
  });

  await t.step("without what Postgres computes by itself", () => {
    const chunk = lines.find(({ table }) => table === "knowledge_base_chunks");
    assert.ok(chunk && "body" in chunk.row && !("search" in chunk.row));
  });

  await t.step("and every clinic is as it was, byte for byte", async () => {
    assert.deepEqual(await digestOfOthers(sql), before);
  });
});

Deno.test("an export that could not be finished leaves no file, and one that is there is not written over", async () => {
  await using clinics = await openBusyClinics();
  const folder = await Deno.makeTempDir();
  const run = async (...args: string[]) => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", new URL("export.ts", import.meta.url).pathname, ...args],
      env: { DB_URL: clinics.target.dbUrl, NO_COLOR: "1" },
    }).output();
    return { code, said: new TextDecoder().decode(stderr) };
  };
  try {
    const path = `${folder}/clinic.ndjson`;
    assert.deepEqual(await run("+12125550199", "--out", path), {
      code: 1,
      said: "There is no clinic with the id or number +12125550199.\n",
    });
    assert.deepEqual([...Deno.readDirSync(folder)], []);
    assert.equal((await run(harbor, "--out", path)).code, 0);
    const written = Deno.readTextFileSync(path);
    assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
    assert.deepEqual(await run(cedar, "--out", path), { code: 1, said: `${path} is there already.\n` });
    assert.equal(Deno.readTextFileSync(path), written);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
