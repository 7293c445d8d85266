import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { z } from "zod";
import { MAX_BODY_BYTES } from "../../../functions/_shared/body.ts";
import { anyone, secretKey } from "../../../functions/_shared/auth.ts";
import { twilio } from "../../../functions/_shared/twilio-auth.ts";
import { type Context, type Options, webhook } from "../../../functions/_shared/webhook.ts";

const TOKEN = "a token for tests only";
const PUBLIC = "https://clinic.example/functions/v1";
Deno.env.set("TWILIO_AUTH_TOKEN", TOKEN);
Deno.env.set("PUBLIC_FUNCTIONS_URL", PUBLIC);
Deno.env.set("SUPABASE_SECRET_KEYS", '{"default":"sb_secret_for-tests"}');
Deno.env.delete("SENTRY_DSN");

const Input = z.object({
  query: z.object({ step: z.string().optional() }),
  body: z.object({ CallSid: z.string().min(1) }),
});
type Input = z.output<typeof Input>;

/** A function like ours, with another handler. */
function serving(answer: (input: Input, context: Context) => Promise<Response>, changes: Partial<Options<Input>> = {}) {
  return webhook<Input>({
    name: "echo",
    authenticate: twilio,
    input: Input,
    deadlineMs: 200,
    channel: "voice",
    answer,
    ...changes,
  });
}
const echo = serving(({ query, body }) => Promise.resolve(Response.json({ ...query, ...body })));

/** Signs as Twilio's documentation says, without the library that checks it. */
function signature(url: string, fields: [string, string][]): string {
  const covered = fields.toSorted(([a], [b]) => a < b ? -1 : a > b ? 1 : 0).map(([name, value]) => name + value).join(
    "",
  );
  return createHmac("sha1", TOKEN).update(url + covered, "utf8").digest("base64");
}

function post(
  fields: [string, string][],
  { query = "", signed = signature(`${PUBLIC}/echo${query}`, fields), headers = {}, body }: {
    query?: string;
    signed?: string | null;
    headers?: Record<string, string>;
    body?: BodyInit;
  } = {},
): Request {
  return new Request(`http://10.0.0.1:9000/echo${query}`, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      ...(signed !== null && { "x-twilio-signature": signed }),
      ...headers,
    },
    body: body ?? new URLSearchParams(fields).toString(),
  });
}

/** What a signature looks like, of nothing. */
const FORGED = `${"A".repeat(27)}=`;
const FIELDS: [string, string][] = [["CallSid", "CA1"], ["SpeechResult", "Zoë & Ann = 1 + 1"], ["Empty", ""]];

/** What was logged while something ran, and shortly after. */
async function logged(run: () => Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  const { error } = console;
  console.error = (...words: unknown[]) => lines.push(words.map(String).join(" "));
  try {
    await run();
    await new Promise((resolve) => setTimeout(resolve, 60));
  } finally {
    console.error = error;
  }
  return lines;
}

/** These leave work for after the answer, which the test runner would otherwise take for a leak. */
function test(name: string, run: () => Promise<void>): void {
  Deno.test({ name, fn: run, sanitizeOps: false, sanitizeResources: false });
}

test("a signed form is let in, whatever host and scheme it came through", async () => {
  const response = await echo(post(FIELDS, { query: "?step=menu&zone=America%2FNew_York" }));
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { step: "menu", CallSid: "CA1" });
  assert.match(response.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/);
});

test("an address that names its region is known with it, and when the gateway has taken it off", async () => {
  const regional = serving(({ query }) => Promise.resolve(Response.json(query)), {
    input: z.object({ query: z.record(z.string(), z.string()), body: z.object({ CallSid: z.string() }) }),
  });
  const region = "forceFunctionRegion=eu-west-2";
  Deno.env.set("SB_REGION", "eu-west-2");
  try {
    for (
      const [signed, arrived] of [
        [`?${region}`, `?${region}`],
        [`?${region}`, ""],
        [`?step=menu&${region}`, "?step=menu"],
      ] as const
    ) {
      const response = await regional(
        post(FIELDS, { query: arrived, signed: signature(`${PUBLIC}/echo${signed}`, FIELDS) }),
      );
      assert.equal(response.status, 200, signed);
      // A turn hands its region on to the next one.
      assert.equal((await response.json()).forceFunctionRegion, "eu-west-2", signed);
    }
    assert.equal((await regional(post(FIELDS, { query: "?step=menu" }))).status, 200);
    for (const forged of [`?step=menu&forceFunctionRegion=us-east-1`, `?${region}&step=menu`]) {
      const request = post(FIELDS, { query: "?step=menu", signed: signature(`${PUBLIC}/echo${forged}`, FIELDS) });
      assert.equal((await regional(request)).status, 403, forged);
    }
  } finally {
    Deno.env.delete("SB_REGION");
  }
});

