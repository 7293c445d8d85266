import assert from "node:assert/strict";
import { readTimeTest, withTimeCases } from "../../copy-time-cases.ts";

Deno.test("the SQL test holds the cases of time word for word", async () => {
  const { is, mustBe } = await readTimeTest();
  assert.ok(is === mustBe, "Run `deno run -A supabase/tests/copy-time-cases.ts` and commit what it changes.");
});

Deno.test("the cases are copied into the one text in dollar quotes", () => {
  assert.equal(withTimeCases("a $cases$old$cases$ b", "{}\n"), "a $cases$\n{}\n$cases$ b");
  assert.throws(() => withTimeCases("a $cases$old", "{}"), /Expected one text/);
  assert.throws(() => withTimeCases("a $cases$old$cases$ b", "$cases$"), /must not contain/);
});
