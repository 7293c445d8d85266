import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { readXml } from "../../../../scripts/testkit/caller/xml.ts";

/** The functions as they are served, before a database that fails in every way, and a Sentry that keeps what it is sent. */

const TOKEN = "a token for tests only";
const PUBLIC = "https://clinic.example/functions/v1";

/** What the database does with a request; null drops the connection. */
type Fault = (body: string) => Response | null | Promise<Response | null>;
let fault: Fault = () => Response.json({ success: true });
const database = createServer(async (request, response) => {
  const decoder = new TextDecoder();
  let body = "";
  for await (const chunk of request) body += decoder.decode(chunk, { stream: true });
  const answer = await fault(body);
  if (answer === null) request.socket.destroy();
  else response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
});
await new Promise<void>((resolve) => database.listen(0, "127.0.0.1", resolve));
const address = database.address();
assert.ok(typeof address === "object" && address !== null);

const events: Record<string, unknown>[] = [];
const over = new AbortController();
const sink = Deno.serve(
  { port: 0, hostname: "127.0.0.1", onListen: () => {}, signal: over.signal },
  async (request) => {
    for (const line of (await request.text()).split("\n")) {
      const item: unknown = line.startsWith("{") ? JSON.parse(line) : null;
      if (typeof item === "object" && item !== null && "platform" in item) events.push({ ...item });
    }
    return Response.json({});
  },
);

Deno.env.set("TWILIO_AUTH_TOKEN", TOKEN);
Deno.env.set("PUBLIC_FUNCTIONS_URL", PUBLIC);
Deno.env.set("SUPABASE_URL", `http://127.0.0.1:${address.port}`);
Deno.env.set("SUPABASE_SECRET_KEYS", '{"default":"sb_secret_for-tests"}');
Deno.env.set("SENTRY_DSN", `http://public@127.0.0.1:${sink.addr.port}/1`);

const { default: voice } = await import("../../../functions/voice/index.ts");
const { default: voiceStatus } = await import("../../../functions/voice-status/index.ts");
const { default: health } = await import("../../../functions/health/index.ts");

const ORG = "a0000000-0000-4000-8000-000000000001";
const HOLD = "c0000000-0000-4000-8000-000000000031";
const CLINIC = `org=${ORG}&zone=America%2FNew_York&locale=en-GB&asked=2026-11-22T15%3A29`;
const SEARCH = `${CLINIC}&service=${HOLD}&from=2026-11-24T12%3A00&to=2026-11-24T18%3A00`;
const RECORDING = "https://api.twilio.com/2010-04-01/Accounts/AC00/Recordings/RE5d1e7c0a94b84f6fb0c2a3e9d7164f01";

/** Every turn that asks the database something. */
const TURNS: [query: string, fields: Record<string, string>][] = [
  ["", {}],
  [`?step=menu&${CLINIC}`, { Digits: "1" }],
  [`?step=service&${CLINIC}`, { SpeechResult: "a check-up for Zebulon" }],
  [`?step=day&${CLINIC}&service=${HOLD}`, { SpeechResult: "tomorrow for Zebulon" }],
  [`?step=search&${SEARCH}`, {}],
  [`?step=opening&${SEARCH}&offers=${HOLD}.1795525200.2026-11-24T13%3A00`, { Digits: "1" }],
  [`?step=phone&${SEARCH}&hold=${HOLD}`, { Digits: "02079460199" }],
  [`?step=name&${SEARCH}&hold=${HOLD}`, { SpeechResult: "Zebulon Quartermaine" }],
  [`?step=confirm&${SEARCH}&hold=${HOLD}`, { Digits: "1" }],
  [`?step=confirm&${SEARCH}&hold=${HOLD}`, { Digits: "2" }],
  [`?step=confirm&${SEARCH}&hold=${HOLD}&moving=${HOLD}.${HOLD}.2026-11-24T13%3A00`, { Digits: "1" }],
  [`?step=day&${SEARCH}`, { Digits: "2" }],
  [`?step=birth&${CLINIC}&errand=move`, { Digits: "09031984" }],
  [`?step=birth&${CLINIC}&errand=cancel`, { SpeechResult: "Zebulon, the ninth of March 1984" }],
  [`?step=none&${CLINIC}`, { Digits: "1" }],
  [`?step=cancel&${CLINIC}&booked=${HOLD}.${HOLD}.2026-11-24T13%3A00`, { Digits: "1" }],
  [`?step=question&${CLINIC}`, { SpeechResult: "is Zebulon Quartermaine in today" }],
  [`?step=answer&${CLINIC}`, { SpeechResult: "what about Zebulon Quartermaine" }],
];

