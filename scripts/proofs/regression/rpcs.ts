/** Every RPC: as an owner, who may call none; and as the functions call them, for one clinic with the other's ids. */
import type { Attempt } from "./attempt.ts";
import type { Actor } from "./http.ts";
import type { Rpc } from "./catalogue.ts";
import type { Sides } from "./sides.ts";

type Arguments = Record<string, unknown>;

/** Whoever the actor is, no RPC is theirs to call. */
export function forbiddenCalls(actor: Actor, rpcs: readonly Rpc[], sides: Sides): Attempt[] {
  return rpcs.flatMap((rpc): Attempt[] => {
    const body = { ...required(rpc, sides), ...pick(rpc, "p_org_id", sides.their.orgId) };
    const query = new URLSearchParams(Object.entries(body).map(([name, value]) => [name, asText(value)]));
    return [
      {
        actor,
        on: `rpc/${rpc.name}`,
        trick: "call",
        request: { method: "POST", path: `rpc/${rpc.name}`, body },
        expect: "refused",
      },
      {
        actor,
        on: `rpc/${rpc.name}`,
        trick: "call by GET",
        request: { method: "GET", path: `rpc/${rpc.name}?${query}` },
        expect: "refused",
      },
    ];
  });
}

/** With the secret key, for the attacker's clinic: each id of the other clinic, beside one that nobody has. */
export function callsWithTheirIds(functions: Actor, rpcs: readonly Rpc[], sides: Sides): Attempt[] {
  // What takes no clinic works for all of them, or finds it by the number or the call: that is tried by phone.
  const concerned = rpcs.filter(({ parameters }) => parameters.some(({ name }) => name === "p_org_id"));
  return concerned.flatMap((rpc) => {
    const ids = rpc.parameters.filter(({ name, type }) => type === "uuid" && name !== "p_org_id");
    const base = required(rpc, sides);
    return ids.flatMap(({ name }): Attempt[] => {
      const theirs = idFor(name, sides.theirRows);
      if (theirs === undefined) return [];
      const nobodys = crypto.randomUUID();
      const request = (id: string) => ({
        method: "POST" as const,
        path: `rpc/${rpc.name}`,
        body: { ...base, p_org_id: sides.own.orgId, [name]: id },
      });
      return [{
        actor: functions,
        on: `rpc/${rpc.name}`,
        trick: `for the own clinic, with their ${name}`,
        request: request(theirs),
        nobodys: request(nobodys),
        swapped: [[theirs, nobodys]],
        expect: "hidden",
      }];
    });
  });
}

/** What a call needs, with ids of the attacker's own clinic. */
function required(rpc: Rpc, sides: Sides): Arguments {
  const soon = Date.now() + 20 * 86_400_000;
  return Object.fromEntries(
    rpc.parameters.filter(({ optional }) => !optional).map(({ name, type }): [string, unknown] => {
      if (name === "p_org_id") return [name, sides.own.orgId];
      if (type === "uuid") return [name, idFor(name, sides.ownRows) ?? crypto.randomUUID()];
      if (name.endsWith("call_sid")) return [name, "CA" + "9".repeat(32)];
      if (type === "timestamp with time zone") {
        return [name, new Date(name === "p_to" ? soon + 86_400_000 : soon).toISOString()];
      }
      if (type === "jsonb") return [name, { phone: "+12125550198", name: "Somebody" }];
      if (type === "date") return [name, "1980-04-01"];
      if (/int|numeric/.test(type)) return [name, 1];
      if (type === "boolean") return [name, false];
      if (type.endsWith("[]")) return [name, []];
      return [name, /phone|from|to$/.test(name) ? "+12125550198" : "message"];
    }),
  );
}

/** p_hold_id names a row of appointment_holds: the table whose name ends in the word. */
function idFor(parameter: string, rows: Sides["theirRows"]): string | undefined {
  const word = parameter.replace(/^p_/, "").replace(/_id$/, "");
  for (const [table, row] of rows) {
    if (new RegExp(`(^|_)${word}(s|es)?$`).test(table) && typeof row.id === "string") return row.id;
  }
  const [, any] = [...rows].find(([table]) => table === "appointments") ?? [];
  return typeof any?.id === "string" ? any.id : undefined;
}

function pick(rpc: Rpc, name: string, value: unknown): Arguments {
  return rpc.parameters.some((parameter) => parameter.name === name) ? { [name]: value } : {};
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
