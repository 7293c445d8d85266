import { z } from "zod";

/**
 * What we ask Postgres, and what it may answer. A business outcome is a value: `success` tells which, `reason` why not.
 * Postgres alone decides what time it is where: beside every instant stands the clinic's wall clock for it.
 */

const Id = z.guid();
const Instant = z.iso.datetime({ offset: true });
const WallClock = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$/);

/** One start of one provider. */
export const Slot = z.object({
  provider_id: Id,
  provider_name: z.string(),
  service_id: Id,
  service_name: z.string(),
  starts_at: Instant,
  ends_at: Instant,
  starts_local: WallClock,
  ends_local: WallClock,
});
export type Slot = z.output<typeof Slot>;

const Reason = z.enum([
  "slot_taken",
  "hold_expired",
  "not_found",
  "outside_hours",
  "too_soon",
  "too_far",
  "not_offered",
  "invalid_input",
]);

const Failure = z.object({
  success: z.literal(false),
  reason: Reason,
  /** What is open instead. */
  alternatives: z.array(Slot).default([]),
  /** With too_far: the last day that can be booked. */
  latest_local: z.iso.date().optional(),
  /** When a caller could not prove who they are: how often they may still try. */
  tries_left: z.number().int().optional(),
});
export type Failure = z.output<typeof Failure>;

/**
 * What an operation answers: success with these fields, or a failure with its reason. It is made when the first answer is
 * read: a turn asks for one operation, and all of them together take 10 ms of a process that has just begun.
 */
export function outcome<Shape extends z.ZodRawShape>(shape: () => Shape): Outcome<Shape> {
  return z.lazy(() => z.discriminatedUnion("success", [z.object({ success: z.literal(true), ...shape() }), Failure]));
}
type Outcome<Shape extends z.ZodRawShape> = z.ZodLazy<
  z.ZodDiscriminatedUnion<[z.ZodObject<{ success: z.ZodLiteral<true> } & Shape>, typeof Failure]>
>;

const held = () => ({
  hold_id: Id,
  expires_at: Instant,
  slot: Slot,
  /** For whom the time is held: `known` when the clinic has a name under their number, `name` when this call gave one. */
  contact: z.object({ known: z.boolean(), name: z.string().nullable(), has_phone: z.boolean() }),
  /** Only once the hold has become an appointment. */
  appointment_id: Id.optional(),
  code: z.string().optional(),
});

const appointment = () => ({ appointment_id: Id, code: z.string(), slot: Slot });

/** The contract of each operation's answer. */
export const ANSWERS = {
  begin_call: outcome(() => ({
    call: z.object({ sid: z.string(), status: z.string() }),
    clinic: z.object({
      id: Id,
      name: z.string(),
      timezone: z.string(),
      locale: z.enum(["en-US", "en-GB"]),
      greeting: z.string().nullable(),
      emergency_number: z.string(),
      local_now: WallClock,
      /** Counts the changes of all that is told here. */
      version: z.number().int(),
    }),
    services: z.array(z.object({ id: Id, name: z.string() })),
    providers: z.array(z.object({ id: Id, name: z.string() })),
  })),
  find_open_slots: outcome(() => ({ slots: z.array(Slot), local_now: WallClock })),
  claim_slot_atomic: outcome(held),
  set_hold_contact: outcome(held),
  confirm_hold: outcome(() => ({ ...held(), appointment_id: Id, code: z.string() })),
  release_hold: outcome(() => ({ released: z.boolean() })),
  note_caller_phone: outcome(() => ({})),
  list_appointments: outcome(() => ({ appointments: z.array(Slot.extend({ appointment_id: Id })) })),
  reschedule_appointment: outcome(appointment),
  cancel_appointment: outcome(appointment),
  join_waitlist: outcome(() => ({ entry_id: Id })),
  search_knowledge: outcome(() => ({
    chunks: z.array(z.object({ body: z.string() })),
    /** Whether the first may be read out as the answer. */
    clear: z.boolean(),
  })),
  take_message: outcome(() => ({ task_id: Id })),
  record_call_event: outcome(() => ({ status: z.string() })),
  check_health: outcome(() => ({
    outbox_age_seconds: z.number(),
    hold_overdue_seconds: z.number(),
    open_alerts: z.number().int(),
    last_worker_run: Instant.nullable(),
  })),
} as const;

/** What Postgres can be asked. */
export type Operation = keyof typeof ANSWERS;

/** What it answers. */
export type Answer<Name extends Operation> = z.output<(typeof ANSWERS)[Name]>;

/** The answer when all went well. */
export type Success<Name extends Operation> = Extract<Answer<Name>, { success: true }>;

type Contact = { phone?: string; name?: string };

/** What each operation is asked with. Moments are instants, or a wall clock and a zone that Postgres converts. */
export type Arguments = {
  begin_call: { p_to: string; p_from: string | null; p_call_sid: string; p_created_at: string };
  find_open_slots: {
    p_org_id: string;
    p_service_id: string;
    p_from: string;
    p_to: string;
    p_provider_id: string | null;
    p_limit: number;
    p_call_sid: string;
  };
  claim_slot_atomic: {
    p_org_id: string;
    p_provider_id: string;
    p_service_id: string;
    p_starts_at: string;
    p_call_sid: string;
  };
  set_hold_contact: { p_org_id: string; p_hold_id: string; p_contact: Contact | null };
  confirm_hold: { p_org_id: string; p_hold_id: string; p_contact: Contact };
  release_hold: { p_org_id: string; p_hold_id: string };
  note_caller_phone: { p_org_id: string; p_call_sid: string; p_phone: string };
  /** Without a phone, the one that was noted on the call. Either a date of birth or a code proves who calls. */
  list_appointments: {
    p_org_id: string;
    p_phone: string | null;
    p_date_of_birth: string | null;
    p_code: string | null;
    p_call_sid: string;
  };
  reschedule_appointment: { p_org_id: string; p_appointment_id: string; p_hold_id: string };
  cancel_appointment: { p_org_id: string; p_appointment_id: string; p_reason: string; p_call_sid: string };
  join_waitlist: {
    p_org_id: string;
    p_service_id: string;
    p_contact: Contact;
    p_provider_id: string | null;
    p_from: string;
    p_to: string;
    p_call_sid: string;
  };
  search_knowledge: { p_org_id: string; p_query: string; p_limit: number; p_call_sid: string };
  take_message: {
    p_org_id: string | null;
    p_call_sid: string;
    p_from: string | null;
    p_to: string;
    p_reason: string;
    p_body: string | null;
    p_recording_url: string;
  };
  record_call_event: {
    p_call_sid: string;
    p_status: string;
    p_sequence: number;
    p_created_at: string;
    p_to: string;
    p_from: string | null;
    p_duration_seconds: number | null;
  };
  check_health: Record<string, never>;
};
