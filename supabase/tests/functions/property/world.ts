/** A clinic with everybody who is at it, and what they were told. */
import { createClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { type Clinic, makeClinic, startOf } from "../../../../scripts/testkit/booking/clinic.ts";
import { dataApiRpc, Desk, directRpc } from "../../../../scripts/testkit/booking/desk.ts";

/** The ways into one stack, opened once for all histories. */
export interface Doors extends AsyncDisposable {
  readonly owner: postgres.Sql;
  /** Acts as service_role, as the functions do. */
  readonly engine: postgres.Sql;
  readonly staff: postgres.Sql;
  readonly staffId: string;
}

/** What somebody was told, to be held against the rows in the end. */
export interface Promises {
  /** By hold: every appointment and code that a confirmation or a move answered with. */
  readonly confirmed: Map<string, Set<string>>;
  /** How often each operation was made, and how often an RPC answered it with success. */
  readonly operations: Map<string, number>;
  readonly successes: Map<string, number>;
  readonly errors: string[];
}

/** One history's clinic. */
export interface World {
  readonly clinic: Clinic;
  readonly phone: string;
  readonly doors: Doors;
  readonly direct: Desk;
  readonly overApi: Desk;
  readonly promises: Promises;
  readonly holds: string[];
  readonly appointments: string[];
}

function setting(name: string): string {
  const value = Deno.env.get(name);
  if (!value) throw new Error(`These tests need a running stack; ${name} is not set. Use "deno task test".`);
  return value;
}

/** Opens the connections; several for the engine, because requests come in at once. */
export async function openDoors(): Promise<Doors> {
  const open = (max: number, connection: Record<string, string>) =>
    postgres(setting("DB_URL"), { max, onnotice: () => {}, connection });
  const owner = open(3, {});
  const staffId = crypto.randomUUID();
  await owner`insert into auth.users (id, email) values (${staffId}, ${`${staffId}@histories.test`})`;
  const claims = JSON.stringify({ sub: staffId, role: "authenticated" });
  const engine = open(10, { role: "service_role" });
  const staff = open(3, { role: "authenticated", "request.jwt.claims": claims });
  return {
    owner,
    engine,
    staff,
    staffId,
    async [Symbol.asyncDispose]() {
      await Promise.all([owner, engine, staff].map((sql) => sql.end({ timeout: 5 })));
    },
  };
}

/** A fresh clinic, with a number to dial and staff at their screens. */
export async function openWorld(doors: Doors): Promise<World> {
  const clinic = await makeClinic(doors.owner);
  await doors.owner`
    insert into public.memberships (org_id, user_id, role) values (${clinic.id}, ${doors.staffId}, 'staff')`;
  const [number] = await doors.owner<{ phone: string }[]>`
    insert into public.phone_numbers (org_id, phone)
    select ${clinic.id}, phone
    from (select '+4420794605' || lpad(n::text, 2, '0') as phone from generate_series(0, 99) n) fictional
    where phone not in (select phone from public.phone_numbers)
    limit 1
    returning phone`;
  if (!number) throw new Error("All numbers for histories are taken.");
  const api = createClient(setting("API_URL"), setting("SECRET_KEY"), {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  return {
    clinic,
    phone: number.phone,
    doors,
    direct: new Desk(directRpc(doors.engine), clinic),
    overApi: new Desk(dataApiRpc(api), clinic),
    promises: { confirmed: new Map(), operations: new Map(), successes: new Map(), errors: [] },
    holds: [],
    appointments: [],
  };
}

/** Gives the clinic's number back: there are only so many for fiction. */
export async function closeWorld({ clinic, doors }: World): Promise<void> {
  await doors.owner`delete from public.phone_numbers where org_id = ${clinic.id}`;
}

/** The start of a quarter of an hour of the morning that everybody wants. */
export function quarterOf(quarter: number): Date {
  return startOf(0, quarter * 15);
}
