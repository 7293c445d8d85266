import type { PostgrestError } from "@supabase/postgrest-js";
import { z } from "zod";
import { databaseClient, type RpcArguments, type RpcName } from "../../_shared/database.ts";
import { DatabaseError, UnexpectedReasonError } from "../../_shared/errors.ts";
import { Slot } from "./answers.ts";

/** Why the database turns something down. It is an answer, not an error. */
const Reason = z.enum([
  "slot_taken",
  "hold_expired",
  "not_found",
  "outside_hours",
  "too_soon",
  "too_far",
  "not_offered",
  "invalid_input",
]);

const Failure = z.object({
  success: z.literal(false),
  reason: Reason,
  /** What is open instead. */
  alternatives: z.array(Slot).default([]),
  /** With too_far: the last day that can be booked. */
  latest_local: z.iso.date().optional(),
  /** When a caller could not prove who they are: how many tries they have left. */
  tries_left: z.number().int().optional(),
});
export type Failure = z.output<typeof Failure>;

type OutcomeSchema<Shape extends z.ZodRawShape> = z.ZodDiscriminatedUnion<
  [z.ZodObject<{ success: z.ZodLiteral<true> } & Shape>, typeof Failure]
>;

/** One thing that the database does for us: the function that does it, and what it may answer. */
export interface Operation<Name extends RpcName, Schema extends z.ZodType> {
  readonly rpc: Name;
  readonly answer: Schema;
}

/** How every operation ends: well, or with a reason. */
export type Outcome = { success: true } | Failure;

/** An operation of whatever name. */
export type AnyOperation = Operation<RpcName, z.ZodType>;
/** What an operation answers. */
export type Answer<Of extends AnyOperation> = z.output<Of["answer"]>;
/** What it answers when all went well. */
export type Success<Of extends AnyOperation> = Extract<Answer<Of>, { success: true }>;

/** Declares an operation. It answers success with the fields of the shape, or a failure with its reason. */
export function operation<Name extends RpcName, Shape extends z.ZodRawShape>(
  rpc: Name,
  shape: Shape,
): Operation<Name, OutcomeSchema<Shape>> {
  return { rpc, answer: z.discriminatedUnion("success", [z.object({ success: z.literal(true), ...shape }), Failure]) };
}

/** What an operation needs to know of the request that it is done for. */
export interface Waiting {
  /** How long the database may take: less when a caller waits in silence than when nobody does. */
  readonly databaseMs: number;
  /** Aborted when the time for the whole request is over. */
  readonly signal: AbortSignal;
}

/** Has the database do something. Throws a DatabaseError when it does not answer in time, or not as the contract says. */
export async function callOperation<Name extends RpcName, Schema extends z.ZodType>(
  { rpc, answer: contract }: Operation<Name, Schema>,
  args: RpcArguments<Name>,
  { databaseMs, signal }: Waiting,
): Promise<z.output<Schema>> {
  const deadline = AbortSignal.timeout(databaseMs);
  const { data, error, status } = await databaseClient().rpc(rpc, args)
    .abortSignal(AbortSignal.any([deadline, signal]));
  if (deadline.aborted) throw new DatabaseError(rpc, "timeout", `no answer within ${databaseMs} ms`);
  if (error !== null) throw refusal(rpc, error, status);

  const answer = contract.safeParse(data);
  if (answer.success) return answer.data;
  const where = answer.error.issues.map((issue) => `${issue.path.map(String).join(".")} ${issue.code}`);
  throw new DatabaseError(rpc, "contract", `an answer that breaks its contract at ${where.join(", ")}`);
}

/** The answer when all went well; an operation that has no reason to be refused here throws. */
export function successOf<Answered extends Outcome>(
  { rpc }: { rpc: RpcName },
  answer: Answered,
): Extract<Answered, { success: true }> {
  if (isSuccess(answer)) return answer;
  throw new UnexpectedReasonError(rpc, answer.success ? "" : answer.reason);
}

function isSuccess<Answered extends Outcome>(answer: Answered): answer is Extract<Answered, { success: true }> {
  return answer.success;
}

/** PostgREST's errors quote what was sent: only their code goes into ours, and only if it looks like one. */
function refusal(rpc: RpcName, { code }: PostgrestError, status: number): DatabaseError {
  if (/^[A-Z0-9]{5,12}$/.test(code)) return new DatabaseError(rpc, code, "the database refused");
  return status === 0
    ? new DatabaseError(rpc, "unreachable", "the database could not be reached")
    : new DatabaseError(rpc, `http_${status}`, "what came back is not an answer of the database");
}
