import { PostgrestClient } from "@supabase/postgrest-js";
import type { z } from "zod";
import { type Answer, ANSWERS, type Arguments, type Operation } from "./contracts.ts";
import { ownSecretKey, setting } from "./environment.ts";
import { DatabaseError } from "./errors.ts";
import { ONCE } from "./reading.ts";

/** How long the database has for its one round trip in a turn. A caller waits in silence meanwhile. */
const DATABASE_MS = 2500;

let client: PostgrestClient | undefined;

/**
 * The part of supabase-js that speaks to the database. The whole of it would load Auth, Realtime and Storage too, which
 * is a third of a cold start and nothing that we use. It holds the secret key; nothing of a clinic or a caller.
 */
function connected(): PostgrestClient {
  client ??= new PostgrestClient(`${setting("SUPABASE_URL")}/rest/v1`, { headers: { apikey: ownSecretKey() } });
  return client;
}

/** Asks the database one thing. Throws a DatabaseError when it does not answer as its contract says, or in time. */
export async function callDatabase<Name extends Operation>(
  operation: Name,
  args: Arguments[Name],
  signal: AbortSignal,
): Promise<Answer<Name>> {
  // The schema is the contract of this very operation, which the compiler cannot follow through the lookup.
  return await askDatabase(operation, ANSWERS[operation], args, signal) as Answer<Name>;
}

/** The same for an operation that only one function asks for, and whose contract that function keeps. */
export async function askDatabase<Contract extends z.ZodType>(
  operation: string,
  contract: Contract,
  args: Record<string, unknown>,
  signal: AbortSignal,
): Promise<z.output<Contract>> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), DATABASE_MS);
  try {
    const told: { data: unknown; error: { code?: string; message?: string } | null; status: number } = await connected()
      .rpc(operation, args)
      .abortSignal(AbortSignal.any([late.signal, signal]));
    if (late.signal.aborted) throw new DatabaseError(operation, "timeout", `no answer within ${DATABASE_MS} ms`);
    if (told.error !== null) throw failed(operation, told.status, told.error);

    const answer = contract.safeParse(told.data, ONCE);
    if (!answer.success) {
      const where = answer.error.issues.map((issue) => `${issue.path.map(String).join(".")} ${issue.code}`);
      throw new DatabaseError(operation, "contract", `an answer that breaks its contract at ${where.join(", ")}`);
    }
    return answer.data;
  } finally {
    clearTimeout(timer);
  }
}

/** PostgREST's errors are plain objects, and quote what was sent: only their code and kind go into ours. */
function failed(operation: string, status: number, error: { code?: string; message?: string }): DatabaseError {
  // Whatever answered may be no database: what is not like a code is not taken for one.
  if (error.code !== undefined && /^[A-Z0-9]{5,12}$/.test(error.code)) {
    return new DatabaseError(operation, error.code, "the database refused");
  }
  return status === 0
    ? new DatabaseError(operation, "unreachable", "the database could not be reached")
    : new DatabaseError(operation, `http_${status}`, "what came back is not an answer of the database");
}