test("the signature covers every field that came, also one that comes twice or that nobody knows yet", async () => {
  const fields: [string, string][] = [...FIELDS, ["NewField", "x"], ["Twice", "a"], ["Twice", "b"]];
  const [plain, reversed] = [fields, fields.toReversed()];
  assert.equal((await echo(post(plain, { signed: signature(`${PUBLIC}/echo`, fields) }))).status, 200);
  assert.equal((await echo(post(reversed, { signed: signature(`${PUBLIC}/echo`, fields) }))).status, 200);
  const unsigned = post([...FIELDS, ["Added", "1"]], { signed: signature(`${PUBLIC}/echo`, FIELDS) });
  assert.equal((await echo(unsigned)).status, 403);
});

test("whoever cannot prove to be Twilio gets an empty 403", async () => {
  for (
    const request of [
      post(FIELDS, { signed: null }),
      post(FIELDS, { signed: "" }),
      post(FIELDS, { signed: "bm90IGEgc2lnbmF0dXJl" }),
      post(FIELDS, { signed: signature("http://10.0.0.1:9000/echo", FIELDS) }),
      post(FIELDS, { query: "?step=confirm", signed: signature(`${PUBLIC}/echo?step=menu`, FIELDS) }),
      new Request("http://10.0.0.1:9000/echo"),
    ]
  ) {
    const response = await echo(request);
    assert.equal(response.status, 403);
    assert.equal(await response.text(), "");
  }
});

test("without a token nobody is let in, and the caller still hears the apology", async () => {
  Deno.env.delete("TWILIO_AUTH_TOKEN");
  try {
    const lines = await logged(async () => {
      assert.match(await (await echo(post(FIELDS))).text(), /having trouble/);
    });
    assert.match(lines.join(), /"name":|MissingSettingError/);
  } finally {
    Deno.env.set("TWILIO_AUTH_TOKEN", TOKEN);
  }
});

test("what is not a readable form gets 400 and a plain sentence", async () => {
  const lines = await logged(async () => {
    for (
      const request of [
        new Request("http://10.0.0.1:9000/echo", { headers: { "x-twilio-signature": FORGED } }),
        post(FIELDS, { headers: { "content-type": "application/json" }, body: "{}" }),
        post(FIELDS, { headers: { "content-length": String(MAX_BODY_BYTES + 1) } }),
        post([["CallSid", ""]]),
        post([["CallSid", "CA1"], ["CallSid", "CA2"]]),
        post([]),
      ]
    ) {
      const response = await echo(request);
      assert.equal(response.status, 400);
      assert.match(await response.text(), /^[A-Z][^<>{}]*\.$/);
    }
  });
  // Twilio itself would have sent the last three, so somebody should know of them: by field, not by value.
  assert.equal(lines.length, 3);
  assert.match(lines.join(), /body\.CallSid/);
  assert.doesNotMatch(lines.join(), /CA1|CA2/);
});

/** A body without end, and how much of it was asked for. */
function endless(): { body: ReadableStream<Uint8Array>; pulled: () => number } {
  let pulled = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 1024;
      controller.enqueue(new Uint8Array(1024).fill(97));
    },
  }, { highWaterMark: 0 });
  return { body, pulled: () => pulled };
}

test("a large body is not read to its end", async () => {
  const { body, pulled } = endless();
  assert.equal((await echo(post(FIELDS, { body }))).status, 400);
  assert.ok(pulled() <= MAX_BODY_BYTES + 1024, `${pulled()} bytes were read`);
});

test("nothing is read of a body whose sender shows no signature, or what can be none", async () => {
  for (const signed of [null, "", "x", "A".repeat(28), `${"A".repeat(2800)}=`]) {
    const { body, pulled } = endless();
    assert.equal((await echo(post(FIELDS, { body, signed }))).status, 403);
    assert.equal(pulled(), 0);
  }
});

test("a form or an address with more fields than anybody means to send is not taken apart, signed or not", async () => {
  const many: [string, string][] = Array.from({ length: 201 }, (_, nth) => [`x${nth}`, ""]);
  const query = `?${"x&".repeat(200)}x`;
  const signed = signature(`${PUBLIC}/echo${query}`, FIELDS);
  assert.equal((await echo(post(many))).status, 400);
  assert.equal((await echo(post(many, { signed: FORGED }))).status, 400);
  assert.equal((await echo(post(FIELDS, { query, signed }))).status, 400);
  const most: [string, string][] = [["CallSid", "CA1"], ...many.slice(2)];
  assert.equal((await echo(post(most))).status, 200);
});

test("an address longer than any of ours is not read, and its body neither", async () => {
  const query = `?x=${"x".repeat(4096)}`;
  const { body, pulled } = endless();
  assert.equal((await echo(post(FIELDS, { query, body }))).status, 400);
  assert.equal(pulled(), 0);
});

