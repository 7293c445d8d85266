/** The running stack as these tests see it: a line to its functions, its Data API, and its database to look into. */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { readStackSettings } from "../../../../scripts/testkit/caller/settings.ts";
import { type Line, openLine } from "../../../../scripts/testkit/caller/line.ts";

/** The demo clinics that seed.sql makes. */
export const HARBOR = {
  id: "a0000000-0000-4000-8000-000000000001",
  phone: "+12125550100",
  timezone: "America/New_York",
  provider: "a0000000-0000-4000-8000-000000000011",
  service: "a0000000-0000-4000-8000-000000000021",
};
export const CEDAR = {
  id: "b0000000-0000-4000-8000-000000000001",
  phone: "+442079460100",
  timezone: "Europe/London",
  provider: "b0000000-0000-4000-8000-000000000011",
  service: "b0000000-0000-4000-8000-000000000021",
};

/** The password of the demo clinics' owners. */
const PASSWORD = "frontdesk-local";

/** The line to the functions, as Twilio has it. */
export function stackLine(): Line {
  return openLine(readStackSettings(Deno.env.toObject()));
}

/** The database, as the role that owns its tables; close it with `await using`. */
export function database(): postgres.Sql & AsyncDisposable {
  const sql = postgres(setting("DB_URL"), { max: 2, onnotice: () => {} });
  return Object.assign(sql, { [Symbol.asyncDispose]: () => sql.end() });
}

/** The Data API with the secret key, as the functions use it. */
export function withSecretKey(): SupabaseClient {
  return client(setting("SECRET_KEY"));
}

/** The Data API as a stranger has it. */
export function withPublishableKey(): SupabaseClient {
  return client(setting("PUBLISHABLE_KEY"));
}

/** The Data API as one of the clinics' owners has it. */
export async function signedIn(email: string): Promise<SupabaseClient> {
  const staff = client(setting("PUBLISHABLE_KEY"));
  const { error } = await staff.auth.signInWithPassword({ email, password: PASSWORD });
  if (error !== null) throw error;
  return staff;
}

function client(key: string): SupabaseClient {
  return createClient(setting("API_URL"), key, { auth: { persistSession: false, autoRefreshToken: false } });
}

function setting(name: string): string {
  const value = Deno.env.get(name);
  if (!value) throw new Error(`These tests need a running stack; ${name} is not set. Use "deno task test".`);
  return value;
}

/** A number for fiction that no other test uses: 555-0100 to 0199 is all there is, so calls are told apart by CallSid. */
export function someCaller(): string {
  return `+121255501${String(20 + Math.floor(Math.random() * 80)).padStart(2, "0")}`;
}
