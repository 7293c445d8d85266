/**
 * The two ways in which the same operations are measured: as the product reaches the database (supabase-js over the Data
 * API), and over a plain connection, where nothing else adds to the time. Both act as `service_role`, and both make one
 * round trip an operation.
 */
import { createClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { z } from "zod";

/** A start that nobody has, and whom a bare insert would claim it for. */
export interface FreeStart {
  readonly org_id: string;
  readonly lane: string;
  readonly moss: string;
  readonly service_id: string;
  readonly hold_id: string;
  readonly starts_at: string;
  readonly ends_at: string;
}

const outcome = z.looseObject({ success: z.boolean(), reason: z.string().optional(), hold_id: z.string().optional() });

/** What an RPC answered. */
export type Outcome = z.infer<typeof outcome>;

/** One caller's way to the database. */
export interface BookingClient extends AsyncDisposable {
  readonly name: string;
  find(start: FreeStart, from: Date, to: Date): Promise<Outcome>;
  claim(start: FreeStart, providerId: string, callSid: string): Promise<Outcome>;
  confirm(start: FreeStart, holdId: string, phone: string): Promise<Outcome>;
  /** Inserts into the ledger itself, asking nothing. */
  bareInsert(start: FreeStart, providerId: string): Promise<void>;
}

/** A connection of its own, with prepared statements. */
export function directClient(databaseUrl: string): BookingClient & { leanInsert(start: FreeStart): Promise<void> } {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {}, connection: { role: "service_role" } });
  const answer = (rows: readonly postgres.Row[]): Outcome => outcome.parse(rows[0]?.answer);
  return {
    name: "direct connection",
    async find(start, from, to) {
      return answer(
        await sql`select public.find_open_slots(${start.org_id}, ${start.service_id}, ${from}, ${to}) as answer`,
      );
    },
    async claim(start, providerId, callSid) {
      return answer(
        await sql`select public.claim_slot_atomic(
          ${start.org_id}, ${providerId}, ${start.service_id}, ${start.starts_at}, ${callSid}
        ) as answer`,
      );
    },
    async confirm(start, holdId, phone) {
      const contact = { phone, name: "Nell Harper" };
      return answer(await sql`select public.confirm_hold(${start.org_id}, ${holdId}, ${sql.json(contact)}) as answer`);
    },
    async bareInsert(start, providerId) {
      await sql`
        insert into public.slot_claims (org_id, resource_id, during, hold_id, expires_at)
        values (
          ${start.org_id}, ${providerId}, tstzrange(${start.starts_at}, ${start.ends_at}), ${start.hold_id},
          now() + interval '5 minutes'
        )
        on conflict do nothing`;
    },
    async leanInsert(start) {
      await sql`
        insert into bench.lean_claims (resource_id, during)
        values (${start.lane}, tstzrange(${start.starts_at}, ${start.ends_at}))
        on conflict do nothing`;
    },
    [Symbol.asyncDispose]: () => sql.end(),
  };
}

/** The product's own client. */
export function dataApiClient(apiUrl: string, secretKey: string): BookingClient {
  const api = createClient(apiUrl, secretKey, { auth: { persistSession: false, autoRefreshToken: false } });
  const call = async (name: string, args: Record<string, unknown>): Promise<unknown> => {
    const { data, error } = await api.rpc(name, args);
    if (error) throw new Error(`${name}: ${error.message}`);
    return data;
  };
  return {
    name: "Data API",
    async find(start, from, to) {
      return outcome.parse(
        await call("find_open_slots", {
          p_org_id: start.org_id,
          p_service_id: start.service_id,
          p_from: from.toISOString(),
          p_to: to.toISOString(),
        }),
      );
    },
    async claim(start, providerId, callSid) {
      return outcome.parse(
        await call("claim_slot_atomic", {
          p_org_id: start.org_id,
          p_provider_id: providerId,
          p_service_id: start.service_id,
          p_starts_at: start.starts_at,
          p_call_sid: callSid,
        }),
      );
    },
    async confirm(start, holdId, phone) {
      const p_contact = { phone, name: "Nell Harper" };
      return outcome.parse(await call("confirm_hold", { p_org_id: start.org_id, p_hold_id: holdId, p_contact }));
    },
    async bareInsert(start, providerId) {
      await call("bench_bare_insert", {
        p_org_id: start.org_id,
        p_resource_id: providerId,
        p_starts_at: start.starts_at,
        p_ends_at: start.ends_at,
        p_hold_id: start.hold_id,
      });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
