/** The least that a function on Supabase is: it imports the client, makes one, and answers. What a cold start is compared with. */
import { createClient } from "@supabase/supabase-js";

export default {
  fetch(): Response {
    const client = createClient(Deno.env.get("SUPABASE_URL") ?? "", "sb_secret_bare");
    return Response.json({ success: typeof client.rpc === "function" });
  },
};
