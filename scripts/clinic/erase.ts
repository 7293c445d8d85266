/** `deno task clinic:erase CLINIC`: removes one clinic, or one of its patients, for good. Without --yes it only says what it would do. */
import { parseArgs } from "node:util";
import type postgres from "postgres";
import { BadArguments, runCommand } from "../command/command.ts";
import { eraseClinic, type Erased, erasePatient } from "./erase-rows.ts";
import { type Clinic, findClinic, readTarget, withDatabase } from "./target.ts";

const usage = `deno task clinic:erase CLINIC [--patient +12125550111] [--yes]

CLINIC is a clinic's id or the number that patients dial. With --patient, removes what is kept about the patient with that
number; without, the clinic with everything it has. It is a dry run unless --yes is given: all of it is done in one
transaction, counted, and undone. The project is the one that DB_URL names, else the running local stack.`;

async function erase(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { patient: { type: "string" }, yes: { type: "boolean" } },
    allowPositionals: true,
  });
  if (positionals.length !== 1) throw new BadArguments("Name one clinic: its id, or the number that patients dial.");
  const { patient, yes = false } = values;
  if (patient !== undefined && !/^\+[1-9][0-9]{6,14}$/.test(patient)) {
    throw new BadArguments("--patient must be a number with plus and country code, such as +12125550111.");
  }
  const target = readTarget(Deno.env.toObject());
  const { clinic, erased } = await withDatabase(target, signal, async (sql) => {
    const clinic = await findClinic(sql, positionals[0]);
    return { clinic, erased: await inOneTransaction(sql, clinic, patient, yes) };
  });
  console.log(asText(target.shownAs, clinic, patient, yes, erased));
  return 0;
}

/** Undoes a dry run: nothing else tells as surely what the real one will do. */
class DryRun extends Error {
  constructor(readonly erased: Erased) {
    super("a dry run");
  }
}

async function inOneTransaction(sql: postgres.Sql, clinic: Clinic, patient: string | undefined, yes: boolean) {
  try {
    return await sql.begin(async (transaction) => {
      // A clinic at work goes first: rather give up than make calls wait.
      await transaction`set local lock_timeout = '5s'`;
      const erased = patient === undefined
        ? await eraseClinic(transaction, clinic.id)
        : await erasePatient(transaction, clinic.id, patient);
      if (!yes) throw new DryRun(erased);
      return erased;
    });
  } catch (error) {
    if (error instanceof DryRun) return error.erased;
    throw error;
  }
}

function asText(host: string, clinic: Clinic, patient: string | undefined, yes: boolean, erased: Erased): string {
  const removed = erased.removed.filter(({ rows }) => rows > 0);
  const whose = patient === undefined ? clinic.name : `${patient} at ${clinic.name}`;
  if (removed.length === 0) return `Nothing is kept about ${whose}, on ${host}.`;
  return [
    `${yes ? "Erased for good" : "Would erase"}: ${whose}, on ${host}.`,
    ...removed.map(({ table, rows }) => `  ${String(rows).padStart(8)}  ${table}`),
    ...section("Twilio keeps recordings, which are to be deleted there:", erased.recordings),
    ...section(
      "These rows stay; their text mentions the number. Look whether it is about the patient:",
      erased.mentions.map(({ table, row }) => `${table} ${row}`),
    ),
    ...(yes
      ? ["", "Twilio's own logs of calls and texts are not touched by this."]
      : ["", "Nothing was changed. Add --yes to do it."]),
  ].join("\n");
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}

if (import.meta.main) await runCommand({ usage, run: erase });
