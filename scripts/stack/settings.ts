/**
 * What a stack needs to know before it starts: where its data lies, which ports it holds, which project it serves.
 * Everything that a caller sees (addresses, keys, database URLs) follows from these few values.
 */
import { Refused } from "../command/command.ts";
import { fromFileUrl, join, resolve } from "./paths.ts";

/** The choices of one stack. Two stacks whose settings differ in all of folder and ports run side by side. */
export interface Settings {
  /** Absolute folder for Postgres' data, the logs, what the sinks receive, and the `env` file. */
  readonly stackDir: string;
  readonly apiPort: number;
  readonly dbPort: number;
  readonly opsPort: number;
  /** Absolute folder of a Supabase project: config.toml, migrations, seed.sql, functions. */
  readonly projectDir: string;
  /** Where Twilio reaches the functions, when that is not this machine's own address. */
  readonly publicFunctionsUrl?: string;
  /** Start a function again when its source changes. */
  readonly watch: boolean;
}

/** The folder of this repository. */
export const repositoryDir = fromFileUrl(new URL("../..", import.meta.url));

/**
 * Keys of every local stack. They guard nothing (the stack listens on loopback only), and being the same everywhere
 * they can be pasted from the README. Their bodies say so, lest anybody takes them for leaked ones.
 */
export const localKeys = {
  publishable: "sb_publishable_local-stack-only",
  secret: "sb_secret_local-stack-only",
  jwtSecret: "frontdesk-local-stack-jwt-secret-of-32-or-more-characters",
  databasePassword: "postgres",
  twilioAccountSid: "AC00000000000000000000000000000000",
  twilioAuthToken: "frontdesk-local-twilio-auth-token",
} as const;

/** Reads the settings from the environment; throws a plain sentence when one of them cannot be used. */
export function readSettings(env: Record<string, string | undefined>): Settings {
  const apiPort = port(env, "STACK_API_PORT", 54321);
  const dbPort = port(env, "STACK_DB_PORT", 54322);
  const opsPort = port(env, "STACK_OPS_PORT", 3001);
  if (new Set([apiPort, dbPort, opsPort]).size < 3) {
    throw new Refused("STACK_API_PORT, STACK_DB_PORT and STACK_OPS_PORT must be three different ports.");
  }
  return {
    stackDir: resolve(env.STACK_DIR || join(repositoryDir, ".stack")),
    apiPort,
    dbPort,
    opsPort,
    projectDir: join(repositoryDir, "supabase"),
    ...(env.PUBLIC_FUNCTIONS_URL ? { publicFunctionsUrl: env.PUBLIC_FUNCTIONS_URL.replace(/\/+$/, "") } : {}),
    watch: true,
  };
}

function port(env: Record<string, string | undefined>, name: string, fallback: number): number {
  const text = env[name];
  if (text === undefined || text === "") return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 65535) {
    throw new Refused(`${name} must be a port from 1 to 65535, not "${text}".`);
  }
  return value;
}

/** A database URL for one of the stack's roles. */
export function databaseUrl(settings: Settings, role: "postgres" | "supabase_admin" | "authenticator"): string {
  return `postgresql://${role}:${localKeys.databasePassword}@127.0.0.1:${settings.dbPort}/postgres`;
}

/** What `$STACK_DIR/env` tells the world, under the names that `supabase status -o env` uses where it has one. */
export function stackEnvironment(settings: Settings): Record<string, string> {
  const apiUrl = `http://127.0.0.1:${settings.apiPort}`;
  const functionsUrl = `${apiUrl}/functions/v1`;
  return {
    API_URL: apiUrl,
    REST_URL: `${apiUrl}/rest/v1`,
    FUNCTIONS_URL: functionsUrl,
    DB_URL: databaseUrl(settings, "postgres"),
    ADMIN_DB_URL: databaseUrl(settings, "supabase_admin"),
    PUBLISHABLE_KEY: localKeys.publishable,
    SECRET_KEY: localKeys.secret,
    JWT_SECRET: localKeys.jwtSecret,
    TWILIO_ACCOUNT_SID: localKeys.twilioAccountSid,
    TWILIO_AUTH_TOKEN: localKeys.twilioAuthToken,
    TWILIO_API_URL: `http://127.0.0.1:${settings.opsPort}/twilio`,
    PUBLIC_FUNCTIONS_URL: settings.publicFunctionsUrl ?? functionsUrl,
    OPS_URL: `http://127.0.0.1:${settings.opsPort}`,
    STACK_DIR: settings.stackDir,
  };
}
