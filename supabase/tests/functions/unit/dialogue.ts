/** The dialogue without a stack: turns are planned, and the database's answers are written by the test. */
import assert from "node:assert/strict";
import type { Slot } from "../../../functions/_desk/operations/answers.ts";
import type { setHoldContact } from "../../../functions/_desk/operations/booking.ts";
import type { beginCall } from "../../../functions/_desk/operations/calls.ts";
import type { Answer, Success } from "../../../functions/_desk/operations/operation.ts";
import type { RpcName } from "../../../functions/_shared/database.ts";
import type { Clinics, Facts } from "../../../functions/voice/clinics.ts";
import {
  type Caller,
  type Database,
  type Heard,
  isInvocation,
  type Plan,
  type Reply,
} from "../../../functions/voice/conversation.ts";
import type { State, StateOf, StepName } from "../../../functions/voice/state.ts";
import { planTurn } from "../../../functions/voice/turn.ts";

export const ORG = "a0000000-0000-4000-8000-000000000001";
export const SERVICE = "a0000000-0000-4000-8000-000000000021";
export const REED = "a0000000-0000-4000-8000-000000000011";
export const COLE = "a0000000-0000-4000-8000-000000000012";
export const HOLD = "c0000000-0000-4000-8000-000000000031";

export const caller: Caller = {
  callSid: "CA5d1e7c0a94b84f6fb0c2a3e9d7164f01",
  dialled: "+12125550100",
  phone: "+12125550142",
  at: "2026-11-22T20:29:40.000Z",
};
export const withheld: Caller = { ...caller, phone: null };
export const clinic = {
  org: ORG,
  zone: "America/New_York",
  locale: "en-US",
  asked: "2026-11-22T15:29",
  version: 3,
} as const;
export const search = { ...clinic, service: SERVICE, from: "2026-11-24T12:00", to: "2026-11-24T18:00" };

/** A start of the clinic's, by its wall clock. */
export function slotAt(local: string, provider = REED): Slot {
  const starts = new Date(`${local}:00-05:00`);
  const ends = new Date(starts.getTime() + 30 * 60_000);
  return {
    provider_id: provider,
    provider_name: provider === REED ? "Doctor Reed" : "Doctor Cole",
    service_id: SERVICE,
    service_name: "Check-up",
    starts_at: starts.toISOString(),
    ends_at: ends.toISOString(),
    starts_local: `${local}:00`,
    ends_local: `${local.slice(0, 14)}30:00`,
  };
}

export const slots: Slot[] = [slotAt("2026-11-24T13:00"), slotAt("2026-11-24T13:30"), slotAt("2026-11-24T14:00")];
export const offers: StateOf<"opening">["offers"] = slots.map((slot) => ({
  provider: slot.provider_id,
  second: Date.parse(slot.starts_at) / 1000,
  local: slot.starts_local.slice(0, 16),
}));
export const opening: StateOf<"opening"> = { step: "opening", ...search, tries: 0, offers };

export const facts: Success<typeof beginCall> = {
  success: true,
  clinic: {
    id: ORG,
    name: "Harbor Dental",
    timezone: "America/New_York",
    locale: "en-US",
    greeting: null,
    emergency_number: "911",
    local_now: "2026-11-22T15:30:10",
    version: 4,
  },
  services: [{ id: SERVICE, name: "Check-up" }, { id: COLE, name: "Cleaning" }],
  providers: [{ id: REED, name: "Doctor Reed" }, { id: COLE, name: "Doctor Cole" }],
};
/** What the state knows of the clinic once Postgres has told these facts. */
export const told: typeof clinic | { asked: string; version: number } = {
  ...clinic,
  asked: "2026-11-22T15:30",
  version: 4,
};

/** What Postgres tells of a hold. */
export function held(contact: Partial<{ known: boolean; name: string | null; has_phone: boolean }> = {}): Answer<
  typeof setHoldContact
> {
  return {
    success: true,
    hold_id: HOLD,
    expires_at: "2026-11-22T20:35:00+00:00",
    slot: slotAt("2026-11-24T13:00"),
    contact: { known: false, name: null, has_phone: true, ...contact },
  };
}

/** A failure as Postgres tells it. */
export function failed(
  reason: "slot_taken" | "hold_expired" | "too_soon" | "too_far" | "not_found" | "invalid_input",
  alternatives: Slot[] = [],
): { success: false; reason: typeof reason; alternatives: Slot[] } {
  return { success: false, reason, alternatives };
}

export const nothing: Heard = { keys: "", words: "", recordingUrl: null };
export const keyed = (keys: string): Heard => ({ ...nothing, keys });
export const said = (words: string): Heard => ({ ...nothing, words });

/** Remembers no clinic. */
const forgetful: Clinics = { recall: () => null, remember: () => {} };

/** Remembers these facts, and nothing new. */
export function remembering(known: Facts): Clinics {
  return { recall: () => known, remember: () => {} };
}

/** Plans a turn that is to ask the database, and sees what it asks. */
export async function asks(state: State, heard: Heard, rpc: RpcName, who = caller): Promise<{
  args: object;
  /** What is said when the database gives this answer. */
  answered(answer: unknown): Promise<Reply>;
}> {
  const plan = await planTurn(state, heard, who);
  assert.ok(isInvocation(plan), "the turn asks the database");
  assert.equal(plan.rpc, rpc);
  return {
    args: plan.args,
    answered(answer: unknown): Promise<Reply> {
      // What the test answers has to keep the contract, too.
      const database: Database = (operation) => Promise.resolve(operation.answer.parse(answer));
      return plan.run({ database, clinics: forgetful });
    },
  };
}

/** Plans a turn that needs no database. */
export async function replies(state: State, heard: Heard, who = caller): Promise<Reply> {
  const plan: Plan = await planTurn(state, heard, who);
  assert.ok(!isInvocation(plan), "the turn asks nobody");
  return plan;
}

/** All that a reply says. */
export const text = (reply: Reply): string => reply.say.join(" ");

/** The state in which a reply goes on. */
export function next<Name extends StepName>(reply: Reply, step: Name): State {
  assert.ok("state" in reply.then, text(reply));
  assert.equal(reply.then.state.step, step, text(reply));
  return reply.then.state;
}
