/** `deno task types`: writes the database's types from a database that has the migrations and nothing else. */
import { terminalReport } from "./stack/report.ts";
import { untilAskedToStop } from "./stack/stop-signals.ts";
import { startThrowAwayDatabase } from "./stack/throw-away.ts";
import { readDatabaseTypes, typesFile } from "./checking/database-types.ts";

const stopping = new AbortController();
untilAskedToStop().then((reason) => stopping.abort(reason));

await using database = await startThrowAwayDatabase(terminalReport(), stopping.signal);
Deno.writeTextFileSync(typesFile, await readDatabaseTypes(database.settings, stopping.signal));
console.log(`Written: ${typesFile}`);
