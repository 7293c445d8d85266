import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { takeCacheCounts } from "../../../functions/_shared/counting.ts";
import { type State, type StateOf, toQuery } from "../../../functions/voice/state.ts";
import { STEPS } from "../../../functions/voice/steps.ts";
import { clinic, facts, held, HOLD, offers, opening, search, SERVICE, slotAt, slots } from "./dialogue.ts";

/** One turn costs one round trip to the database at most: each step of a call, over HTTP, before one that counts. */

const TOKEN = "a token for tests only";
const PUBLIC = "https://clinic.example/functions/v1";
const APPOINTMENT = "d0000000-0000-4000-8000-000000000041";

const appointment = { success: true, appointment_id: APPOINTMENT, code: "048291", slot: slotAt("2026-11-24T13:00") };
const ANSWERED: Record<string, unknown> = {
  begin_call: facts,
  find_open_slots: { success: true, slots, local_now: "2026-11-22T15:31:00" },
  claim_slot_atomic: held(),
  set_hold_contact: held(),
  confirm_hold: { ...held(), appointment_id: APPOINTMENT, code: "048291" },
  release_hold: { success: true, released: true },
  note_caller_phone: { success: true },
  list_appointments: { success: true, appointments: [{ ...slotAt("2026-11-24T13:00"), appointment_id: APPOINTMENT }] },
  reschedule_appointment: appointment,
  cancel_appointment: appointment,
  join_waitlist: { success: true, entry_id: HOLD },
  search_knowledge: { success: true, clear: true, chunks: [{ body: "There is a garage next door." }] },
  take_message: { success: true, task_id: HOLD },
};

let asked: string[] = [];
const database = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
  await request.body?.cancel();
  const operation = new URL(request.url).pathname.replace("/rest/v1/rpc/", "");
  // The counting of requests is brought in batches, after answers; no turn waits for it.
  if (operation === "record_requests") return Response.json({ success: true });
  asked.push(operation);
  return Response.json(ANSWERED[operation]);
});

Deno.env.set("TWILIO_AUTH_TOKEN", TOKEN);
Deno.env.set("PUBLIC_FUNCTIONS_URL", PUBLIC);
Deno.env.set("SUPABASE_URL", `http://127.0.0.1:${database.addr.port}`);
Deno.env.set("SUPABASE_SECRET_KEYS", '{"default":"sb_secret_for-tests"}');
Deno.env.delete("SENTRY_DSN");
const { default: voice } = await import("../../../functions/voice/index.ts");

/** Sends one turn and gives what it asked the database. */
async function turn(state: State, fields: Record<string, string>, from = "+12125550142"): Promise<string[]> {
  const query = `?${toQuery(state)}`;
  const all: Record<string, string> = {
    CallSid: "CA5d1e7c0a94b84f6fb0c2a3e9d7164f01",
    From: from,
    To: "+12125550100",
    ...fields,
  };
  const covered = Object.keys(all).sort().map((key) => key + all[key]).join("");
  asked = [];
  const response = await voice.fetch(
    new Request(`http://edge.internal/voice${query}`, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": createHmac("sha1", TOKEN).update(`${PUBLIC}/voice${query}${covered}`).digest("base64"),
      },
      body: new URLSearchParams(all).toString(),
    }),
  );
  const body = await response.text();
  assert.equal(response.status, 200, `${state.step}: ${body}`);
  assert.doesNotMatch(body, /having trouble/, `${state.step}: ${body}`);
  return asked;
}

const keys = (Digits: string) => ({ Digits });
const words = (SpeechResult: string) => ({ SpeechResult });
const booked = { appointment: APPOINTMENT, service: SERVICE, local: "2026-11-24T13:00" };
const offer = offers[0] ?? { provider: HOLD, second: 1, local: "2026-11-24T13:00" };
const hold = { ...search, tries: 0, hold: HOLD };
const here = { ...clinic, tries: 0 };
const several: StateOf<"appointment"> = {
  step: "appointment",
  ...here,
  errand: "cancel",
  page: 0,
  appointments: [booked, { ...booked, local: "2026-11-25T09:00" }],
};

