import assert from "node:assert/strict";
import { ownSecretKey } from "../../../functions/_shared/environment.ts";

/** What the functions take for their own key, of what Supabase gives them. */
function ownOf(injected: string): string {
  const before = Deno.env.get("SUPABASE_SECRET_KEYS");
  Deno.env.set("SUPABASE_SECRET_KEYS", injected);
  try {
    return ownSecretKey();
  } finally {
    if (before === undefined) Deno.env.delete("SUPABASE_SECRET_KEYS");
    else Deno.env.set("SUPABASE_SECRET_KEYS", before);
  }
}

Deno.test("of several secret keys the functions use the one named default", () => {
  assert.equal(ownOf('{"worker":"sb_secret_w","default":"sb_secret_d"}'), "sb_secret_d");
});

Deno.test("when that one has been rotated away they use another, and without any they say so", () => {
  assert.equal(ownOf('{"worker":"sb_secret_w"}'), "sb_secret_w");
  for (const none of ["{}", "", "sb_secret_bare"]) assert.throws(() => ownOf(none), { name: "MissingSettingError" });
});
