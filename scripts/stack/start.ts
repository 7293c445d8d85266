/** `deno task start`: brings the stack up, says what to try, and stops it on SIGINT, SIGTERM, or when its parent is gone. */
import { untilAskedToStop } from "../command/stop-signals.ts";
import { CannotStart } from "./claims.ts";
import { terminalReport } from "./report.ts";
import { readSettings, type Settings } from "./settings.ts";
import { startStack } from "./stack.ts";

const stopping = new AbortController();
const asked = untilAskedToStop();
asked.then((reason) => stopping.abort(reason));

try {
  const settings = readSettings(Deno.env.toObject());
  const began = performance.now();
  const report = terminalReport();
  report.note(`Starting the local stack in ${settings.stackDir}`);
  const stack = await startStack(settings, report, stopping.signal);
  report.note(invitation(settings, stack.env, performance.now() - began));
  await asked;
  await report.step("Stopping", () => stack.stop());
  Deno.exit(0);
} catch (error) {
  if (stopping.signal.aborted) Deno.exit(0);
  console.error(error instanceof CannotStart ? error.message : error);
  Deno.exit(1);
}

function invitation(settings: Settings, env: Record<string, string>, tookMs: number): string {
  return `
Ready after ${(tookMs / 1000).toFixed(1)} s. Ctrl-C stops everything; the data stays in ${settings.stackDir}.

  Data API, Auth   ${env.API_URL}
  Functions        ${env.FUNCTIONS_URL}
  Postgres         ${env.DB_URL}
  Health           ${env.OPS_URL}/health
  Environment      ${settings.stackDir}/env

Try next, in another terminal:

  deno task call --to +12125550100        be a patient who calls Harbor Dental
  deno task call --to +442079460100       the same at Cedar Family Clinic

  curl '${env.API_URL}/auth/v1/token?grant_type=password' -H 'apikey: ${env.PUBLISHABLE_KEY}' \\
    -d '{"email":"owner@harbor.test","password":"frontdesk-local"}'      sign in as Harbor Dental's owner
`;
}