test("what is open to all reads neither a query nor a body", async () => {
  const open = serving(({ query, body }) => Promise.resolve(Response.json({ query, body })), {
    authenticate: anyone,
    input: z.any(),
    channel: "json",
  });
  const asked = new Request(`http://10.0.0.1:9000/echo?${"x&".repeat(30_000)}`);
  assert.deepEqual(await (await open(asked)).json(), { query: {}, body: {} });
  const { body, pulled } = endless();
  assert.equal((await open(post(FIELDS, { body }))).status, 405);
  assert.equal(pulled(), 0);
});

test("a handler that hangs is not waited for, and is told to stop", async () => {
  let stopped = false;
  const hanging = serving((_input, { signal }) => {
    signal.addEventListener("abort", () => stopped = true);
    return new Promise(() => {});
  });
  const startedAt = performance.now();
  const lines = await logged(async () => {
    const response = await hanging(post(FIELDS));
    assert.equal(response.status, 200);
    assert.match(await response.text(), /having trouble right now/);
  });
  assert.ok(performance.now() - startedAt < 1000);
  assert.equal(stopped, true);
  assert.match(lines.join(), /no answer within 200 ms/);
});

const SECRET = "password=hunter2 at 10.1.2.3 for +12125550147";
const THROWN: [string, () => Promise<Response>][] = [
  ["an Error with a secret in it", () => Promise.reject(new Error(SECRET))],
  ["an Error before anything is awaited", () => {
    throw new TypeError(SECRET);
  }],
  ["a string", () => Promise.reject(SECRET)],
  ["null", () => Promise.reject(null)],
  ["undefined", () => Promise.reject(undefined)],
];

for (const [what, fails] of THROWN) {
  test(`${what} that is thrown reaches neither the caller nor the log`, async () => {
    const lines = await logged(async () => {
      const response = await serving(fails)(post(FIELDS));
      assert.equal(response.status, 200);
      const body = await response.text();
      assert.match(body, /having trouble right now, let me help you another way/);
      assert.doesNotMatch(body, /hunter2|Error|10\.1\.2\.3/);
    });
    assert.equal(lines.length, 1);
    assert.doesNotMatch(lines.join(), /hunter2|10\.1\.2\.3|5550147|CA1|Zoë/);
    assert.match(lines.join(), /"function":"echo"/);
  });
}

test("each channel has a fallback of its own, and one that fails is replaced by the plainest", async () => {
  await logged(async () => {
    const fails = () => Promise.reject(new Error(SECRET));
    assert.equal(
      await (await serving(fails, { fallback: () => new Response("better") })(post(FIELDS))).text(),
      "better",
    );
    const broken = serving(fails, {
      fallback: () => {
        throw new Error(SECRET);
      },
    });
    assert.match(await (await broken(post(FIELDS))).text(), /having trouble right now/);
    assert.match(await (await serving(fails, { channel: "sms" })(post(FIELDS))).text(), /<Response\/>/);
    const json = await serving(fails, { channel: "json" })(post(FIELDS));
    assert.equal((await json.json()).success, false);
  });
});

test("what a handler reports is told although its sender gets a good answer", async () => {
  const lines = await logged(async () => {
    const reporting = serving((_input, context) => {
      context.label({ step: "menu", clinic: "a0000000-0000-4000-8000-000000000001" });
      context.report(new Error(SECRET));
      return Promise.resolve(new Response("good"));
    });
    assert.equal(await (await reporting(post(FIELDS))).text(), "good");
  });
  assert.match(lines.join(), /"step":"menu","clinic":"a0000000-0000-4000-8000-000000000001"/);
});

test("a turn that went well and fast is not worth a line", async () => {
  assert.deepEqual(
    await logged(async () => {
      await echo(post(FIELDS));
    }),
    [],
  );
});

test("our own side is let in with a secret key and JSON, and nobody else", async () => {
  const ours = serving(({ body }) => Promise.resolve(Response.json(body)), {
    authenticate: secretKey,
    channel: "json",
  });
  const request = (headers: Record<string, string>, body = '{"CallSid":"CA1"}') =>
    new Request("http://10.0.0.1:9000/echo", {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    });
  assert.equal((await ours(request({ apikey: "sb_secret_for-tests" }))).status, 200);
  assert.equal((await ours(request({ apikey: "sb_secret_for-tests" }, "{"))).status, 400);
  const strangers: Record<string, string>[] = [
    {},
    { apikey: "" },
    { apikey: "sb_secret_for-test" },
    { authorization: "Bearer sb_secret_for-tests" },
  ];
  for (const headers of strangers) {
    const response = await ours(request(headers));
    assert.equal(response.status, 403);
    assert.equal(await response.text(), "");
  }
});
