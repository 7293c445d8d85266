/** Members over HTTP: a membership that ends counts at the next request, nobody rises by themselves, the last owner stays. */
import { writeAccount } from "../../clinic/owner-account.ts";
import type { Outcome } from "./attempt.ts";
import { type Actor, type Answer, type DataRequest, send, signIn, summary } from "./http.ts";
import type { Sides } from "./sides.ts";
import type { Target } from "./target.ts";

/** Plays it through with an account made for it, which is removed afterwards. */
export async function tryMemberships(target: Target, sides: Sides): Promise<Outcome[]> {
  const { sql } = target;
  const email = `regression-${crypto.randomUUID().slice(0, 8)}@clinic.test`;
  const password = crypto.randomUUID();
  const userId = await writeAccount(sql, email, password);
  const outcomes: Outcome[] = [];
  try {
    const { actor } = await signIn(target, email, password);
    const org = sides.own.orgId;
    const play = async (
      by: Actor,
      trick: string,
      request: DataRequest,
      fault: (answer: Answer) => string | undefined,
    ) => {
      const answer = await send(target, by, request);
      outcomes.push({ actor: by.name, on: "memberships", trick, came: summary(answer), fault: fault(answer) });
    };
    const see: DataRequest = { method: "GET", path: `organizations?id=eq.${org}` };
    const join = (role: string, at = org): DataRequest => ({
      method: "POST",
      path: "memberships",
      body: { org_id: at, role },
      headers: { prefer: "return=minimal" },
    });
    const mine = `memberships?org_id=eq.${org}&user_id=eq.${userId}`;
    const shown = { prefer: "return=representation" };
    const rows = (wanted: number) => (answer: Answer) =>
      answer.rows === wanted ? undefined : `not ${wanted} rows: ${answer.text.slice(0, 200)}`;
    const status = (wanted: number) => (answer: Answer) =>
      answer.status === wanted ? undefined : `not ${wanted}: ${answer.text.slice(0, 200)}`;

    await play(actor, "a new account sees no clinic", see, rows(0));
    await play(actor, "joins uninvited", join("staff"), status(403));
    await play(sides.attacker, "an owner invites them", {
      method: "POST",
      path: "invitations",
      body: { org_id: org, email, role: "staff" },
    }, status(201));
    await play(actor, "joins as more than invited", join("owner"), status(403));
    await play(actor, "joins the other clinic", join("staff", sides.their.orgId), status(403));
    await play(actor, "joins as invited", join("staff"), status(201));
    await play(actor, "sees the clinic", see, rows(1));
    await play(actor, "makes themselves owner", {
      method: "PATCH",
      path: mine,
      body: { role: "owner" },
      headers: shown,
    }, rows(0));
    await play(actor, "removes the owner", {
      method: "DELETE",
      path: `memberships?org_id=eq.${org}&role=eq.owner`,
      headers: shown,
    }, rows(0));
    await play(sides.attacker, "the last owner leaves", {
      method: "DELETE",
      path: `memberships?org_id=eq.${org}&user_id=eq.${sides.attackerId}`,
    }, status(409));
    await play(sides.attacker, "the last owner becomes staff", {
      method: "PATCH",
      path: `memberships?org_id=eq.${org}&user_id=eq.${sides.attackerId}`,
      body: { role: "staff" },
    }, status(409));
    await play(sides.attacker, "the owner removes them", { method: "DELETE", path: mine, headers: shown }, rows(1));
    await play(actor, "the next request, with the same token, sees nothing", see, rows(0));
    await play(actor, "joins again by the invitation that was used", join("staff"), status(403));
  } finally {
    await sql`delete from public.invitations where email = ${email}`;
    await sql`delete from auth.users where id = ${userId}`;
  }
  return outcomes;
}
