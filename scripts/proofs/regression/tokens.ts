/** Tokens that are not what they say: forged, changed, expired, or for a role that nobody is given. */
import { SignJWT } from "jose";
import type { Attempt } from "./attempt.ts";
import type { Sides } from "./sides.ts";
import type { Target } from "./target.ts";

const tables = ["appointments", "contacts", "memberships", "audit_log"];

/** Each false token against a few tables; none may show a row of the other clinic, and most are refused outright. */
export async function falseTokens(
  { jwtSecret, publishableKey }: Target,
  sides: Sides,
  theirOwnerId: string,
): Promise<Attempt[]> {
  const genuine = sides.attacker.token ?? "";
  const [header = "", payload = "", signature = ""] = genuine.split(".");
  const claims: Record<string, unknown> = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
  const changed = (change: Record<string, unknown>) => encoded({ ...claims, ...change });
  const theirOwner = { ...claims, sub: theirOwnerId, email: sides.their.ownerEmail };
  const refused: [string, string][] = [
    ["forged with another secret", await token("another secret, of thirty-two characters or more", theirOwner, "1h")],
    ["unsigned (alg none)", `${encoded({ alg: "none", typ: "JWT" })}.${encoded(theirOwner)}.`],
    ["the signature of another token", `${header}.${changed({ sub: theirOwnerId })}.${signature}`],
    ["role swapped to service_role", `${header}.${changed({ role: "service_role" })}.${signature}`],
    ["role swapped to postgres", `${header}.${changed({ role: "postgres" })}.${signature}`],
    ["without a signature", `${header}.${payload}.`],
    ["expired an hour ago", await token(jwtSecret, claims, Math.floor(Date.now() / 1000) - 3600)],
    ["expired, of their owner", await token(jwtSecret, theirOwner, Math.floor(Date.now() / 1000) - 1)],
    ["no token at all", "not.a.token"],
  ];
  // Only whoever has the project's secret could make these; even so there is no role that reads a table past the policies.
  const roles = [
    "service_role",
    "anon",
    "postgres",
    "supabase_admin",
    "booking_engine",
    "authenticator",
    "no_such_role",
  ];
  const ofRoles = await Promise.all(roles.map(async (role): Promise<[string, string]> => [
    `signed, with role ${role}`,
    await token(jwtSecret, { ...claims, role }, "1h"),
  ]));
  const hidden: [string, string][] = [
    ["signed, for a user who does not exist", await token(jwtSecret, { ...claims, sub: crypto.randomUUID() }, "1h")],
    ["signed, for no user", await token(jwtSecret, { role: "authenticated", aud: "authenticated" }, "1h")],
    [
      "signed, with their clinic among the claims",
      await token(jwtSecret, {
        ...claims,
        org_id: sides.their.orgId,
        app_metadata: { org_id: sides.their.orgId, role: "owner" },
        user_metadata: { org_id: sides.their.orgId },
      }, "1h"),
    ],
  ];
  const attempts = (all: readonly [string, string][], expect: Attempt["expect"]) =>
    all.flatMap(([trick, jwt]) =>
      tables.map((table): Attempt => ({
        actor: { name: `${sides.attacker.name}, false token`, key: publishableKey, token: jwt },
        on: table,
        trick: `token ${trick}`,
        request: { method: "GET", path: `${table}?org_id=eq.${sides.their.orgId}`, headers: { prefer: "count=exact" } },
        expect,
      }))
    );
  return [
    ...attempts([...refused, ...ofRoles], "refused"),
    ...attempts(hidden, "nothing"),
    ...tables.flatMap((table): Attempt[] => [
      {
        actor: { name: "no key", key: undefined, token: undefined },
        on: table,
        trick: "no key and no token",
        request: { method: "GET", path: table },
        expect: "refused",
      },
      {
        actor: { name: "no key", key: "sb_publishable_somebody-elses", token: genuine },
        on: table,
        trick: "a genuine token under a wrong key",
        request: { method: "GET", path: `${table}?org_id=eq.${sides.their.orgId}` },
        expect: "refused",
      },
    ]),
  ];
}

function encoded(value: unknown): string {
  return btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** A token with the given claims, signed with the stack's secret or with another. */
async function token(secret: string, claims: Record<string, unknown>, expires: string | number): Promise<string> {
  const unsigned = new SignJWT(claims).setProtectedHeader({ alg: "HS256", typ: "JWT" }).setIssuedAt();
  return await unsigned.setExpirationTime(expires).sign(new TextEncoder().encode(secret));
}
