/** Requests that nobody means well with: made by chance from what functions expect and what breaks programs. */
import { inboundCall, newSid } from "../../testkit/caller/call-parameters.ts";
import { type Line, sign } from "../../testkit/caller/line.ts";
import type { Chance } from "./chance.ts";

/** A request as it goes out; `path` is below the functions' address. */
export interface HostileRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const METHODS = [
  "POST",
  "POST",
  "POST",
  "POST",
  "POST",
  "POST",
  "GET",
  "HEAD",
  "PUT",
  "DELETE",
  "OPTIONS",
  "PATCH",
  "PROPFIND",
];
const MEDIA = [
  "application/x-www-form-urlencoded",
  "application/x-www-form-urlencoded; charset=utf-7",
  "application/json",
  "text/xml",
  "multipart/form-data",
  "multipart/form-data; boundary=x",
  "",
  "///;;;=",
  "x".repeat(4000),
];
const STEPS = [
  "greeting",
  "menu",
  "service",
  "day",
  "search",
  "opening",
  "claim",
  "phone",
  "name",
  "confirm",
  "message",
  "birth",
  "number",
  "appointment",
  "cancel",
  "question",
  "none",
  "__proto__",
  "constructor",
  "toString",
  "",
];
const NASTY = [
  "",
  "0",
  "-1",
  "1e309",
  "NaN",
  "null",
  "undefined",
  "true",
  "[]",
  "{}",
  "__proto__",
  "constructor",
  "'; drop table appointments; --",
  "' or '1'='1",
  "<script>alert(1)</script>",
  "</Say><Dial>+12125550199</Dial>",
  "]]><x>&xxe;",
  '<!DOCTYPE x [<!ENTITY xxe SYSTEM "file:///etc/passwd">]>',
  "../../../../etc/passwd",
  "%00%0d%0aX-Injected: 1",
  "\u0000",
  "\ud800",
  "\u202e\u2066",
  "𝟙𝟚𝟛",
  "İIı",
  "é́́́́",
  "💥".repeat(50),
  "a".repeat(70_000),
  "(((((((((((((((((((((((((((((((a+)+)+)+)+)+)+)+)+",
  "${7*7}{{7*7}}<%= 7*7 %>",
  "2026-02-30T25:61",
  "9999-12-31T23:59",
  "0001-01-01T00:00",
  "tomorrow at half past the 32nd of Febtember",
  "the day after ".repeat(400),
  "+1212555010",
  "+999999999999999999",
  "anonymous",
  "a0000000-0000-4000-8000-000000000001",
  "00000000-0000-0000-0000-000000000000",
  "A0000000-0000-4000-8000-00000000000g",
];
const NAMES = [
  "step",
  "org",
  "zone",
  "locale",
  "asked",
  "version",
  "service",
  "from",
  "to",
  "hoursFrom",
  "hoursTo",
  "provider",
  "after",
  "offers",
  "offer",
  "hold",
  "tries",
  "page",
  "errand",
  "reason",
  "booked",
  "moving",
  "text",
  "forceFunctionRegion",
];
const FIELDS = [
  "CallSid",
  "To",
  "From",
  "CallStatus",
  "Digits",
  "SpeechResult",
  "Confidence",
  "RecordingUrl",
  "RecordingSid",
  "SequenceNumber",
  "Timestamp",
  "CallDuration",
  "ErrorCode",
  "MessageSid",
  "MessageStatus",
  "Body",
  "NumMedia",
  "OptOutType",
];
const WORDS = [
  "yes",
  "next tuesday after three",
  "the 14th",
  "with doctor falk",
  "when are you open",
  "one",
  "cancel it",
];

