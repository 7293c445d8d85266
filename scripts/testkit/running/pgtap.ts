/**
 * Runs pgTAP files as `supabase test db` does: as `postgres`, each on a connection of its own, with pgTAP in schema
 * extensions for the time of the run. That command needs Docker; the files are the same.
 */
import { basename, join } from "node:path";
import postgres from "postgres";
import { connect } from "../sql.ts";
import { readTap, type TapResult } from "./tap.ts";
import { type Count, sumOf } from "./totals.ts";

/** Runs every `*.sql` of the folder in order, writes a line for each, and adds up. */
export async function runPgtap(folder: string, url: string, write: (line: string) => void): Promise<Count> {
  const files = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => /\.(sql|pg)$/.test(name)).sort();
  await using sql = connect(url);
  await sql`create extension if not exists pgtap with schema extensions`;
  try {
    const results: Count[] = [];
    for (const file of files) {
      const began = performance.now();
      const result = await runFile(join(folder, file), url);
      const took = `${Math.round(performance.now() - began)} ms`;
      const summary = result.failed === 0
        ? `ok      ${result.passed}`
        : `NOT OK  ${result.passed}, ${result.failed} failed`;
      write(`${summary}  ${basename(file)}  ${took}`);
      for (const complaint of result.complaints) write(`        ${complaint}`);
      results.push(result);
    }
    return sumOf(results);
  } finally {
    await sql`drop extension if exists pgtap`;
  }
}

async function runFile(path: string, url: string): Promise<TapResult> {
  const script = Deno.readTextFileSync(path);
  const lines: string[] = [];
  await using sql = connect(url, { onnotice: ({ message }) => lines.push(`# ${message}`) });
  try {
    await runScript(sql, script, lines);
    return readTap(lines);
  } catch (error) {
    if (!(error instanceof postgres.PostgresError)) throw error;
    const { passed, failed, complaints } = readTap(lines);
    const where = error.position === undefined ? "" : ` (line ${lineAt(script, Number(error.position))})`;
    return { passed, failed: Math.max(failed, 1), complaints: [...complaints, `# ${error.message}${where}`] };
  }
}

/** One message with the whole script; rows are taken as they come, so that an error does not swallow what was before. */
export async function runScript(sql: postgres.Sql, script: string, lines: string[]): Promise<void> {
  await sql.unsafe(script).simple().forEach((row) => {
    const [value] = Object.values(row);
    if (typeof value === "string") lines.push(...value.split("\n"));
  });
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split("\n").length;
}