/** Every step with answers of every kind, and the one thing that the turn asks; none when it needs to ask nobody. */
const TURNS: [State, Record<string, string>, string | null][] = [
  [{ step: "greeting" }, {}, "begin_call"],
  [{ step: "menu", ...here }, keys("1"), "begin_call"],
  [{ step: "menu", ...here }, keys("2"), null],
  [{ step: "menu", ...here }, keys("3"), null],
  [{ step: "menu", ...here }, keys("4"), null],
  [{ step: "menu", ...here }, words("where can I park"), "search_knowledge"],
  [{ step: "menu", ...here }, keys("0"), null],
  [{ step: "menu", ...here }, {}, null],
  [{ step: "service", ...here, page: 0 }, keys("1"), "begin_call"],
  [{ step: "service", ...here, page: 0 }, keys("*"), "begin_call"],
  [{ step: "day", ...here, service: SERVICE }, words("Tuesday"), "find_open_slots"],
  [{ step: "day", ...here, service: SERVICE }, words("purple"), null],
  [{ step: "day", ...here, service: SERVICE, from: search.from, to: search.to }, keys("2"), "join_waitlist"],
  [{ step: "search", ...search }, {}, "find_open_slots"],
  [opening, keys("1"), "claim_slot_atomic"],
  [opening, keys("9"), "find_open_slots"],
  [opening, words("with Doctor Cole"), "begin_call"],
  [opening, keys("7"), null],
  [{ step: "claim", ...search, offer }, {}, "claim_slot_atomic"],
  [{ step: "phone", ...hold }, keys("2125550147"), "set_hold_contact"],
  [{ step: "name", ...hold }, words("Jane Roe"), "set_hold_contact"],
  [{ step: "confirm", ...hold }, keys("1"), "confirm_hold"],
  [{ step: "confirm", ...hold }, keys("2"), "release_hold"],
  [{ step: "confirm", ...hold }, keys("*"), "set_hold_contact"],
  [{ step: "confirm", ...hold, moving: booked }, keys("1"), "reschedule_appointment"],
  [{ step: "confirm", ...hold, moving: booked }, keys("2"), "release_hold"],
  [{ step: "number", ...here, errand: "move", wrong: 0 }, keys("2125550147"), "note_caller_phone"],
  [{ step: "birth", ...here, errand: "move", wrong: 0 }, keys("03091984"), "list_appointments"],
  [{ step: "birth", ...here, errand: "cancel", wrong: 0 }, keys("99999999"), null],
  [several, keys("1"), null],
  [several, words("Wednesday"), null],
  [{ step: "none", ...here }, keys("1"), "begin_call"],
  [{ step: "none", ...here }, keys("2"), null],
  [{ step: "cancel", ...here, booked }, keys("1"), "cancel_appointment"],
  [{ step: "cancel", ...here, booked }, keys("2"), null],
  [{ step: "question", ...here }, words("where can I park"), "search_knowledge"],
  [{ step: "answer", ...here }, words("what about bicycles"), "search_knowledge"],
  [{ step: "answer", ...here }, keys("1"), null],
  [{ step: "message", reason: "message" }, { RecordingUrl: "https://api.twilio.com/x/RE1" }, "take_message"],
  [{ step: "message", reason: "message" }, {}, null],
];

function test(name: string, run: () => Promise<void>): void {
  Deno.test({ name, fn: run, sanitizeOps: false, sanitizeResources: false });
}

test("each turn asks the database once, or not at all", async () => {
  for (const [state, fields, operation] of TURNS) {
    const what = `${state.step} ${JSON.stringify(fields)}`;
    assert.deepEqual(await turn(state, fields), operation === null ? [] : [operation], what);
  }
});

test("every step of a call is among them", () => {
  assert.deepEqual(new Set(TURNS.map(([{ step }]) => step)), new Set(Object.keys(STEPS)));
  return Promise.resolve();
});

test("once a call has begun here, what only needs its clinic's facts asks nobody", async () => {
  const begun = { ...clinic, version: facts.clinic.version, tries: 0 };
  assert.deepEqual(await turn({ step: "greeting" }, {}), ["begin_call"]);
  takeCacheCounts();
  assert.deepEqual(await turn({ step: "menu", ...begun }, keys("1")), []);
  assert.deepEqual(await turn({ step: "service", ...begun, page: 0 }, words("a check-up")), []);
  assert.deepEqual(await turn({ ...opening, version: begun.version }, words("with Doctor Cole")), []);
  // Another version, or another clinic, is asked about as ever.
  assert.deepEqual(await turn({ step: "menu", ...begun, version: 5 }, keys("1")), ["begin_call"]);
  assert.deepEqual(await turn({ step: "menu", ...begun, org: HOLD }, keys("1")), ["begin_call"]);
});

test("when nothing of this is needed any more, it ends", () => database.shutdown());
