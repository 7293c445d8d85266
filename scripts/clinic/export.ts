/** `deno task clinic:export CLINIC`: everything that is kept about one clinic, as JSON lines. */
import { parseArgs } from "node:util";
import { runCommand } from "./command.ts";
import { exportClinic } from "./export-rows.ts";
import { findClinic } from "./find-clinic.ts";
import { readTarget, Refused, withDatabase } from "./target.ts";

const usage = `deno task clinic:export CLINIC [--out FILE]

CLINIC is a clinic's id or the number that patients dial. Each line is {"table": …, "row": …}; a row comes after those that
it refers to, and all are of one moment. Without --out the lines go to standard output. The project is the one that DB_URL
names, else the running local stack.`;

async function exportCommand(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { out: { type: "string" } },
    allowPositionals: true,
  });
  if (positionals.length !== 1) throw new Refused(usage);
  const target = readTarget(environment);
  const { out } = values;
  // A file is for the operator's eyes alone: it holds patients.
  const file = out === undefined ? undefined : await Deno.open(out, { write: true, createNew: true, mode: 0o600 });
  const encoder = new TextEncoder();
  const sink = file ?? Deno.stdout;
  const counts = await withDatabase(target, async (sql) => {
    const clinic = await findClinic(sql, positionals[0]);
    return await exportClinic(sql, clinic.id, async (lines) => {
      let rest = encoder.encode(lines.map((line) => `${line}\n`).join(""));
      while (rest.length > 0) rest = rest.subarray(await sink.write(rest));
    });
  });
  file?.close();
  console.error(counts.filter(({ rows }) => rows > 0).map(({ table, rows }) => `${rows} ${table}`).join(", "));
}

if (import.meta.main) await runCommand(exportCommand);
