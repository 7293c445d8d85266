/** `deno task clinic:add FILE`: makes a clinic from one small file, and prints what to paste into Twilio's console. */
import { parseArgs } from "node:util";
import { BadArguments, Refused, runCommand } from "../command/command.ts";
import { readClinicFile } from "./clinic-file.ts";
import { findObstacles, provision } from "./provision.ts";
import { readTarget, withDatabase } from "./target.ts";
import { twilioSettings } from "./twilio-settings.ts";

const usage = `deno task clinic:add FILE [--region us-east-1]

FILE is JSON; scripts/clinic/example-clinic.json shows all there is. Everything is checked before anything is written.
The project is the one that DB_URL and PUBLIC_FUNCTIONS_URL name (on hosted Supabase also SUPABASE_URL and
SUPABASE_SECRET_KEY), else the running local stack.`;

async function add(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { region: { type: "string" } },
    allowPositionals: true,
  });
  const [path] = positionals;
  if (path === undefined || positionals.length > 1) throw new BadArguments("Name one file that describes the clinic.");
  const reading = readClinicFile(readFile(path));
  if ("mistakes" in reading) throw new Refused(listed(path, reading.mistakes));
  const { clinic } = reading;
  const target = readTarget(Deno.env.toObject());
  const { functionsUrl } = target;
  if (!functionsUrl) throw new Refused("PUBLIC_FUNCTIONS_URL must say where Twilio reaches the functions.");

  const made = await withDatabase(target, signal, async (sql) => {
    const obstacles = await findObstacles(sql, target, clinic);
    if (obstacles.length > 0) throw new Refused(listed(path, obstacles));
    return await provision(sql, target, clinic);
  });
  console.log(`${clinic.name} is there, on ${target.shownAs}, as ${made.orgId}.\n${made.owner}\n`);
  console.log(twilioSettings(functionsUrl, clinic.phone, values.region));
  return 0;
}

function readFile(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new Refused(`There is no file ${path}.`);
    throw error;
  }
}

function listed(path: string, mistakes: readonly string[]): string {
  return [`Nothing was written. In ${path}:`, ...mistakes.map((mistake) => `  - ${mistake}`)].join("\n");
}

if (import.meta.main) await runCommand({ usage, run: add });
