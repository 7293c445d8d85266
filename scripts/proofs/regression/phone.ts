/** By phone: signed requests for a call to the attacker's clinic, with the other clinic's call, hold, slot or appointment. */
import { newSid } from "../../testkit/caller/call-parameters.ts";
import { type Exchange, type Line, send, sign } from "../../testkit/caller/line.ts";
import { lineTo, type StackEnvironment } from "../../testkit/environment.ts";
import type { Markers, Outcome } from "./attempt.ts";
import type { Sides } from "./sides.ts";

interface Question {
  readonly trick: string;
  readonly url: string;
  readonly params?: Readonly<Record<string, string>>;
}

/** Asks each question with the other clinic's id and with nobody's; what is said must be the same, and nothing of theirs. */
export async function tryByPhone(env: StackEnvironment, sides: Sides): Promise<Outcome[]> {
  const line = lineTo(env);
  const outcomes: Outcome[] = [];
  const nobody = { id: crypto.randomUUID(), sid: newSid("CA") };
  const theirs = theirIds(sides);
  const pairs = questions(sides, theirs).map((question, at) =>
    [question, questions(sides, nobodys(theirs, nobody))[at]] as const
  );
  for (const [asked, other] of pairs) {
    if (!other) continue;
    const [one, two] = [await ask(line, sides, asked), await ask(line, sides, other)];
    outcomes.push({
      actor: "a caller",
      on: "voice",
      trick: asked.trick,
      came: `${one.status} ${said(one).slice(0, 60)}`,
      fault: judge(one, two, asked, sides.markers),
    });
  }
  return outcomes;
}

interface Ids {
  readonly hold: string;
  readonly appointment: string;
  readonly provider: string;
  readonly service: string;
  readonly callSid: string;
}

function theirIds({ theirRows }: Sides): Ids {
  const id = (table: string, column = "id") => String(theirRows.get(table)?.[column]);
  return {
    hold: id("appointment_holds"),
    appointment: id("appointments"),
    provider: id("providers"),
    service: id("services"),
    callSid: id("calls", "call_sid"),
  };
}

function nobodys(theirs: Ids, { id, sid }: { id: string; sid: string }): Ids {
  const entries = Object.keys(theirs).map((name) => [name, name === "callSid" ? sid : id]);
  return { ...theirs, ...Object.fromEntries(entries) };
}

function questions(sides: Sides, ids: Ids): Question[] {
  const own = (table: string) => String(sides.ownRows.get(table)?.id);
  const organization = sides.ownRows.get("organizations") ?? {};
  const clinic = {
    org: sides.own.orgId,
    zone: String(organization.timezone),
    locale: String(organization.locale),
    asked: "2026-11-23T10:00:00",
    version: "1",
  };
  const search = { ...clinic, service: own("services"), from: "2026-11-24T00:00:00", to: "2026-11-25T00:00:00" };
  const start = Math.floor(Date.now() / 86_400_000 + 2) * 86_400 + 15 * 3600;
  const booked = `${ids.appointment}.${own("services")}.2026-12-24T09:00:00`;
  const turn = (state: Record<string, string>, keys = "", more: Record<string, string> = {}) => ({
    url: `voice?${new URLSearchParams(state)}`,
    params: { Digits: keys, ...more },
  });
  return [
    { trick: "greeting, under their CallSid", url: "voice", params: { CallSid: ids.callSid } },
    { trick: "read their hold back", ...turn({ step: "confirm", ...search, hold: ids.hold }) },
    { trick: "confirm their hold", ...turn({ step: "confirm", ...search, hold: ids.hold }, "1") },
    { trick: "release their hold", ...turn({ step: "confirm", ...search, hold: ids.hold }, "2") },
    {
      trick: "note a name on their hold",
      ...turn({ step: "name", ...search, hold: ids.hold }, "", { SpeechResult: "Mallory Key" }),
    },
    { trick: "note a number on their hold", ...turn({ step: "phone", ...search, hold: ids.hold }, "2125550198") },
    {
      trick: "claim their provider's time",
      ...turn({ step: "claim", ...search, offer: `${ids.provider}.${start}.2026-11-24T10:00:00` }),
    },
    {
      trick: "claim their service",
      ...turn({
        step: "claim",
        ...search,
        service: ids.service,
        offer: `${own("providers")}.${start}.2026-11-24T10:00:00`,
      }),
    },
    { trick: "search their service", ...turn({ step: "search", ...search, service: ids.service }) },
    { trick: "search their provider", ...turn({ step: "search", ...search, provider: ids.provider }) },
    { trick: "cancel their appointment", ...turn({ step: "cancel", ...clinic, booked }, "1") },
    {
      trick: "move their appointment to their hold",
      ...turn({ step: "confirm", ...search, hold: ids.hold, moving: booked }, "1"),
    },
    {
      trick: "move their appointment to an own hold",
      ...turn({ step: "confirm", ...search, hold: own("appointment_holds"), moving: booked }, "1"),
    },
    {
      trick: "their CallSid and an own date of birth",
      ...turn({ step: "birth", ...clinic, errand: "cancel" }, "04011980", { CallSid: ids.callSid }),
    },
    {
      trick: "call progress under their CallSid",
      url: "voice-status",
      params: {
        CallSid: ids.callSid,
        CallStatus: "completed",
        SequenceNumber: "9",
        Timestamp: new Date().toUTCString(),
        CallDuration: "1",
      },
    },
  ];
}

async function ask(line: Line, sides: Sides, { url, params }: Question): Promise<Exchange> {
  return await send(
    line,
    sign(line, url, {
      CallSid: newSid("CA"),
      AccountSid: line.accountSid,
      From: String(sides.ownRows.get("contacts")?.phone),
      To: sides.own.phone,
      CallStatus: "in-progress",
      Direction: "inbound",
      ...params,
    }),
  );
}

/** What the caller hears, without the addresses that the call goes on at. */
function said({ body }: Exchange): string {
  return body.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ").trim();
}

function judge(theirs: Exchange, nobodys: Exchange, question: Question, markers: Markers): string | undefined {
  if (theirs.status === null || theirs.status >= 500) return `no answer: ${theirs.failure?.reason ?? theirs.status}`;
  const sent = decodeURIComponent(question.url) + JSON.stringify(question.params);
  const leak = [...markers].find((marker) => theirs.body.includes(marker) && !sent.includes(marker));
  if (leak) return `it tells ${leak}`;
  const [one, other] = [`${theirs.status} ${said(theirs)}`, `${nobodys.status} ${said(nobodys)}`];
  return one === other
    ? undefined
    : `it differs from what is said for ids that nobody has:\n      ${one}\n      ${other}`;
}
