/** Those who may do nothing with any table: whoever holds the publishable key alone, and whoever holds the secret one. */
import type { Attempt } from "./attempt.ts";
import type { Actor } from "./http.ts";
import type { Table } from "./picture.ts";
import type { Sides } from "./sides.ts";

/** Each verb on each table. */
export function everyVerb(actor: Actor, tables: readonly Table[], sides: Sides): Attempt[] {
  return tables.flatMap(({ name, clinicColumn, columns }): Attempt[] => {
    const their = `${name}?${clinicColumn}=eq.${sides.their.orgId}`;
    const row = sides.theirRows.get(name) ?? {};
    const change = { [columns[0]?.name ?? "id"]: row[columns[0]?.name ?? "id"] };
    const attempt = (trick: string, request: Attempt["request"]): Attempt => ({
      actor,
      on: name,
      trick,
      request,
      expect: "refused",
    });
    return [
      attempt("select", { method: "GET", path: name }),
      attempt("select by their clinic", { method: "GET", path: their, headers: { prefer: "count=exact" } }),
      attempt("head", { method: "HEAD", path: their }),
      attempt("insert", { method: "POST", path: name, body: row }),
      attempt("upsert", { method: "POST", path: name, body: row, headers: { prefer: "resolution=merge-duplicates" } }),
      attempt("update", { method: "PATCH", path: their, body: change }),
      attempt("delete", { method: "DELETE", path: their }),
    ];
  });
}
