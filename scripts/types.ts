/** `deno task types`: writes what is generated from a database that has the migrations and nothing else. */
import { parseArgs } from "node:util";
import { generateFiles } from "./checking/generated-files.ts";
import { runCommand } from "./command/command.ts";
import { terminalReport } from "./stack/report.ts";
import { startThrowAwayDatabase } from "./stack/throw-away.ts";

const usage = `deno task types

Writes the types of the database and docs/api.md anew, from the migrations. For after a migration changed.`;

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  parseArgs({ args: [...args], options: {} });
  await using database = await startThrowAwayDatabase(terminalReport(), signal);
  const written = await generateFiles(database.settings, true, signal);
  console.log(written.length === 0 ? "Nothing has changed." : `Written: ${written.join(", ")}`);
  return 0;
}

await runCommand({ usage, run: main });