function post(name: string, query: string, fields: Record<string, string>): Request {
  const all: Record<string, string> = {
    CallSid: "CA5d1e7c0a94b84f6fb0c2a3e9d7164f01",
    From: "+442079460142",
    To: "+442079460100",
    ...fields,
  };
  const covered = Object.keys(all).sort().map((key) => key + all[key]).join("");
  return new Request(`http://edge.internal/${name}${query}`, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": createHmac("sha1", TOKEN).update(`${PUBLIC}/${name}${query}${covered}`).digest("base64"),
    },
    body: new URLSearchParams(all).toString(),
  });
}

const FAULTS: Record<string, Fault> = {
  "refuses with an error of Postgres": () =>
    Response.json({
      code: "23505",
      message: 'duplicate key value violates unique constraint "contacts_org_id_phone_key"',
      details: "Key (phone)=(+442079460142) already exists for Zebulon Quartermaine.",
      hint: null,
    }, { status: 409 }),
  "answers 500 in HTML": () =>
    new Response("<html><body>upstream connect error at db.internal:5432</body></html>", {
      status: 500,
      headers: { "content-type": "text/html" },
    }),
  "answers 200 in HTML": () => new Response("<html>Zebulon</html>", { headers: { "content-type": "text/html" } }),
  "answers half a JSON": () =>
    new Response('{"success": true, "clinic": {"name": "Zebu', { headers: { "content-type": "application/json" } }),
  "answers something that breaks the contract": () => Response.json({ success: true, clinic: "Zebulon", slots: 7 }),
  "answers null": () => Response.json(null),
  "has a reason that nobody knows": () => Response.json({ success: false, reason: "Zebulon" }),
  "drops the connection": () => null,
};

