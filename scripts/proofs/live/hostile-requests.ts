/** Requests that nobody means well with: made at random from real ones and from what breaks programs. */
import fc from "fast-check";
import { STEPS } from "../../../supabase/functions/voice/steps.ts";
import { inboundCall, newSid } from "../../testkit/caller/call-parameters.ts";
import { type Line, sign } from "../../testkit/caller/line.ts";

/** A request as it goes out; `path` is below the functions' address. */
export interface HostileRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request as it came in real calls: its path below the functions' address, with the query, and its parameters. */
export interface Real {
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
  readonly real: readonly Real[];
}

const NASTY = [
  ...["", "0", "-1", "1e309", "NaN", "null", "undefined", "true", "[]", "{}", "__proto__", "constructor", "toString"],
  "'; drop table appointments; --",
  "' or '1'='1",
  "<script>alert(1)</script>",
  "</Say><Dial>+12125550199</Dial>",
  "]]><x>&xxe;",
  '<!DOCTYPE x [<!ENTITY xxe SYSTEM "file:///etc/passwd">]>',
  "../../../../etc/passwd",
  "%00%0d%0aX-Injected: 1",
  ...["\u0000", "\ud800", "\u202e\u2066", "𝟙𝟚𝟛", "İIı", "é́́́́", "💥".repeat(50), "a".repeat(70_000)],
  "(((((((((((((((((((((((((((((((a+)+)+)+)+)+)+)+)+",
  "${7*7}{{7*7}}<%= 7*7 %>",
  ...["2026-02-30T25:61", "9999-12-31T23:59", "0001-01-01T00:00"],
  "tomorrow at half past the 32nd of Febtember",
  "the day after ".repeat(400),
  ...["+1212555010", "+999999999999999999", "anonymous"],
  "a0000000-0000-4000-8000-000000000001",
  "00000000-0000-0000-0000-000000000000",
  "A0000000-0000-4000-8000-00000000000g",
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
const JSONS = [
  "[".repeat(5000),
  '{"a":'.repeat(2000) + "1" + "}".repeat(2000),
  '{"__proto__":{"success":true}}',
  ...["1e999", "-1", "null", '"x"'].map((limit) => `{"limit": ${limit}}`),
  ...["{}", "{", "null", "true", '"\\ud800"'],
];
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
const WORDS = [
  "yes",
  "next tuesday after three",
  "the 14th",
  "with doctor falk",
  "when are you open",
  "one",
  "cancel it",
];

const nasty = fc.constantFrom(...NASTY);
// URLs have an end.
const short = nasty.map((text) => text.slice(0, 3000));
const json = fc.oneof(fc.constantFrom(...JSONS), nasty.map((text) => JSON.stringify(text)));
const oddHeaders = fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, {
  weight: 1,
  arbitrary: fc.constantFrom(...ODD_HEADERS),
});
/** What a header may hold. */
const headerValue = nasty.map((text) => text.replace(/[^\x20-\x7e]/g, "?").slice(0, 2000));
const method = fc.oneof(
  { weight: 6, arbitrary: fc.constant("POST") },
  { weight: 7, arbitrary: fc.constantFrom("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND") },
);

interface Draft {
  readonly query: URLSearchParams;
  readonly fields: Record<string, string>;
}

/** Requests of which half are real ones that were spoiled, since what is nearly right gets furthest. */
export function hostileRequests(material: Material): fc.Arbitrary<HostileRequest> {
  return fc.oneof(spoiled(material), made(material));
}

function spoiled({ line, real }: Material): fc.Arbitrary<HostileRequest> {
  return fc.tuple(fc.constantFrom(...real), fc.array(changes(real), { minLength: 1, maxLength: 2 })).map(
    ([{ path, params }, all]) => {
      const [name = "", search = ""] = path.split("?");
      const draft = { query: new URLSearchParams(search), fields: { ...params } };
      for (const change of all) change(draft);
      const changed = draft.query.size === 0 ? name : `${name}?${draft.query}`;
      const { headers, body } = sign(line, changed, draft.fields);
      return { method: "POST", path: changed, headers, body };
    },
  );
}

/** One thing that is not what it was. */
function changes(real: readonly Real[]): fc.Arbitrary<(draft: Draft) => void> {
  const { queryNames } = namesIn(real);
  const known = (names: Iterable<string>, at: number) => [...names].at(at % Math.max(1, [...names].length));
  const saying = fc.oneof(
    fc.nat(999).map((keys): Record<string, string> => ({ Digits: String(keys) })),
    fc.oneof(fc.constantFrom(...WORDS), nasty).map((words): Record<string, string> => ({ SpeechResult: words })),
  );
  return fc.oneof(
    fc.tuple(fc.nat(), short).map(([at, text]) => ({ query }: Draft) => {
      const name = known(query.keys(), at);
      if (name !== undefined) query.set(name, text);
    }),
    fc.nat().map((at) => ({ query }: Draft) => query.delete(known(query.keys(), at) ?? "")),
    fc.tuple(fc.constantFrom(...queryNames), short).map(([name, text]) => ({ query }: Draft) => {
      query.append(name, text);
    }),
    fc.tuple(fc.nat(), nasty).map(([at, text]) => ({ fields }: Draft) => {
      fields[known(Object.keys(fields), at) ?? "Body"] = text;
    }),
    {
      weight: 2,
      // The caller says or keys in whatever they like.
      arbitrary: saying.map((said) => ({ fields }: Draft) => {
        delete fields.Digits;
        delete fields.SpeechResult;
        Object.assign(fields, said);
      }),
    },
  );
}

