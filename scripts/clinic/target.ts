/** Which project a command works on: the one that DB_URL names, else the running local stack. */
import postgres from "postgres";
import { Refused } from "../command/command.ts";
import { envFile, readEnvFile } from "../stack/env-file.ts";

/** What the commands need to know of a project. */
export interface Target {
  /** Logs in as `postgres`, who owns the tables. */
  readonly dbUrl: string;
  /** Host and port, to be shown before anything happens. */
  readonly shownAs: string;
  /** Whether the database is on this machine, hence a stack of ours whose Auth has no admin API. */
  readonly isLocal: boolean;
  /** Where Twilio reaches the functions, without a trailing slash. */
  readonly functionsUrl: string | undefined;
  readonly apiUrl: string | undefined;
  readonly secretKey: string | undefined;
}

/** Reads the environment; without DB_URL in it, the file that the running stack wrote. Never a mixture of both. */
export function readTarget(environment: Readonly<Record<string, string | undefined>>): Target {
  const settings = environment.DB_URL ? environment : stackSettings(environment.STACK_DIR || ".stack");
  const dbUrl = settings.DB_URL;
  if (!dbUrl || !URL.canParse(dbUrl)) {
    throw new Refused("DB_URL must be the URL of the project's Postgres, as the role postgres.");
  }
  const { host, hostname } = new URL(dbUrl);
  return {
    dbUrl,
    shownAs: host,
    isLocal: ["127.0.0.1", "localhost", "[::1]"].includes(hostname),
    functionsUrl: settings.PUBLIC_FUNCTIONS_URL?.replace(/\/+$/, ""),
    apiUrl: settings.SUPABASE_URL ?? settings.API_URL,
    secretKey: settings.SUPABASE_SECRET_KEY ?? settings.SECRET_KEY,
  };
}

function stackSettings(stackDir: string): Record<string, string> {
  const settings = readEnvFile(stackDir);
  if (settings !== null) return settings;
  throw new Refused(
    `Which project? Set DB_URL (and PUBLIC_FUNCTIONS_URL), or start the local stack: there is no ${envFile(stackDir)}.`,
  );
}

/**
 * What a connection string leaves open. Patients' data and the password do not cross a network in the clear, unless the
 * URL says that they may. Supabase's certificates are of its own authority: whoever has that file names it in the URL.
 */
function encryption({ dbUrl, isLocal }: Target): { ssl?: "require" } {
  return isLocal || new URL(dbUrl).searchParams.has("sslmode") ? {} : { ssl: "require" };
}

/** Connects, works, and disconnects whatever happens; when the signal comes, in mid-work: Postgres then undoes what is open. */
export async function withDatabase<T>(
  target: Target,
  signal: AbortSignal,
  work: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  const sql = postgres(target.dbUrl, {
    ...encryption(target),
    max: 1,
    onnotice: () => {},
    connection: { application_name: "frontdesk clinic", TimeZone: "UTC" },
  });
  const stop = () => void sql.end({ timeout: 0 });
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    return await work(sql);
  } finally {
    signal.removeEventListener("abort", stop);
    await sql.end({ timeout: 5 });
  }
}

/** A clinic, as an operator recognises it. */
export interface Clinic {
  readonly id: string;
  readonly name: string;
}

/** Refuses with a sentence when there is none. */
export async function findClinic(sql: postgres.ISql, given: string | undefined): Promise<Clinic> {
  if (!given) throw new Refused("Which clinic? Give its id or the number that patients dial.");
  const [clinic] = await sql<Clinic[]>`
    select o.id, o.name
    from public.organizations o
    where o.id::text = ${given.toLowerCase()}
      or o.id = (select n.org_id from public.phone_numbers n where n.phone = ${given})`;
  if (!clinic) throw new Refused(`There is no clinic with the id or number ${given}.`);
  return clinic;
}
