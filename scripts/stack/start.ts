/** `deno task start`: brings the stack up, says what there is and what to try, and stops it when it is asked to. */
import { parseArgs } from "node:util";
import { asTyped, runCommand } from "../command/command.ts";
import { terminalReport } from "./report.ts";
import { databaseUrl, readSettings, type Settings } from "./settings.ts";
import { withClient } from "./sql.ts";
import { type Stack, startStack } from "./stack.ts";

const usage = `deno task start

Brings the local stack up and keeps it up until Ctrl-C; the data stays. STACK_DIR (.stack), STACK_API_PORT (54321),
STACK_DB_PORT (54322) and STACK_OPS_PORT (3001) put a second one beside the first.`;

async function start(args: readonly string[], signal: AbortSignal): Promise<number> {
  parseArgs({ args: [...args], options: {} });
  const settings = readSettings(Deno.env.toObject());
  const began = performance.now();
  const report = terminalReport();
  report.note(`Starting the local stack in ${settings.stackDir}`);
  try {
    const stack = await startStack(settings, report, signal);
    const took = `${((performance.now() - began) / 1000).toFixed(1)} s`;
    report.note(picture(settings, stack, await readClinics(settings), took));
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    await report.step("Stopping", () => stack.stop());
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return 0;
}

interface Clinic {
  readonly name: string;
  readonly phone: string;
  readonly timezone: string;
  readonly owner: string;
}

/** The first clinics that can be called. */
async function readClinics(settings: Settings): Promise<Clinic[]> {
  const { rows } = await withClient(databaseUrl(settings, "postgres"), (client) =>
    client.query<Clinic>(
      `select o.name, min(p.phone) as phone, o.timezone, coalesce(min(u.email), '') as owner
       from public.organizations o
       join public.phone_numbers p on p.org_id = o.id
       left join public.memberships m on m.org_id = o.id and m.role = 'owner'
       left join auth.users u on u.id = m.user_id
       group by o.id order by o.created_at, o.id limit 4`,
    ));
  return rows;
}

function picture(settings: Settings, { env, functionNames }: Stack, clinics: Clinic[], took: string): string {
  const folder = settings.stackDir;
  // Whoever chose another folder has to say so to the next command as well.
  const here = Deno.env.get("STACK_DIR") ? `STACK_DIR=${folder} ` : "";
  const next = [
    ...clinics.map(({ name, phone }) => [`${here}deno task call --to ${phone}`, `be a patient of ${name}`]),
    ["deno task test", "run every test, on a stack of its own"],
  ];
  return `
Ready after ${took}. Ctrl-C stops everything; the data stays in ${folder}.

  a call ──► functions ──► Data API, Auth ──► Postgres
                 └──► stand-ins for Twilio and Sentry

  Functions        ${env.FUNCTIONS_URL}/…
                   ${functionNames.join(", ")}
  Data API, Auth   ${env.API_URL}
  Postgres         ${env.DB_URL}
  Health           ${env.OPS_URL}/health

  Clinics          ${table(clinics.map(({ name, phone, timezone, owner }) => [name, phone, timezone, owner]), 19)}
                   The demo clinics' owners sign in with the password frontdesk-local.

  Keys, addresses  ${folder}/env
  Requests         ${folder}/functions.log, api.log; Postgres' own log is postgres.log
  Texts sent       ${folder}/twilio.ndjson
  Errors reported  ${folder}/sentry.ndjson

Try next, in another terminal:

  ${table(next, 2)}
`;
}

/** Rows in columns, each row but the first indented. */
function table(rows: string[][], indent: number): string {
  const typed = rows.map((row) => row.map(asTyped));
  const width = (column: number) => Math.max(...typed.map((row) => row[column]?.length ?? 0));
  const lines = typed.map((row) => row.map((cell, column) => cell.padEnd(width(column))).join("   ").trimEnd());
  return lines.join(`\n${" ".repeat(indent)}`);
}

await runCommand({ usage, run: start });