/** What may stand in a query and in a body: all that real requests have. */
function namesIn(real: readonly Real[]): { queryNames: string[]; fieldNames: string[] } {
  const queries = real.flatMap(({ path }) => [...new URLSearchParams(path.split("?")[1]).keys()]);
  return {
    queryNames: [...new Set([...queries, "forceFunctionRegion"])],
    fieldNames: [...new Set(real.flatMap(({ params }) => Object.keys(params)))],
  };
}

/** Requests of any function; most are signed or carry the key, so that they get as far as they can. */
function made({ functions, line, secretKey, to, real }: Material): fc.Arbitrary<HostileRequest> {
  const { queryNames, fieldNames } = namesIn(real);
  return fc.record({
    name: fc.constantFrom(...functions),
    method,
    tail: fc.constantFrom("", "", "", "/", "//x", "/%2e%2e/health"),
    query: queries(real, queryNames),
    params: parameters(fieldNames, { line, to }),
    access: fc.nat(9),
    media: fc.constantFrom(...MEDIA),
    odd: oddHeaders,
    bare: fc.record({ "x-twilio-signature": headerValue, apikey: headerValue }, { requiredKeys: [] }),
    json,
    broken: fc.tuple(fc.nat(5), fc.nat(), nasty),
  }).map(({ name, method, tail, query, params, access, media, odd, bare, json, broken }) => {
    const path = `${name}${tail}${query}`;
    if (access < 5 && name !== "worker" && name !== "health") {
      const { headers, body } = sign(line, path, params);
      return { method, path, headers: { ...headers, ...odd }, body };
    }
    if (access < 6 && name === "worker") {
      return { method, path, headers: { apikey: secretKey, "content-type": media, ...odd }, body: json };
    }
    const [how, at, text] = broken;
    const form = new URLSearchParams(params).toString();
    const bodies = [form, form.slice(0, at % form.length), form.replaceAll("=", "%"), json, text, `${form}&${form}`];
    return { method, path, headers: { "content-type": media, ...bare, ...odd }, body: bodies[how] ?? "" };
  });
}

/** A state that could be true, of which a random part is then spoiled. */
function queries(real: readonly Real[], names: readonly string[]): fc.Arbitrary<string> {
  const entry = fc.tuple(fc.constantFrom(...names), short);
  return fc.record({
    step: fc.constantFrom(...Object.keys(STEPS), "__proto__", "constructor", "toString", ""),
    state: fc.constantFrom(...real.map(({ path }) => path.split("?")[1] ?? "")).chain((search) =>
      fc.subarray([...new URLSearchParams(search)].filter(([name]) => name !== "step"))
    ),
    set: fc.array(entry, { maxLength: 3 }),
    added: fc.array(entry, { maxLength: 2 }),
    form: fc.nat(15),
  }).map(({ step, state, set, added, form }) => {
    const query = new URLSearchParams([["step", step], ...state]);
    for (const [name, text] of set) query.set(name, text);
    for (const [name, text] of added) query.append(name, text);
    if (form < 4) return "";
    return form === 4 ? `?${query}&%zz=%ff%fe&&==&a[b]=c#x` : `?${query}`;
  });
}

function parameters(
  names: readonly string[],
  { line, to }: Pick<Material, "line" | "to">,
): fc.Arbitrary<Record<string, string>> {
  return fc.record({
    said: fc.oneof(
      fc.nat(9).map((key): Record<string, string> => ({ Digits: String(key) })),
      fc.constantFrom(...WORDS).map((words): Record<string, string> => ({ SpeechResult: words })),
    ),
    text: fc.option(fc.constantFrom(...WORDS), { freq: 1 }),
    isEvent: fc.boolean(),
    spoiled: fc.dictionary(fc.constantFrom(...names), nasty, { maxKeys: 3 }),
    missing: fc.option(fc.constantFrom(...names), { freq: 1 }),
  }).map(({ said, text, isEvent, spoiled, missing }) => {
    const call = inboundCall({ callSid: newSid("CA"), accountSid: line.accountSid, to, from: "+12125550123" });
    const fields: Record<string, string> = {
      ...call,
      CallStatus: "in-progress",
      ...said,
      ...(text !== null && { MessageSid: newSid("SM"), Body: text, NumMedia: "0" }),
      ...(isEvent && { SequenceNumber: "1", Timestamp: new Date().toUTCString() }),
      ...spoiled,
    };
    if (missing !== null) delete fields[missing];
    return fields;
  });
}
