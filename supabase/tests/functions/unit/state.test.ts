import assert from "node:assert/strict";
import { type State, StateInUrl, toQuery } from "../../../functions/voice/state.ts";
import { readFields } from "../../../functions/_shared/body.ts";

const ORG = "a0000000-0000-4000-8000-000000000001";
const SERVICE = "a0000000-0000-4000-8000-000000000021";
const HOLD = "c0000000-0000-4000-8000-000000000031";
const PROVIDER = "a0000000-0000-4000-8000-000000000011";
const clinic = {
  org: ORG,
  zone: "America/Argentina/Buenos_Aires",
  locale: "en-US",
  asked: "2026-11-22T15:29",
  version: 12,
} as const;
const search = { ...clinic, service: SERVICE, from: "2026-11-24T15:00", to: "2026-11-25T00:00" };
const offer = { provider: PROVIDER, second: 1_795_525_200, local: "2026-11-24T09:00" };
const booked = { appointment: "d0000000-0000-4000-8000-000000000041", service: SERVICE, local: "2026-12-01T14:30" };

const STATES: State[] = [
  { step: "greeting" },
  { step: "menu", ...clinic, tries: 0 },
  { step: "service", ...clinic, tries: 1, page: 2 },
  { step: "day", ...clinic, tries: 2, service: SERVICE },
  { step: "day", ...clinic, tries: 0, service: SERVICE, moving: booked },
  { step: "day", ...clinic, tries: 0, service: SERVICE, from: search.from, to: search.to, provider: PROVIDER },
  { step: "search", ...search, hoursFrom: 720, hoursTo: 1080, provider: PROVIDER, after: 1_795_525_200 },
  { step: "opening", ...search, tries: 0, offers: [offer] },
  { step: "opening", ...search, tries: 0, offers: [offer, { ...offer, second: offer.second + 1800 }, offer] },
  { step: "claim", ...search, offer },
  { step: "phone", ...search, tries: 0, hold: HOLD },
  { step: "name", ...search, tries: 0, hold: HOLD },
  { step: "confirm", ...search, tries: 0, hold: HOLD },
  { step: "confirm", ...search, tries: 0, hold: HOLD, moving: booked },
  { step: "number", ...clinic, tries: 1, errand: "move", wrong: 2 },
  { step: "birth", ...clinic, tries: 0, errand: "cancel", wrong: 0 },
  { step: "appointment", ...clinic, tries: 0, errand: "move", page: 0, appointments: [booked] },
  { step: "appointment", ...clinic, tries: 0, errand: "cancel", page: 1, appointments: Array(9).fill(booked) },
  { step: "none", ...clinic, tries: 0 },
  { step: "cancel", ...clinic, tries: 0, booked },
  { step: "question", ...clinic, tries: 0 },
  { step: "answer", ...clinic, tries: 0 },
  { step: "message", org: ORG, locale: "en-GB", reason: "nothing_offered" },
  { step: "message", reason: "trouble" },
];

Deno.test("every state comes back from its URL as it went in", () => {
  for (const state of STATES) assert.deepEqual(StateInUrl.parse(readFields(toQuery(state))), state);
});

Deno.test("a state from before versions were counted knows none", () => {
  const { version: _, ...older } = readFields(toQuery({ step: "menu", ...clinic, tries: 0 }));
  assert.deepEqual(StateInUrl.parse(older), { step: "menu", ...clinic, version: 0, tries: 0 });
});

Deno.test("the longest state fits into a URL", () => {
  const longest = Math.max(...STATES.map((state) => toQuery(state).length));
  assert.ok(longest < 2000, `${longest} characters`);
});

Deno.test("a call without a state begins at the greeting", () => {
  assert.deepEqual(StateInUrl.parse({}), { step: "greeting" });
});

Deno.test("a state that we did not write is refused", () => {
  const opening = readFields(toQuery({ step: "opening", ...search, tries: 0, offers: [offer] }));
  const cancel = readFields(toQuery({ step: "cancel", ...clinic, tries: 0, booked }));
  const refused: Record<string, unknown>[] = [
    { step: "nowhere" },
    { step: ["menu", "menu"] },
    { step: "menu" },
    { ...opening, org: "1" },
    { ...opening, zone: "America/New York; drop table calls" },
    { ...opening, locale: "xx" },
    { ...opening, asked: "2026-13-01T00:00" },
    { ...opening, from: "tomorrow" },
    { ...opening, tries: "3" },
    { ...opening, tries: "-1" },
    { ...opening, hoursFrom: "1441" },
    { ...opening, after: "1e9" },
    { ...opening, offers: "" },
    { ...opening, offers: `${PROVIDER}.1795525200` },
    { ...opening, offers: `${PROVIDER}.1795525200.2026-11-24T09:00.more` },
    { ...opening, offers: `x.1795525200.2026-11-24T09:00` },
    { ...opening, offers: Array(4).fill(`${PROVIDER}.1795525200.2026-11-24T09:00`) },
    { ...opening, org: [ORG, ORG] },
    { step: "message", reason: "because" },
    { ...opening, version: "-1" },
    { ...opening, version: "1".repeat(16) },
    { ...opening, moving: `${PROVIDER}.${SERVICE}` },
    { ...opening, moving: `${PROVIDER}.${SERVICE}.tomorrow` },
    { ...cancel, booked: "" },
    { ...cancel, booked: `${PROVIDER}.${SERVICE}.2026-12-01T14:30.more` },
    { ...cancel, step: "birth", errand: "book" },
    { ...cancel, step: "appointment", errand: "move", appointments: Array(10).fill(String(cancel.booked)) },
  ];
  for (const query of refused) assert.equal(StateInUrl.safeParse(query).success, false, JSON.stringify(query));
});

Deno.test("no state has room for a name, a number or a word", () => {
  const allowed =
    /^(?:step|org|zone|locale|asked|version|tries|page|service|from|to|hoursFrom|hoursTo|provider|after|moving|offers|offer|hold|errand|wrong|appointments|booked|reason)$/;
  for (const state of STATES) {
    const strangers = {
      name: "Jane Roe",
      phone: "+12125550147",
      birth: "1984-03-09",
      words: "tomorrow",
      code: "482913",
    };
    const read = StateInUrl.parse({ ...readFields(toQuery(state)), ...strangers });
    for (const key of Object.keys(read)) assert.match(key, allowed);
  }
});
