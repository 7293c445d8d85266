/**
 * Copies time-cases.json into the SQL test that checks it. pgTAP files run in places that see no other file and know no
 * command of psql, so the cases have to stand in the file itself; a test fails while copy and original differ.
 *
 *   deno run -A supabase/tests/copy-time-cases.ts
 */

const CASES = new URL("./time-cases.json", import.meta.url);
const SQL_TEST = new URL("./database/06-time.test.sql", import.meta.url);
const QUOTE = "$cases$";

/** The SQL test as it must be: with the cases, word for word, in its dollar quotes. */
export function withTimeCases(sql: string, cases: string): string {
  const [before, copy, after, ...more] = sql.split(QUOTE);
  if (before === undefined || copy === undefined || after === undefined || more.length > 0) {
    throw new Error(`Expected one text in ${QUOTE} in ${SQL_TEST.pathname}.`);
  }
  if (cases.includes(QUOTE)) throw new Error(`The cases must not contain ${QUOTE}.`);
  return [before, `\n${cases}`, after].join(QUOTE);
}

/** The SQL test as it is, and as it must be. */
export async function readTimeTest(): Promise<{ is: string; mustBe: string }> {
  const is = await Deno.readTextFile(SQL_TEST);
  return { is, mustBe: withTimeCases(is, await Deno.readTextFile(CASES)) };
}

if (import.meta.main) {
  const { mustBe } = await readTimeTest();
  await Deno.writeTextFile(SQL_TEST, mustBe);
}
