import assert from "node:assert/strict";
import { apology } from "../../supabase/functions/_shared/fallbacks.ts";
import { sentencesIn } from "../../supabase/functions/voice/saying/sentences.ts";
import { leaksIn, whyNotTwiml } from "./answers.ts";
import { findLeaks, type LeakKind, namesInMigrations } from "./leaks.ts";

const NAMES = namesInMigrations(new URL("../../supabase/migrations/", import.meta.url));
const PUBLISHED = "https://abcdefghijklmnop.supabase.co/functions/v1";

/** Things that systems like ours have said to strangers, by what gives them away. */
const SAMPLES: { readonly [Kind in LeakKind]: readonly string[] } = {
  "stack frame": [
    "    at answerTurn (file:///app/voice/turn.ts:44:11)",
    "at async serve (ext:runtime/http.js:412:9)",
    "at new Turn (turn.ts:3:1)",
    "at <anonymous>:1:7",
    "at async https://esm.example/x.js:10:2",
    "handler@main.js:12:34",
    "Traceback (most recent call last)",
    "PL/pgSQL function private.claim_time(uuid) line 14 at RAISE",
    'SQL statement "select 1" PL/pgSQL function inline_code_block line 3 at PERFORM',
  ],
  "file path": [
    "/home/deno/functions/voice/index.ts",
    "could not open /var/lib/postgresql/17/main",
    "file:///src/index.ts",
    "npm:zod@4.6.7",
    "C:\\Users\\runner\\voice",
    "see turn.ts:12",
    "supabase/functions/voice/index.ts",
    "../_shared/database.ts",
    "node:internal/process/task_queues",
    'could not open file "base/16384/2619.so"',
  ],
  SQLSTATE: [
    "error 42501",
    "(SQLSTATE 23505)",
    "code 40P01",
    "23P01",
    "57P01",
    "0A000",
    "XX000",
    "PGRST202",
    "22P02",
    "P0001",
    "PT409",
    "55P03",
    "08006",
    "53300",
    "57014",
    "42883",
    "40001",
    "28P01",
  ],
  "database name": [
    'relation "appointments" does not exist',
    "public.calls",
    'column "phone"',
    'violates exclusion constraint "no_two"',
    "permission denied for table contacts",
    "slot_claims",
    "the value of starts_at",
    "claim_slot_atomic failed",
    "role anon",
    "booking_engine",
    "service_role",
    "appointments_open_code",
    "pg_stat_activity",
  ],
  address: [
    "http://127.0.0.1:54321/rest/v1/rpc/begin_call",
    "connect to 10.0.3.17:5432",
    "localhost",
    "[::1]:5432",
    "db.abcdefghijklmnop.supabase.co",
    "kong:8000",
    "listening on port 5432",
    "postgresql://postgres@db",
    "api.frontdesk.internal",
  ],
  library: [
    "PostgrestError",
    "PostgreSQL 17.2",
    "at the Supabase gateway",
    "Deno/2.1.4",
    "a ZodError",
    "twilio could not",
    "Sentry is down",
    "nginx",
    "supabase-js/2.119.1",
    "node.js",
  ].map((text) => text.replace("PostgrestError", "postgrest").replace("ZodError", "zod error")),
  "error text": [
    "TypeError: Cannot read properties of undefined (reading 'id')",
    "x is not a function",
    "Unexpected token '<' in JSON at position 0",
    "connection refused",
    "error sending request",
    "ECONNREFUSED",
    "duplicate key value",
    "canceling statement due to statement timeout",
    "terminating connection due to administrator command",
    "the database system is starting up",
    "[object Object]",
    "Welcome to undefined",
    "Press 1 for NaN",
    "502 Bad Gateway",
    "new row violates row-level security policy",
    "TWILIO_AUTH_TOKEN is not set",
    "The signal has been aborted",
    "PostgrestError",
    "Invalid time value",
    "deadlock detected",
    "Maximum call stack size exceeded",
  ],
  secret: [
    "sb_secret_N7UND0UgjKTVKUFNX",
    "Bearer abc.def",
    "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.xyz",
    "AC0123456789abcdef0123456789abcdef",
  ],
};

