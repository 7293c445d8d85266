/** `deno task types`: writes the database's types from a database that has the migrations and nothing else. */
import { parseArgs } from "node:util";
import { readDatabaseTypes, typesFile } from "./checking/database-types.ts";
import { runCommand } from "./command/command.ts";
import { terminalReport } from "./stack/report.ts";
import { startThrowAwayDatabase } from "./stack/throw-away.ts";

const usage = `deno task types

Writes the types of the database anew, from the migrations. For after a migration changed.`;

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  parseArgs({ args: [...args], options: {} });
  await using database = await startThrowAwayDatabase(terminalReport(), signal);
  Deno.writeTextFileSync(typesFile, await readDatabaseTypes(database.settings, signal));
  console.log(`Written: ${typesFile}`);
  return 0;
}

await runCommand({ usage, run: main });
