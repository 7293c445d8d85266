/** The migrations are chapters: each is whole when it ends, whatever comes after it. */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { createScratchDatabase, readChapters } from "./scratch-database.ts";

const unknownNames = await Deno.readTextFile(new URL("./unknown-names.sql", import.meta.url));
const longestFunction = 70;

async function findUnknownNames(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql.unsafe<{ function: string; unknown: string }[]>(unknownNames);
  return rows.map(({ function: name, unknown }) => `${name} names ${unknown}`);
}

Deno.test("no chapter of the migrations calls ahead: whatever its functions name is there when it ends", async () => {
  const calledAhead: string[] = [];
  let chapters = 0;
  const afterChapter = async (chapter: string, sql: postgres.Sql) => {
    const [setting] = await sql`show check_function_bodies`;
    assert.equal(setting?.check_function_bodies, "on");
    calledAhead.push(...(await findUnknownNames(sql)).map((line) => `${chapter}: ${line}`));
    chapters += 1;
    if (chapters === 1) await seesOneThatDoes(sql);
  };
  await using _database = await createScratchDatabase(Deno.env.toObject(), { afterChapter });
  assert.ok(chapters > 1);
  assert.deepEqual(calledAhead, []);
});

async function seesOneThatDoes(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`
    begin;
    create function private.call_ahead() returns void language plpgsql set search_path = '' as $$
    begin
      -- private.only_in_a_comment() is nothing.
      perform private.of_a_later_chapter(a.id) from public.later_table a;
    end; $$`).simple();
  assert.deepEqual(await findUnknownNames(sql), [
    "private.call_ahead() names private.of_a_later_chapter",
    "private.call_ahead() names public.later_table",
  ]);
  await sql.unsafe("rollback").simple();
}

Deno.test(`no function of the database is longer than ${longestFunction} lines`, () => {
  // Each is followed by what it is for.
  const functions = readChapters().flatMap(({ text }) => [
    ...text.matchAll(/^create function ([a-z_.]+)\([\s\S]*?(?=\ncomment on function)/gm),
  ]);
  assert.ok(functions.length > 150, `${functions.length} functions are few`);
  const long = functions.map(([text, name]) => ({ name, lines: text.split("\n").length }))
    .filter(({ lines }) => lines > longestFunction);
  assert.deepEqual(long, []);
});
