/** The runbook is read when something has broken: what it looks up must be there. */
import assert from "node:assert/strict";
import { database } from "./stack.ts";

const page = Deno.readTextFileSync(new URL("../../../../docs/maintenance.md", import.meta.url));
/** What stands for something that the operator knows then. */
const blanks: Readonly<Record<string, string>> = { SECOND: crypto.randomUUID() };

Deno.test("each query of the runbook names only what the database has", async () => {
  await using sql = database();
  const queries = [...page.matchAll(/\b(?:look|change) +"([^"]+)"/g)].map(([, query = ""]) =>
    query.replace(/\b[A-Z]{4,}\b/g, (blank) => blanks[blank] ?? blank).replaceAll('\\"', '"')
  );
  assert.ok(queries.length > 10);
  for (const query of queries) {
    // Neither alter nor vault (which only hosted Supabase has) can be planned without being done.
    if (/^alter|\bvault\./.test(query)) continue;
    await assert.doesNotReject(sql.unsafe(`explain ${query}`), query);
  }
});
