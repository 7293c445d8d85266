/** The stack that is attacked: its addresses, its keys, and its database to look into. */
import { SignJWT } from "jose";
import postgres from "postgres";

/** What an attack needs to know; the names are those of `$STACK_DIR/env`. */
export interface Surroundings {
  readonly restUrl: string;
  readonly authUrl: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  readonly jwtSecret: string;
  /** As `postgres`, to prepare, and to see afterwards that nothing has changed. */
  readonly sql: postgres.Sql;
  readonly environment: Readonly<Record<string, string>>;
}

/** Reads the environment of a running stack. */
export function surroundingsOf(environment: Readonly<Record<string, string>>): Surroundings {
  const setting = (name: string): string => {
    const value = environment[name];
    if (!value) throw new Error(`The stack's environment does not tell ${name}.`);
    return value;
  };
  return {
    restUrl: `${setting("API_URL")}/rest/v1`,
    authUrl: `${setting("API_URL")}/auth/v1`,
    publishableKey: setting("PUBLISHABLE_KEY"),
    secretKey: setting("SECRET_KEY"),
    jwtSecret: setting("JWT_SECRET"),
    sql: postgres(setting("DB_URL"), { max: 2, onnotice: () => {}, connection: { TimeZone: "UTC" } }),
    environment,
  };
}

/** A token with the given claims, signed with the stack's secret or with another. */
export async function token(
  secret: string,
  claims: Record<string, unknown>,
  expires: string | number,
): Promise<string> {
  return await new SignJWT(claims).setProtectedHeader({ alg: "HS256", typ: "JWT" }).setIssuedAt().setExpirationTime(
    expires,
  )
    .sign(new TextEncoder().encode(secret));
}