for (const [kind, samples] of Object.entries(SAMPLES)) {
  Deno.test(`the leak detector knows a ${kind} when it sees one`, () => {
    for (const sample of samples) {
      for (const text of [sample, `I am sorry. ${sample} Goodbye.`]) {
        const kinds = findLeaks(text, { names: NAMES }).map((leak) => leak.kind);
        assert.ok(kinds.some((found) => found === kind), `${JSON.stringify(text)} was taken for ${kinds.join(", ")}`);
      }
    }
  });
}

Deno.test("the leak detector finds what only its user can know", () => {
  const secrets = ["frontdesk-token", "the thing that was thrown"];
  assert.deepEqual(findLeaks("so the thing that was thrown went out", { secrets }), [
    { kind: "secret", found: "the thing that was thrown" },
  ]);
});

Deno.test("the leak detector finds a leak in every part of an answer", () => {
  const xml = { "content-type": "text/xml; charset=utf-8" };
  const json = { "content-type": "application/json" };
  const twiml = (inside: string) => `<?xml version="1.0" encoding="UTF-8"?><Response>${inside}</Response>`;
  const leaking = [
    { status: 200, headers: { ...xml, server: "nginx" }, body: twiml("<Hangup/>") },
    { status: 200, headers: { ...xml, "x-powered-by": "Deno" }, body: twiml("<Hangup/>") },
    { status: 200, headers: xml, body: twiml("<Say>42501</Say>") },
    { status: 200, headers: xml, body: twiml("<Hangup/><!-- at f (a.ts:1:2) -->") },
    { status: 200, headers: xml, body: twiml('<Redirect method="POST">http://127.0.0.1:8000/voice</Redirect>') },
    { status: 200, headers: xml, body: twiml('<Record action="https://10.0.0.1/voice?step=message"/>') },
    {
      status: 200,
      headers: xml,
      body: twiml(`<Record action="${PUBLISHED}/voice?step=message&amp;why=ECONNREFUSED"/>`),
    },
    { status: 503, headers: json, body: '{"success":false,"error":"connection refused"}' },
    { status: 503, headers: json, body: '{"success":false,"deep":[{"in":"relation \\"calls\\""}]}' },
    { status: 500, headers: json, body: '{"code":"x","message":"a","details":null}' },
    { status: 200, headers: json, body: '{"half": "of a json, from postgres' },
    { status: 400, headers: { "content-type": "text/plain" }, body: "ZodError: bad" },
  ];
  for (const answer of leaking) assert.notEqual(leaksIn(answer, PUBLISHED, { names: NAMES }).length, 0, answer.body);
});

Deno.test("the leak detector is silent about everything that a call says", () => {
  // What the sentences are filled with is said in whole calls, which are read with the same detector.
  for (const sentences of [sentencesIn("en-US"), sentencesIn("en-GB")]) {
    for (const sentence of Object.values(sentences)) {
      const said = JSON.stringify(sentence) ?? "";
      assert.deepEqual(findLeaks(said, { names: NAMES }), [], said);
    }
  }
  for (
    const text of ["Press 1 for 9:30 AM.", "on Friday at 2:30 PM", "12 Harbor Street, New York, NY 10004", "4, 8, 2"]
  ) {
    assert.deepEqual(findLeaks(text, { names: NAMES }), [], text);
  }
});

Deno.test("the leak detector is silent about a way on that leads to our published address", () => {
  const state = "step=opening&amp;org=a0000000-0000-4000-8000-000000000001&amp;zone=America%2FNew_York&amp;" +
    "asked=2026-11-22T15%3A29&amp;offers=b0000000-0000-4000-8000-000000000011.1795442400.2026-11-23T09%3A00";
  for (const body of [apology(), apology("en-GB", `${PUBLISHED}/voice?${state}`)]) {
    const answer = { status: 200, headers: { "content-type": "text/xml" }, body };
    assert.deepEqual(leaksIn(answer, PUBLISHED, { names: NAMES }), []);
    assert.equal(whyNotTwiml(answer), null);
  }
});

Deno.test("what a clinic wrote itself is no leak", () => {
  const allowed = ["Write to us: desk@harbor.example"];
  assert.deepEqual(findLeaks("Here is what I know. Write to us: desk@harbor.example", { allowed }), []);
});
