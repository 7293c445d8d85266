/**
 * The least that a function on Supabase is: it imports the client, makes one, and answers. What a cold start is compared
 * with. Asked for /ask, it asks the database before it answers, as every function with something to do must.
 */
import { createClient } from "@supabase/supabase-js";

export default {
  async fetch(request: Request): Promise<Response> {
    const { default: key = "" }: Record<string, string> = JSON.parse(Deno.env.get("SUPABASE_SECRET_KEYS") ?? "{}");
    const client = createClient(Deno.env.get("SUPABASE_URL") ?? "", key, { auth: { persistSession: false } });
    const isAsked = new URL(request.url).pathname === "/ask";
    return Response.json(isAsked ? (await client.rpc("check_health")).data : { success: true });
  },
};
