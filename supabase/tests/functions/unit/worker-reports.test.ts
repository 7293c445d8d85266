import assert from "node:assert/strict";
import { errorsIn, openSentryDouble } from "../../../../scripts/testkit/faults/sentry-double.ts";

/** What a run of the worker tells Sentry when several of its jobs fail at once. */

const alert = {
  id: "a0000000-0000-4000-8000-0000000000a1",
  rule: "latency_critical",
  level: "critical",
  signal: "latency_p95",
  subject: "voice",
  value: 1234.5,
  opened_at: "2026-11-22T20:00:00+00:00",
  closed_at: null,
};
const text = {
  org_id: "a0000000-0000-4000-8000-000000000001",
  outbox_id: "a0000000-0000-4000-8000-0000000000b1",
  claim_id: "a0000000-0000-4000-8000-0000000000c1",
  kind: "booked_text",
  attempt: 1,
  unsure_since: null,
  to: "+12125550142",
  from: "+12125550100",
  messaging_service_sid: null,
  clinic: { name: "Harbor Dental", locale: "en-US", address: null, phone: null },
  slot: {
    provider_id: "a0000000-0000-4000-8000-000000000011",
    provider_name: "Dr. Maya Ortiz",
    service_id: "a0000000-0000-4000-8000-000000000021",
    service_name: "Check-up",
    starts_at: "2026-11-24T14:00:00+00:00",
    ends_at: "2026-11-24T14:30:00+00:00",
    starts_local: "2026-11-24T09:00:00",
    ends_local: "2026-11-24T09:30:00",
  },
  provider: "Dr. Maya Ortiz",
  code: "482913",
};

/** A database where an alert and a text are due in every run, and a Twilio that is out of order. */
let areTextsDue = true;
const outside = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
  await request.body?.cancel();
  switch (new URL(request.url).pathname.split("/").at(-1)) {
    case "claim_chores":
      areTextsDue = true;
      return Response.json({ success: true, chores: ["tell_alerts", "send_texts"] });
    case "claim_alert_notices":
      return Response.json({ success: true, notices: [{ event: "opened", channel: "webhook", alert }] });
    case "claim_texts": {
      const texts = areTextsDue ? [text] : [];
      areTextsDue = false;
      return Response.json({ success: true, seen: texts.length, texts });
    }
    case "record_text_failed":
      return Response.json({ success: true, status: "pending" });
    case "Messages.json":
      return Response.json({ code: 20500, message: "out of order", status: 500 }, { status: 500 });
    default:
      return Response.json({ success: true });
  }
});
const sentry = openSentryDouble();
const address = `http://127.0.0.1:${outside.addr.port}`;
const settings = {
  SUPABASE_URL: address,
  SUPABASE_SECRET_KEYS: '{"default":"sb_secret_for-tests"}',
  SENTRY_DSN: `http://public@127.0.0.1:${sentry.port}/1`,
  TWILIO_API_URL: address,
  TWILIO_ACCOUNT_SID: "AC00000000000000000000000000000000",
  TWILIO_AUTH_TOKEN: "a token for tests only",
  PUBLIC_FUNCTIONS_URL: "https://clinic.example/functions/v1",
  // Nobody listens there.
  ALERT_WEBHOOK_URL: "http://127.0.0.1:1/alerts",
  ALERT_WEBHOOK_SECRET: `whsec_${btoa("a secret for tests only, of 32 B.")}`,
};
for (const [name, value] of Object.entries(settings)) Deno.env.set(name, value);
const { default: worker } = await import("../../../functions/worker/index.ts");

/** One run; what it told Sentry, by the job that told it. */
async function run(): Promise<Record<string, string[]>> {
  const answer = await worker.fetch(
    new Request("http://edge.internal/worker", {
      method: "POST",
      headers: { apikey: "sb_secret_for-tests", "content-type": "application/json" },
      body: "{}",
    }),
  );
  await answer.body?.cancel();
  const requestId = answer.headers.get("x-request-id");
  const told: Record<string, string[]> = {};
  for (const job of ["tell_alerts", "send_texts"]) {
    const report = await sentry.event(({ tags }) => tags?.request_id === requestId && tags?.step === job, 3000);
    told[job] = report === null ? [] : errorsIn(report);
  }
  return told;
}

Deno.test({
  name: "when nobody hears of an alert and no text can be sent, each is told in every run, under its job's name",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    for (let runs = 0; runs < 2; runs++) {
      assert.deepEqual(await run(), {
        tell_alerts: ["FrontdeskError: nobody heard of an alert"],
        send_texts: ["FrontdeskError: texts could not be sent and wait for another try"],
      });
    }
    await Promise.all([outside.shutdown(), sentry[Symbol.asyncDispose]()]);
  },
});
