/**
 * How the statements inside the RPCs are carried out. They are found by auto_explain, which sees what runs within a
 * function; `explain` of the call itself would only show the call.
 */
import postgres from "postgres";
import { z } from "zod";
import type { FreeStart } from "./clients.ts";

/** A table that was read from end to end, and by which statement. */
export interface FullScan {
  readonly table: string;
  readonly rpc: string;
  readonly statement: string;
}

const growing = ["appointments", "slot_claims", "appointment_holds", "contacts"];

type PlanNode = { "Node Type": string; "Relation Name"?: string | undefined; Plans?: PlanNode[] | undefined };
const planNode: z.ZodType<PlanNode> = z.lazy(() =>
  z.looseObject({
    "Node Type": z.string(),
    "Relation Name": z.string().optional(),
    Plans: z.array(planNode).optional(),
  })
);
const explained = z.looseObject({ "Query Text": z.string(), Plan: planNode });

/** Runs every RPC that reads the growing tables, so often that its plans are settled, and names each full scan. */
export async function findFullScans(adminUrl: string, starts: readonly FreeStart[]): Promise<readonly FullScan[]> {
  const plans: string[] = [];
  const sql = postgres(adminUrl, {
    max: 1,
    onnotice: ({ message }) => {
      const plan = message?.match(/^duration: .* plan:\n([\s\S]*)$/)?.[1];
      if (plan) plans.push(plan);
    },
  });
  try {
    const seen = new Map<string, FullScan>();
    const watch = async (rpc: string, call: () => PromiseLike<readonly postgres.Row[]>): Promise<postgres.Row> => {
      plans.length = 0;
      const [row] = await call();
      for (const scan of plans.flatMap((plan) => fullScans(rpc, plan))) seen.set(`${scan.rpc} ${scan.statement}`, scan);
      return z.record(z.string(), z.unknown()).parse(row?.answer);
    };
    await sql`set role service_role`;
    for (const [n, start] of starts.entries()) {
      // Plans are chosen anew for the first five runs; what stays after them is what counts.
      if (n === starts.length - 2) await explainEverything(sql);
      if (n >= starts.length - 2) seen.clear();
      await exercise(sql, start, `+121255501${String(10 + n % 40)}`, watch);
    }
    return [...seen.values()];
  } finally {
    await sql.end();
  }
}

async function explainEverything(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`
    reset role;
    load 'auto_explain';
    set auto_explain.log_min_duration = 0;
    set auto_explain.log_nested_statements = on;
    set auto_explain.log_format = json;
    set auto_explain.log_level = notice;
    set role service_role;
  `).simple();
}

/** Each RPC once, on a start of its own. */
async function exercise(
  sql: postgres.Sql,
  start: FreeStart,
  phone: string,
  watch: (rpc: string, call: () => PromiseLike<readonly postgres.Row[]>) => Promise<postgres.Row>,
): Promise<void> {
  const { org_id, service_id, lane, moss, starts_at } = start;
  const callSid = () => `CA${crypto.randomUUID()}`;
  const contact = sql.json({ phone, name: "Nell Harper" });
  const proving = callSid();
  const day = "1 day";
  await watch(
    "find_open_slots",
    () => sql`select public.find_open_slots(${org_id}, ${service_id}, now(), now() + interval '30 days') as answer`,
  );
  const claim = (provider: string) =>
    watch(
      "claim_slot_atomic",
      () =>
        sql`select public.claim_slot_atomic(${org_id}, ${provider}, ${service_id}, ${starts_at}, ${callSid()}) as answer`,
    );
  const [first, second] = [await claim(lane), await claim(moss)];
  await claim(lane);
  await watch(
    "set_hold_contact",
    () => sql`select public.set_hold_contact(${org_id}, ${first.hold_id}, ${contact}) as answer`,
  );
  const booked = await watch(
    "confirm_hold",
    () => sql`select public.confirm_hold(${org_id}, ${first.hold_id}, ${contact}) as answer`,
  );
  await watch(
    "list_appointments",
    () => sql`select public.list_appointments(${org_id}, ${phone}, null, ${proving}, ${booked.code}) as answer`,
  );
  await watch(
    "reschedule_appointment",
    () =>
      sql`select public.reschedule_appointment(${org_id}, ${booked.appointment_id}, ${second.hold_id}, ${proving}) as answer`,
  );
  await watch(
    "join_waitlist",
    () =>
      sql`select public.join_waitlist(${org_id}, ${service_id}, ${contact}, null, now(), now() + ${day}::interval) as answer`,
  );
  await watch(
    "cancel_appointment",
    () => sql`select public.cancel_appointment(${org_id}, ${booked.appointment_id}, null, ${proving}) as answer`,
  );
  const third = await claim(lane);
  await watch("release_hold", () => sql`select public.release_hold(${org_id}, ${third.hold_id}) as answer`);
  await watch("expire_holds", () => sql`select public.expire_holds() as answer`);
}

/** The growing tables that a plan reads from end to end. */
function fullScans(rpc: string, plan: string): readonly FullScan[] {
  const { Plan, "Query Text": statement } = explained.parse(JSON.parse(plan));
  const found: string[] = [];
  const walk = (node: PlanNode) => {
    if (node["Node Type"] === "Seq Scan") found.push(node["Relation Name"] ?? "");
    node.Plans?.forEach(walk);
  };
  walk(Plan);
  return found.filter((table) => growing.includes(table))
    .map((table) => ({ table, rpc, statement: statement.replace(/\s+/g, " ").trim().slice(0, 120) }));
}
