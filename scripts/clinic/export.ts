/** `deno task clinic:export CLINIC`: everything that is kept about one clinic, as JSON lines. */
import { parseArgs } from "node:util";
import { BadArguments, Refused, runCommand } from "../command/command.ts";
import { exportClinic } from "./export-rows.ts";
import { findClinic, readTarget, withDatabase } from "./target.ts";

const usage = `deno task clinic:export CLINIC [--out FILE]

CLINIC is a clinic's id or the number that patients dial. Each line is {"table": …, "row": …}; a row comes after those that
it refers to, and all are of one moment. Without --out the lines go to standard output. The project is the one that DB_URL
names, else the running local stack.`;

async function exportCommand(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { out: { type: "string" } },
    allowPositionals: true,
  });
  if (positionals.length !== 1) throw new BadArguments("Name one clinic: its id, or the number that patients dial.");
  const target = readTarget(Deno.env.toObject());
  const counts = await writing(values.out, (sink) =>
    withDatabase(target, signal, async (sql) => {
      const encoder = new TextEncoder();
      const clinic = await findClinic(sql, positionals[0]);
      return await exportClinic(sql, clinic.id, async (lines) => {
        let rest = encoder.encode(lines.map((line) => `${line}\n`).join(""));
        while (rest.length > 0) rest = rest.subarray(await sink.write(rest));
      });
    }));
  console.error(counts.filter(({ rows }) => rows > 0).map(({ table, rows }) => `${rows} ${table}`).join(", "));
  return 0;
}

interface Sink {
  write(bytes: Uint8Array): Promise<number>;
}

/** Half an export must not be taken for a whole one: a file that was not finished is removed. */
async function writing<T>(path: string | undefined, work: (sink: Sink) => Promise<T>): Promise<T> {
  if (path === undefined) return await work(Deno.stdout);
  const file = await createdForMe(path);
  try {
    const result = await work(file);
    file.close();
    return result;
  } catch (error) {
    file.close();
    await Deno.remove(path);
    throw error;
  }
}

/** The file is for the operator's eyes alone: it holds patients. One that is there already is not overwritten. */
async function createdForMe(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) throw new Refused(`${path} is there already.`);
    if (error instanceof Deno.errors.NotFound) throw new Refused(`There is no folder for ${path}.`);
    throw error;
  }
}

if (import.meta.main) await runCommand({ usage, run: exportCommand });
