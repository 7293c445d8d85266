/**
 * The account of a clinic's owner. On hosted Supabase the Auth server makes it and mails an invitation; a local stack's has
 * no admin API, so there the rows are written as seed.sql writes them, in the transaction that makes the clinic.
 */
import { createClient } from "@supabase/supabase-js";
import type postgres from "postgres";
import { Refused } from "../command/command.ts";
import type { Target } from "./target.ts";

/** What was done about an account, to be told to the operator. */
export interface Account {
  readonly userId: string;
  readonly told: string;
  /** Takes back what was done outside the transaction. */
  undo(): Promise<void>;
}

/** Whether there is an account with the address already; people may own several clinics. */
async function findAccount(sql: postgres.ISql, email: string): Promise<string | undefined> {
  const [user] = await sql<{ id: string }[]>`select id from auth.users where lower(email) = ${email}`;
  return user?.id;
}

/** Why no account could be made on this target, or undefined. Asked before anything is written. */
export function whyNoAccount(target: Target): string | undefined {
  return target.isLocal || (target.apiUrl && target.secretKey)
    ? undefined
    : "The owner's account is made by the project's Auth server: set SUPABASE_URL and SUPABASE_SECRET_KEY.";
}

/** Finds the owner's account or makes one. */
export async function ownerAccount(sql: postgres.TransactionSql, target: Target, email: string): Promise<Account> {
  const existing = await findAccount(sql, email);
  if (existing) {
    return { userId: existing, told: `${email} signs in with the account they already have.`, undo: async () => {} };
  }
  return target.isLocal ? await insertAccount(sql, email) : await inviteByMail(target, email);
}

async function inviteByMail(target: Target, email: string): Promise<Account> {
  if (!target.apiUrl || !target.secretKey) throw new Refused(`${whyNoAccount(target)}`);
  const { auth } = createClient(target.apiUrl, target.secretKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const { data, error } = await auth.admin.inviteUserByEmail(email);
  if (error) throw new Refused(`The Auth server did not invite ${email}: ${error.message}`);
  const userId = data.user.id;
  return {
    userId,
    told: `${email} has been sent an invitation to set a password.`,
    async undo() {
      const { error } = await auth.admin.deleteUser(userId);
      if (error) throw new Error(`The new account of ${email} could not be removed again: ${error.message}`);
    },
  };
}

async function insertAccount(sql: postgres.TransactionSql, email: string): Promise<Account> {
  const password = newPassword();
  return {
    userId: await writeAccount(sql, email, password),
    told: `${email} signs in with the password ${password} (shown this once).`,
    undo: async () => {},
  };
}

/** Writes the rows that the Auth server would, and gives the user's id. */
export async function writeAccount(sql: postgres.ISql, email: string, password: string): Promise<string> {
  const [user] = await sql<{ id: string }[]>`
    insert into auth.users (
      id, instance_id, aud, role, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data,
      created_at, updated_at, confirmation_token, recovery_token, email_change, email_change_token_new
    )
    values (
      gen_random_uuid(), '00000000-0000-0000-0000-000000000000', 'authenticated', 'authenticated', ${email},
      extensions.crypt(${password}, extensions.gen_salt('bf')), now(),
      '{"provider": "email", "providers": ["email"]}', '{}', now(), now(), '', '', '', ''
    )
    returning id`;
  if (!user) throw new Error("The account was not written.");
  await sql`
    insert into auth.identities (id, user_id, provider, provider_id, identity_data, last_sign_in_at, created_at, updated_at)
    values (
      ${user.id}, ${user.id}, 'email', ${user.id},
      jsonb_build_object('sub', ${user.id}::text, 'email', ${email}::text, 'email_verified', true), now(), now(), now()
    )`;
  return user.id;
}

/** Eighteen characters that cannot be mistaken for each other when read aloud or copied by hand. */
function newPassword(): string {
  const alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
  const drawn: string[] = [];
  while (drawn.length < 18) {
    for (const byte of crypto.getRandomValues(new Uint8Array(32))) {
      // Bytes beyond the last whole multiple would make some characters likelier.
      const character = byte < 248 ? alphabet[byte % alphabet.length] : undefined;
      if (character !== undefined && drawn.length < 18) drawn.push(character);
    }
  }
  return drawn.join("");
}
