/**
 * The two ways in which the same operations are measured: as the product reaches the database (supabase-js over the Data
 * API), and over a plain connection, where nothing else adds to the time. Both act as `service_role`, and both make one
 * round trip an operation.
 */
import { createClient } from "@supabase/supabase-js";
import { type Answer, dataApiRpc, directRpc, readAnswer, type Rpc } from "../../testkit/booking/desk.ts";
import { connect } from "../../testkit/sql.ts";

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

/** One caller's way to the database. */
export interface BookingClient extends AsyncDisposable {
  readonly name: string;
  readonly rpc: Rpc;
  /** Inserts into the ledger itself, asking nothing. */
  bareInsert(start: FreeStart, providerId: string): Promise<unknown>;
  /** Inserts where there is the constraint and nothing else; only a direct connection can. */
  leanInsert?(start: FreeStart): Promise<unknown>;
}

/** A connection of its own, with prepared statements. */
export function directClient(databaseUrl: string): BookingClient {
  const sql = connect(databaseUrl, { connection: { role: "service_role" } });
  return {
    name: "direct connection",
    rpc: directRpc(sql),
    bareInsert: async ({ org_id, hold_id, starts_at, ends_at }, providerId) =>
      await sql`
        insert into public.slot_claims (org_id, resource_id, during, hold_id, expires_at)
        values (${org_id}, ${providerId}, tstzrange(${starts_at}, ${ends_at}), ${hold_id}, now() + interval '5 minutes')
        on conflict do nothing`,
    leanInsert: async ({ lane, starts_at, ends_at }) =>
      await sql`
        insert into bench.lean_claims (resource_id, during)
        values (${lane}, tstzrange(${starts_at}, ${ends_at}))
        on conflict do nothing`,
    [Symbol.asyncDispose]: () => sql[Symbol.asyncDispose](),
  };
}

/** The product's own client. */
export function dataApiClient(apiUrl: string, secretKey: string): BookingClient {
  const api = createClient(apiUrl, secretKey, { auth: { persistSession: false, autoRefreshToken: false } });
  const rpc = dataApiRpc(api);
  return {
    name: "Data API",
    rpc,
    bareInsert: ({ org_id, hold_id, starts_at, ends_at }, providerId) =>
      rpc("bench_bare_insert", {
        p_org_id: org_id,
        p_resource_id: providerId,
        p_starts_at: starts_at,
        p_ends_at: ends_at,
        p_hold_id: hold_id,
      }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Searches the clinic of a start. */
export function find({ rpc }: BookingClient, start: FreeStart, from: Date, to: Date): Promise<Answer> {
  const { org_id: p_org_id, service_id: p_service_id } = start;
  return readAnswer(rpc("find_open_slots", { p_org_id, p_service_id, p_from: from, p_to: to }));
}

/** Claims a start from a provider, for a call of its own. */
export function claim({ rpc }: BookingClient, start: FreeStart, p_provider_id: string): Promise<Answer> {
  const { org_id: p_org_id, service_id: p_service_id, starts_at: p_starts_at } = start;
  const p_call_sid = `CA${crypto.randomUUID()}`;
  return readAnswer(rpc("claim_slot_atomic", { p_org_id, p_provider_id, p_service_id, p_starts_at, p_call_sid }));
}

/** Confirms a hold for whoever has this number. */
export function confirm({ rpc }: BookingClient, start: FreeStart, p_hold_id: string, phone: string): Promise<Answer> {
  const p_contact = { phone, name: "Nell Harper" };
  return readAnswer(rpc("confirm_hold", { p_org_id: start.org_id, p_hold_id, p_contact }));
}