const LEAK =
  /Zebulon|Quartermaine|460199|460142|contacts_|duplicate|23505|constraint|upstream|internal|5432|html|Error|\.ts|postgres|sb_secret|127\.0\.0\.1|at \w+ \(/i;

/** Waits for so many reports of failures (or of something else), and sees that there are no more. */
async function arrived(count: number, what: "exception" | "message" = "exception") {
  const reports = () => events.filter((event) => what in event).map((event) => JSON.parse(JSON.stringify(event)));
  for (let waited = 0; reports().length < count && waited < 3000; waited += 10) await pause(10);
  await pause(50);
  assert.equal(reports().length, count);
  return reports();
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** Forgets what earlier tests sent, once the last of it has come. */
async function forget(): Promise<void> {
  for (let seen = -1; seen !== events.length;) {
    seen = events.length;
    await pause(100);
  }
  events.length = 0;
}

function test(name: string, run: () => Promise<void>): void {
  Deno.test({ name, fn: run, sanitizeOps: false, sanitizeResources: false });
}

for (const [what, made] of Object.entries(FAULTS)) {
  test(`when the database ${what}, every turn apologises and offers a message`, async () => {
    fault = made;
    await forget();
    for (const [query, fields] of TURNS) {
      const response = await voice.fetch(post("voice", query, fields));
      const body = await response.text();
      assert.equal(response.status, 200, query);
      assert.equal(readXml(body).name, "Response", query);
      assert.match(body, /having trouble right now, let me help you another way/, query);
      assert.match(body, /<Record action="https:\/\/clinic\.example\/functions\/v1\/voice\?step=message/, query);
      assert.doesNotMatch(body, LEAK, query);
    }
    // Each failure reaches Sentry once.
    await arrived(TURNS.length);
    assert.doesNotMatch(
      JSON.stringify(events),
      /Zebulon|Quartermaine|460199|460142|sb_secret|"request"|"breadcrumbs"|"user"/,
    );
  });
}

test("when the database hangs, the caller is answered within three seconds", async () => {
  fault = () => new Promise(() => {});
  const startedAt = performance.now();
  const bodies = await Promise.all(TURNS.map(async ([query, fields]) => {
    const response = await voice.fetch(post("voice", query, fields));
    return response.text();
  }));
  assert.ok(performance.now() - startedAt < 3000);
  for (const body of bodies) assert.match(body, /having trouble right now/);
});

test("a message that could not be written down was recorded all the same, and its caller hears so", async () => {
  for (const made of Object.values(FAULTS)) {
    fault = made;
    for (const query of ["?step=message&reason=trouble", `?step=message&org=${ORG}&locale=en-GB&reason=message`]) {
      const response = await voice.fetch(post("voice", query, { RecordingUrl: RECORDING, Digits: "hangup" }));
      const body = await response.text();
      assert.match(body, /Your message was recorded/);
      assert.match(body, /<Hangup\/>/);
    }
  }
});

test("JSON is masked with one sentence, and health says that it is down", async () => {
  fault = FAULTS["answers 500 in HTML"] ?? fault;
  const event = { CallStatus: "completed", SequenceNumber: "2", Timestamp: "Sun, 22 Nov 2026 20:41:42 +0000" };
  const masked = await voiceStatus.fetch(post("voice-status", "", event));
  assert.deepEqual(await masked.json(), {
    success: false,
    error: "I'm having trouble accessing the schedule right now. Let me try another way to help you.",
  });
  const down = await health.fetch(new Request("http://edge.internal/health"));
  assert.equal(down.status, 503);
  const told = await down.json();
  assert.equal(told.status, "down");
  assert.equal(told.database.reachable, false);
});

test("an event says where it happened and what it was, and one fault has one fingerprint", async () => {
  fault = FAULTS["refuses with an error of Postgres"] ?? fault;
  await forget();
  const [, fields] = TURNS[8] ?? ["", {}];
  const query = TURNS[8]?.[0] ?? "";
  await voice.fetch(post("voice", query, fields));
  await voice.fetch(post("voice", query, fields));
  const [first, second] = await arrived(2);
  const { duration_ms, request_id, ...tags } = first.tags;
  assert.deepEqual(tags, {
    function: "voice",
    operation: "voice confirm",
    step: "confirm",
    clinic: ORG,
    code: "23505",
  });
  assert.match(request_id, /^[0-9a-f-]{36}$/);
  assert.equal(typeof duration_ms, "number");
  assert.equal(first.exception.values[0].type, "DatabaseError");
  assert.equal(first.exception.values[0].value, "confirm_hold: the database refused (23505)");
  assert.ok(first.exception.values[0].stacktrace.frames.length > 0);
  assert.deepEqual(first.fingerprint, ["database", "confirm_hold", "23505"]);
  assert.deepEqual(first.fingerprint, second.fingerprint);
  assert.notEqual(request_id, second.tags.request_id);
});

test("a slow turn is reported as a performance regression, with its duration and operation", async () => {
  fault = async () => {
    await pause(850);
    return Response.json({ success: false, reason: "not_found" });
  };
  await forget();
  assert.match(await (await voice.fetch(post("voice", "", {}))).text(), /doesn't belong to a clinic/);
  const [event] = await arrived(1, "message");
  assert.equal(event.message, "Performance Regression");
  assert.equal(event.level, "warning");
  assert.equal(event.tags.operation, "voice greeting");
  assert.ok(event.tags.duration_ms >= 850);
});

test("two interleaved calls never share a tag", async () => {
  fault = async (body) => {
    const { p_org_id } = JSON.parse(body);
    await pause(Math.random() * 40);
    return Response.json({ code: p_org_id === ORG ? "40001" : "53300", message: "" }, { status: 500 });
  };
  await forget();
  await Promise.all(Array.from({ length: 20 }, async (_, n) => {
    const clinic = n % 2 === 0 ? ORG : HOLD;
    const query = `?step=${n % 2 === 0 ? "confirm" : "name"}&${SEARCH.replace(ORG, clinic)}&hold=${HOLD}`;
    const response = await voice.fetch(post("voice", query, { Digits: "1" }));
    await response.body?.cancel();
  }));
  const seen = (await arrived(20)).map(({ tags }) => tags);
  for (const tags of seen) {
    assert.deepEqual(
      [tags.clinic, tags.step, tags.code],
      tags.clinic === ORG ? [ORG, "confirm", "40001"] : [HOLD, "name", "53300"],
    );
  }
  assert.equal(new Set(seen.map((tags) => tags.request_id)).size, 20);
});

Deno.test.afterAll(() => {
  over.abort();
  database.closeAllConnections();
  database.close();
});
