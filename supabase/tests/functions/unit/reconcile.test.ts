import assert from "node:assert/strict";
import type { Context } from "../../../functions/_shared/webhook.ts";
import type { ListedCall, Lists } from "../../../functions/worker/twilio-lists.ts";

/** Reconciliation where its limits are reached, before a database and a Twilio that only count what they are asked. */

const asked: string[] = [];
const settled: string[] = [];
const over = new AbortController();
const server = Deno.serve(
  { port: 0, hostname: "127.0.0.1", onListen: () => {}, signal: over.signal },
  async (request) => {
    const { pathname } = new URL(request.url);
    const operation = pathname.split("/").at(-1) ?? "";
    const body = await request.text();
    asked.push(operation);
    switch (operation) {
      case "start_reconciliation":
        return Response.json({ success: true, settled_until: new Date(Date.now() - 60_000).toISOString() });
      case "find_unsettled":
        return Response.json({ success: true, calls: JSON.parse(body).p_call_sids, recordings: [], texts: [] });
      case "settle_call":
        settled.push(JSON.parse(body).p_call_sid);
        return Response.json({ success: true, status: "completed" });
      case "Calls.json":
        // However far one reads, there is another page.
        return Response.json({ calls: [], next_page_uri: `${ACCOUNT}/Calls.json?Page=1`, page: 0, page_size: 500 });
      default:
        return Response.json({ success: true });
    }
  },
);
const ACCOUNT = "/2010-04-01/Accounts/AC00000000000000000000000000000000";
const address = `http://127.0.0.1:${server.addr.port}`;
Deno.env.set("SUPABASE_URL", address);
Deno.env.set("SUPABASE_SECRET_KEYS", '{"default":"sb_secret_for-tests"}');
Deno.env.set("TWILIO_API_URL", address);
Deno.env.set("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000000");
Deno.env.set("TWILIO_AUTH_TOKEN", "a token for tests only");

const { reconcile } = await import("../../../functions/worker/reconcile.ts");
const { twilioLists } = await import("../../../functions/worker/twilio-lists.ts");

const context: Context = {
  requestId: "test",
  signal: new AbortController().signal,
  databaseMs: 2000,
  label: () => {},
  report: (thrown) => assert.fail(String(thrown)),
  forStep: () => context,
  elapsed: () => 0,
};

function endedCall(number: number): ListedCall {
  const startedAt = new Date(Date.now() - 30_000);
  const sid = `CA${String(number).padStart(32, "0")}`;
  return {
    sid,
    to: "+12125550100",
    from: "+12125550123",
    status: "completed",
    startedAt,
    endedAt: startedAt,
    durationSeconds: 0,
  };
}

Deno.test("a run whose time went by with other things brings something all the same, so that runs get on", async () => {
  const twilio: Lists = {
    callsIn: () => Promise.resolve([endedCall(1), endedCall(2)]),
    recordingsIn: () => Promise.resolve([]),
    textsIn: () => Promise.resolve([]),
    call: () => Promise.resolve(null),
  };
  assert.deepEqual(await reconcile(twilio, performance.now() - 1, context), { calls: 2, messages: 0, texts: 0 });
  assert.equal(settled.length, 2);
});

Deno.test("a list without an end is not taken for one that was read", async () => {
  const span = { from: new Date(Date.now() - 60_000), to: new Date() };
  await assert.rejects(twilioLists().callsIn(span), { code: "too_many_pages" });
  assert.ok(asked.filter((operation) => operation === "Calls.json").length > 99);
});

Deno.test.afterAll(async () => {
  over.abort();
  await server.finished;
});
