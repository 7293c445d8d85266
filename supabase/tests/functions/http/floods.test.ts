/** Requests that cost their sender little and would cost us much: none of them gets as far as our work. */
import assert from "node:assert/strict";
import { parse } from "smol-toml";
import { z } from "zod";
import { transmit } from "../../../../scripts/testkit/caller/transport.ts";
import { stackLine } from "./stack.ts";

const { reachedAt } = stackLine();

/** Those that supabase/config.toml lists. */
const config = parse(Deno.readTextFileSync(new URL("../../../config.toml", import.meta.url)));
const FUNCTIONS = Object.keys(z.record(z.string(), z.unknown()).parse(config.functions));

/** 64 KB: two characters a field. */
const MANY_FIELDS = "x&".repeat(32_000);
const FORM = { "content-type": "application/x-www-form-urlencoded" };

/** What a stranger may write into a header to be taken for Twilio or for us. */
const CREDENTIALS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "nothing to show": {},
  "no signature": { "x-twilio-signature": "x" },
  "a forged signature": { "x-twilio-signature": `${"A".repeat(27)}=` },
  "a forged key": { apikey: "sb_secret_forged", authorization: "Bearer sb_secret_forged" },
};

for (const name of FUNCTIONS) {
  for (const [what, headers] of Object.entries(CREDENTIALS)) {
    Deno.test(`${name} turns away 32,000 fields from somebody with ${what}`, async () => {
      const post = { method: "POST", headers: { ...FORM, ...headers }, body: MANY_FIELDS };
      const answer = await transmit(new URL(`${reachedAt}/${name}`), post, AbortSignal.timeout(10_000));
      assert.ok([400, 403, 405].includes(answer.status), `HTTP ${answer.status}`);
      assert.equal(answer.status === 403 ? answer.body : "", "");
    });
  }

  Deno.test(`${name} does nothing with a long query from a stranger`, async () => {
    const address = new URL(`${reachedAt}/${name}?${MANY_FIELDS.slice(0, 60_000)}`);
    const answer = await transmit(address, { method: "GET", headers: {}, body: "" }, AbortSignal.timeout(10_000));
    assert.equal(answer.status, name === "health" ? 200 : 403);
  });
}
