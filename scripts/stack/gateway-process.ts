/** The process of the API port, started again when it dies. */
import { setTimeout as delay } from "node:timers/promises";
import { type Child, spawn } from "./child.ts";
import type { GatewaySettings } from "./gateway.ts";
import { openNewLog } from "./log-file.ts";
import { fromFileUrl, join } from "./paths.ts";
import { isSignUpOpen } from "./project.ts";
import type { Report } from "./report.ts";
import { databaseUrl, localKeys, type Settings } from "./settings.ts";

/** The API, for the stack. */
export interface Gateway {
  /** Resolves when it answers. */
  ready(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the API; it may run before Postgres does. */
export function startGateway(
  settings: Settings,
  apiUrl: string,
  functions: GatewaySettings["functions"],
  report: Report,
): Gateway {
  const gatewaySettings: GatewaySettings = {
    port: settings.apiPort,
    stackDir: settings.stackDir,
    adminUrl: databaseUrl(settings, "supabase_admin"),
    requestUrl: databaseUrl(settings, "authenticator"),
    siteUrl: apiUrl,
    isSignUpOpen: isSignUpOpen(settings.projectDir),
    jwtSecret: localKeys.jwtSecret,
    publishableKey: localKeys.publishable,
    secretKey: localKeys.secret,
    functions,
  };
  const log = openNewLog(join(settings.stackDir, "api.log"));
  const start = (): Child =>
    spawn(Deno.execPath(), {
      args: ["run", "-A", "--quiet", fromFileUrl(new URL("gateway.ts", import.meta.url))],
      env: { GATEWAY_SETTINGS: JSON.stringify(gatewaySettings) },
      onOutput: log.write,
    });
  let child = start();
  let stopping = false;
  const supervise = async () => {
    while (!stopping) {
      await child.exited;
      if (stopping) return;
      report.note("The API ended; starting it again (see api.log).");
      await delay(200);
      if (!stopping) child = start();
    }
  };
  const supervised = supervise();
  return {
    async ready(signal) {
      const url = `${apiUrl}/rest/v1/`;
      for (;;) {
        try {
          // With the key, so that it also looks at the schema now and not when the first caller waits.
          const answer = await fetch(url, {
            headers: { apikey: localKeys.secret },
            signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]),
          });
          await answer.body?.cancel();
          return;
        } catch {
          await delay(25, undefined, { signal });
        }
      }
    },
    async stop() {
      stopping = true;
      await child.stop("SIGTERM", 1000);
      await supervised;
      log.close();
    },
  };
}
