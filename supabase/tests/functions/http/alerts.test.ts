import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import type postgres from "postgres";
import { Webhook } from "standardwebhooks";
import { bucketOf } from "../../../functions/_shared/counting.ts";
import { database, stackLine } from "./stack.ts";
import { eventually, SINK_URL } from "./twilio-sink.ts";
import { WorkerProcess } from "./worker-process.ts";

const { reachedAt } = stackLine();
const withSinks = { ignore: SINK_URL === undefined };

/** An alert about nothing that exists, open as if a rule had just been broken. */
async function openAlert(sql: postgres.Sql): Promise<{ id: string; subject: string }> {
  const subject = `test-${crypto.randomUUID()}`;
  const [alert] = await sql`
    insert into private.alerts (rule, level, signal, subject, value, opened_at, last_seen_at)
    values ('latency_critical', 'critical', 'latency_p95', ${subject}, 1234.5, now(), now())
    returning id`;
  return { id: String(alert?.id), subject };
}

async function close(sql: postgres.Sql, { id }: { id: string }): Promise<void> {
  await sql`update private.alerts set closed_at = now() where id = ${id}`;
}

type Heard = { headers: Headers; body: string };

/**
 * Somebody who listens for alerts, and is deaf when they are first told that one has opened: that one, whichever others are
 * open because of what other tests break at the same time.
 */
function listener() {
  const heard: Heard[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const id = request.headers.get("webhook-id");
    const isNew = !heard.some(({ headers }) => headers.get("webhook-id") === id);
    const body = await request.text();
    heard.push({ headers: request.headers, body });
    return new Response(null, { status: isNew && JSON.parse(body).type === "alert.opened" ? 500 : 204 });
  });
  return { heard, url: `http://127.0.0.1:${server.addr.port}/alerts`, [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test({
  ...withSinks,
  name: "a webhook hears of an alert until it has heard, signed by the Standard Webhooks scheme, under one name",
  async fn() {
    const key = crypto.getRandomValues(new Uint8Array(32));
    const secret = `whsec_${btoa(String.fromCharCode(...key))}`;
    await using listening = listener();
    await using sql = database();
    await using _worker = new WorkerProcess({
      ALERT_WEBHOOK_URL: listening.url,
      ALERT_WEBHOOK_SECRET: secret,
    });
    const alert = await openAlert(sql);
    const about = () => listening.heard.filter(({ body }) => body.includes(alert.subject));
    await eventually(() => Promise.resolve(about().length >= 2 ? true : undefined), 30_000);
    await close(sql, alert);
    await eventually(() => Promise.resolve(about().length >= 3 ? true : undefined), 30_000);

    const ours = about();
    assert.deepEqual(ours.map(({ body }) => JSON.parse(body).type), ["alert.opened", "alert.opened", "alert.closed"]);
    assert.equal(ours[0]?.headers.get("webhook-id"), ours[1]?.headers.get("webhook-id"));
    assert.notEqual(ours[1]?.headers.get("webhook-id"), ours[2]?.headers.get("webhook-id"));
    for (const { headers, body } of ours) {
      const [id, timestamp] = [headers.get("webhook-id"), headers.get("webhook-timestamp")];
      assert.ok(Math.abs(Date.now() / 1000 - Number(timestamp)) < 60);
      // As a listener checks it who has the scheme's library, and as the specification says, without it.
      new Webhook(secret).verify(body, Object.fromEntries(headers));
      assert.throws(() => new Webhook(secret).verify(`${body} `, Object.fromEntries(headers)));
      const expected = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
      assert.equal(headers.get("webhook-signature"), `v1,${expected}`);
      const { data } = JSON.parse(body);
      assert.equal(data.rule, "latency_critical");
      assert.equal(data.value, 1234.5);
    }
  },
});

Deno.test({
  ...withSinks,
  name: "Sentry hears of an alert, once when it opens and once when it is over, as one issue",
  async fn() {
    await using sql = database();
    const alert = await openAlert(sql);
    const file = `${Deno.env.get("STACK_DIR")}/sentry.ndjson`;
    const told = async (count: number) => {
      const lines = (await Deno.readTextFile(file)).split("\n").filter((line) => line.includes(alert.subject));
      return lines.length >= count ? lines : undefined;
    };
    await eventually(() => told(1), 30_000);
    await close(sql, alert);
    const lines = await eventually(() => told(2), 30_000) ?? [];
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? "", /Alert opened: latency_critical/);
    assert.match(lines[0] ?? "", /fatal/);
    assert.match(lines[1] ?? "", /Alert closed: latency_critical/);
  },
});

Deno.test("every answered request is counted, a while after its answer", async () => {
  await using sql = database();
  const counted = async () => {
    const [row] =
      await sql`select coalesce(sum(requests), 0)::int as n from private.request_counts where function = 'health'`;
    return Number(row?.n);
  };
  const before = await counted();
  for (let n = 0; n < 20; n++) await (await fetch(`${reachedAt}/health`)).body?.cancel();
  const after = await eventually(async () => {
    const now = await counted();
    return now >= before + 20 ? now : undefined;
  });
  assert.ok(after !== undefined, "the counts arrived within 10 s");
  const [histogram] = await sql`
    select (select sum(requests) from private.request_counts) = (select sum(requests) from private.request_latencies) as agrees`;
  assert.equal(histogram?.agrees, true, "and each request is in the histogram");
});

Deno.test("the functions and Postgres count on the same edges", async () => {
  const ends = new Set(Array.from({ length: 60_000 }, (_, ms) => bucketOf(ms + 1)));
  await using sql = database();
  const widths = await sql`
    select e as end, private.bucket_width_ms(e) as width from unnest(${[...ends]}::int[]) e order by e`;
  let previous = 0;
  for (const { end, width } of widths) {
    assert.equal(end - width, previous, `the bucket that ends at ${end} ms`);
    previous = end;
  }
  assert.equal(previous, 60_000);
});
