import { z } from "zod";
import { type Answer, ANSWERS, type Arguments, type Operation } from "./contracts.ts";
import { DatabaseError, FrontdeskError } from "./errors.ts";
import { ONCE } from "./reading.ts";
import { callRpc } from "./rpc.ts";

/** How long the database has for its one round trip in a turn. A caller waits in silence meanwhile. */
const DATABASE_MS = 2500;

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
  const late = AbortSignal.timeout(DATABASE_MS);
  const told = await heard(operation, args, AbortSignal.any([late, signal]));
  if (late.aborted) throw new DatabaseError(operation, "timeout", `no answer within ${DATABASE_MS} ms`);
  if (!told.isAnswer) throw failed(operation, told);

  const answer = contract.safeParse(told.json, ONCE);
  if (!answer.success) {
    const where = answer.error.issues.map((issue) => `${issue.path.map(String).join(".")} ${issue.code}`);
    throw new DatabaseError(operation, "contract", `an answer that breaks its contract at ${where.join(", ")}`);
  }
  return answer.data;
}

/** What came back: JSON, or undefined when it was none; status 0 when nothing came. */
type Told = { isAnswer: boolean; status: number; json: unknown };

async function heard(operation: string, args: Record<string, unknown>, signal: AbortSignal): Promise<Told> {
  let status = 0;
  try {
    const response = await callRpc(operation, args, signal);
    const text = await response.text();
    status = response.status;
    return { isAnswer: response.ok, status, json: JSON.parse(text) };
  } catch (thrown) {
    // The address and the key are read before anything is sent: whoever forgot to set them is to hear of that.
    if (thrown instanceof FrontdeskError) throw thrown;
    return { isAnswer: false, status, json: undefined };
  }
}

/** PostgREST's errors quote what was sent: only their code goes into ours. */
function failed(operation: string, { status, json }: Told): DatabaseError {
  const refusal = Refusal.safeParse(json, ONCE);
  if (refusal.success) return new DatabaseError(operation, refusal.data.code, "the database refused");
  return status === 0
    ? new DatabaseError(operation, "unreachable", "the database could not be reached")
    : new DatabaseError(operation, `http_${status}`, "what came back is not an answer of the database");
}

/** Whatever answered may be no database: what is not like a code is not taken for one. */
const Refusal = z.lazy(() => z.object({ code: z.string().regex(/^[A-Z0-9]{5,12}$/) }));