/** A request as it came in real calls: where to, and with what. */
export interface Real {
  /** Below the functions' address, with the query. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
}

/** What requests are made from. */
export interface Material {
  readonly functions: readonly string[];
  readonly line: Line;
  readonly secretKey: string;
  /** A clinic's number. */
  readonly to: string;
  /** Of these half of the requests are made, with a part spoiled, since what is nearly right gets furthest. */
  readonly real: readonly Real[];
}

/** The next request; most are signed or carry the key, so that they get as far as they can. */
export function hostileRequest(material: Material, random: Chance): HostileRequest {
  const { functions, line, secretKey, to, real } = material;
  if (real.length > 0 && random.below(2) === 0) return spoiled(random.pick(real), line, random);

  const name = random.pick(functions);
  const method = random.pick(METHODS);
  const path = `${name}${random.pick(["", "", "", "/", "//x", "/%2e%2e/health"])}${queryOf(random)}`;
  const params = paramsOf(line, to, random);
  const kind = random.below(10);
  if (kind < 5 && name !== "worker" && name !== "health") {
    const { headers, body } = sign(line, path, params);
    return { method, path, headers: { ...headers, ...oddHeaders(random) }, body };
  }
  if (kind < 6 && name === "worker") {
    return {
      method,
      path,
      headers: {
        apikey: secretKey,
        "content-type": random.pick(["application/json", ...MEDIA]),
        ...oddHeaders(random),
      },
      body: random.pick(["{}", jsonOf(random), bodyOf(params, random)]),
    };
  }
  const headers = {
    "content-type": random.pick(MEDIA),
    ...(random.below(2) === 0 && { "x-twilio-signature": printable(random.pick(NASTY)) }),
    ...(random.below(2) === 0 && { apikey: printable(random.pick(NASTY)) }),
    ...oddHeaders(random),
  };
  return { method, path, headers, body: bodyOf(params, random) };
}

/** A real request of which one or two things are not what they were, signed for what it is now. */
function spoiled({ path, params }: Real, line: Line, random: Chance): HostileRequest {
  const [name = "", search = ""] = path.split("?");
  const query = new URLSearchParams(search);
  const fields: Record<string, string> = { ...params };
  for (let changes = 1 + random.below(2); changes > 0; changes--) {
    const known = [...query.keys()];
    switch (random.below(6)) {
      case 0:
        if (known.length > 0) query.set(random.pick(known), short(random.pick(NASTY)));
        break;
      case 1:
        if (known.length > 0) query.delete(random.pick(known));
        break;
      case 2:
        query.append(random.pick(NAMES), short(random.pick(NASTY)));
        break;
      case 3:
        fields[random.pick(Object.keys(fields))] = random.pick(NASTY);
        break;
      default:
        // The caller says or keys in whatever they like.
        delete fields.Digits;
        delete fields.SpeechResult;
        if (random.below(3) === 0) fields.Digits = String(random.below(1000));
        else fields.SpeechResult = random.below(2) === 0 ? random.pick(WORDS) : random.pick(NASTY);
    }
  }
  const spoiledPath = query.size === 0 ? name : `${name}?${query}`;
  const { headers, body } = sign(line, spoiledPath, fields);
  return { method: "POST", path: spoiledPath, headers, body };
}

function queryOf(random: Chance): string {
  if (random.below(4) === 0) return "";
  const query = new URLSearchParams();
  if (random.below(5) > 0) query.append("step", random.pick(STEPS));
  // A state that could be true, of which chance then spoils a part.
  for (const [name, value] of PLAUSIBLE) if (random.below(6) > 0) query.append(name, value);
  for (let more = random.below(4); more > 0; more--) query.set(random.pick(NAMES), short(random.pick(NASTY)));
  for (let more = random.below(3); more > 0; more--) query.append(random.pick(NAMES), short(random.pick(NASTY)));
  const text = `?${query}`;
  return random.below(12) === 0 ? `${text}&%zz=%ff%fe&&==&a[b]=c#x` : text;
}

const ID = "a0000000-0000-4000-8000-000000000001";
const PLAUSIBLE: readonly (readonly [string, string])[] = [
  ["org", ID],
  ["zone", "America/New_York"],
  ["locale", "en-US"],
  ["asked", "2026-11-22T15:29"],
  ["version", "1"],
  ["service", ID],
  ["from", "2026-11-24T12:00"],
  ["to", "2026-11-25T00:00"],
  ["hold", ID],
  ["offers", `${ID}.1795542400.2026-11-24T12:00`],
  ["offer", `${ID}.1795542400.2026-11-24T12:00`],
  ["errand", "cancel"],
  ["tries", "1"],
];

function paramsOf(line: Line, to: string, random: Chance): Record<string, string> {
  const call = inboundCall({ callSid: newSid("CA"), accountSid: line.accountSid, to, from: "+12125550123" });
  const params: Record<string, string> = { ...call, CallStatus: "in-progress" };
  if (random.below(2) === 0) params.Digits = String(random.below(10));
  else params.SpeechResult = random.pick(WORDS);
  if (random.below(3) === 0) {
    Object.assign(params, { MessageSid: newSid("CA").replace("CA", "SM"), Body: random.pick(WORDS), NumMedia: "0" });
  }
  if (random.below(3) === 0) Object.assign(params, { SequenceNumber: "1", Timestamp: new Date().toUTCString() });
  for (let more = random.below(4); more > 0; more--) params[random.pick(FIELDS)] = random.pick(NASTY);
  if (random.below(6) === 0) delete params[random.pick(Object.keys(params))];
  return params;
}

function bodyOf(params: Record<string, string>, random: Chance): string {
  const form = new URLSearchParams(params).toString();
  return random.pick([
    form,
    form.slice(0, random.below(form.length)),
    form.replaceAll("=", "%"),
    jsonOf(random),
    random.pick(NASTY),
    `${form}&${form}`,
  ]);
}

function jsonOf(random: Chance): string {
  return random.pick([
    "[".repeat(5000),
    '{"a":'.repeat(2000) + "1" + "}".repeat(2000),
    '{"__proto__":{"success":true}}',
    `{"limit": ${random.pick(["1e999", "-1", "null", '"x"'])}}`,
    JSON.stringify(random.pick(NASTY)),
    "{",
    "null",
    "true",
    '"\\ud800"',
  ]);
}

const ODD_HEADERS: readonly Readonly<Record<string, string>>[] = [
  { "x-forwarded-host": "evil.example", "x-forwarded-proto": "gopher" },
  { te: "trailers" },
  { "content-encoding": "gzip" },
  { cookie: "a=b; ".repeat(800) },
  { "accept-language": "*;q=9" },
  { "x-http-method-override": "DELETE" },
  { authorization: "Bearer eyJ.eyJ.x" },
  { "i-twilio-idempotency-token": "x".repeat(2000) },
];

function oddHeaders(random: Chance): Readonly<Record<string, string>> {
  return random.below(4) > 0 ? {} : random.pick(ODD_HEADERS);
}

/** What a header may hold. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, 2000);
}

/** URLs have an end. */
function short(text: string): string {
  return text.slice(0, 3000);
}
