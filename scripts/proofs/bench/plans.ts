/**
 * How the statements inside the RPCs are carried out. They are found by auto_explain, which sees what runs within a
 * function; `explain` of the call itself would only show the call.
 */
import type postgres from "postgres";
import { z } from "zod";
import { directRpc, readAnswer, type Rpc } from "../../testkit/booking/desk.ts";
import { connect } from "../../testkit/sql.ts";
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
  await using sql = connect(adminUrl, {
    onnotice: ({ message }) => {
      const plan = message?.match(/^duration: .* plan:\n([\s\S]*)$/)?.[1];
      if (plan) plans.push(plan);
    },
  });
  const ask = directRpc(sql);
  const seen = new Map<string, FullScan>();
  const watch: Rpc = async (rpc, args) => {
    plans.length = 0;
    const answer = await ask(rpc, args);
    for (const scan of plans.flatMap((plan) => fullScans(rpc, plan))) seen.set(`${scan.rpc} ${scan.statement}`, scan);
    return answer;
  };
  await sql`set role service_role`;
  for (const [n, start] of starts.entries()) {
    // Plans are chosen anew for the first five runs; what stays after them is what counts.
    if (n === starts.length - 2) await explainEverything(sql);
    if (n >= starts.length - 2) seen.clear();
    await exercise(watch, start, `+121255501${String(10 + n % 40)}`);
  }
  return [...seen.values()];
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
async function exercise(rpc: Rpc, start: FreeStart, phone: string): Promise<void> {
  const { org_id: p_org_id, service_id: p_service_id, lane, moss, starts_at: p_starts_at } = start;
  const p_contact = { phone, name: "Nell Harper" };
  const p_call_sid = () => `CA${crypto.randomUUID()}`;
  const span = (days: number) => ({ p_from: new Date(), p_to: new Date(Date.now() + days * 86_400_000) });
  const ask = (name: string, args: Readonly<Record<string, unknown>>) => readAnswer(rpc(name, { p_org_id, ...args }));
  const claim = (p_provider_id: string) =>
    ask("claim_slot_atomic", { p_provider_id, p_service_id, p_starts_at, p_call_sid: p_call_sid() });
  await ask("find_open_slots", { p_service_id, ...span(30) });
  const [first, second] = [await claim(lane), await claim(moss)];
  await claim(lane);
  await ask("set_hold_contact", { p_hold_id: first.hold_id, p_contact });
  const { appointment_id: p_appointment_id, code: p_code } = await ask("confirm_hold", {
    p_hold_id: first.hold_id,
    p_contact,
  });
  const proven = { p_appointment_id, p_call_sid: p_call_sid() };
  await ask("list_appointments", {
    p_phone: phone,
    p_date_of_birth: null,
    p_call_sid: proven.p_call_sid,
    p_code,
  });
  await ask("reschedule_appointment", { ...proven, p_hold_id: second.hold_id });
  await ask("join_waitlist", { p_service_id, p_contact, p_provider_id: null, ...span(1) });
  await ask("cancel_appointment", proven);
  const third = await claim(lane);
  await ask("release_hold", { p_hold_id: third.hold_id });
  await readAnswer(rpc("expire_holds", {}));
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
