/** Which HTTP status a database error becomes: PostgREST's table, where `@supabase/lite` would answer 500 without a code. */
import { z } from "zod";

const databaseErrorSchema = z.object({
  code: z.string().length(5).regex(/^[0-9A-Z]+$/),
  message: z.string(),
  detail: z.string().nullish(),
  hint: z.string().nullish(),
});

/** By SQLSTATE, longest match first: a whole code, or the two characters of its class. */
const statuses: Record<string, number> = {
  "08": 503,
  "09": 500,
  "0L": 403,
  "0P": 403,
  "23503": 409,
  "23505": 409,
  "23": 400,
  "25": 500,
  "28": 403,
  "2D": 500,
  "38": 500,
  "39": 500,
  "3B": 500,
  "40": 500,
  "53": 503,
  "54": 500,
  "55": 500,
  "57P01": 503,
  "57P02": 503,
  "57P03": 503,
  "57": 500,
  "58": 500,
  "F0": 500,
  "HV": 500,
  "P0001": 400,
  "P0": 500,
  "XX": 500,
};

/**
 * Rewrites the error as the one kind that the library passes on as it is: SQLSTATE "PGRST", whose message and detail say
 * what to answer. Errors that it answers rightly are left alone.
 */
export function asPostgrestError(error: unknown): unknown {
  const parsed = databaseErrorSchema.safeParse(error);
  if (!parsed.success) return asConnectionError(error);
  const { code, message, detail, hint } = parsed.data;
  const status = statuses[code] ?? statuses[code.slice(0, 2)];
  return status === undefined ? error : answer(status, { code, message, details: detail, hint });
}

/** The driver's own errors have a system's code (ECONNREFUSED) or none, and are told by their words. */
function asConnectionError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (/timeout exceeded when trying to connect/i.test(error.message)) {
    return answer(504, { code: "PGRST003", message: "Timed out acquiring connection from connection pool." });
  }
  const fromSystem = "code" in error && /^E[A-Z]{4,}$/.test(String(error.code));
  if (!fromSystem && !/connection (error|terminated|timeout)|not queryable/i.test(error.message)) return error;
  return answer(503, { code: "PGRST001", message: "Database client error. Retrying the connection." });
}

function answer(
  status: number,
  body: { code: string; message: string; details?: string | null | undefined; hint?: string | null | undefined },
): Error {
  return Object.assign(new Error(JSON.stringify(body)), {
    code: "PGRST",
    detail: JSON.stringify({ status, headers: {} }),
  });
}
