/** The worker's own key: a token that names its database role, signed as the project signs tokens. */
import { SignJWT } from "jose";

/** On hosted Supabase `supabase gen bearer-jwt` makes it; here it lasts as long as any stack. */
export async function mintWorkerKey(jwtSecret: string): Promise<string> {
  return await new SignJWT({ role: "frontdesk_worker" })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuedAt()
    .setExpirationTime("1 year")
    .sign(new TextEncoder().encode(jwtSecret));
}
