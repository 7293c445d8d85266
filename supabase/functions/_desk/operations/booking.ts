import { z } from "zod";
import { Id, Instant, Slot, WallClock } from "./answers.ts";
import { operation } from "./operation.ts";

const held = {
  hold_id: Id,
  expires_at: Instant,
  slot: Slot,
  /** For whom the time is held: `known` when the clinic has a name under their number, `name` when this call gave one. */
  contact: z.object({ known: z.boolean(), name: z.string().nullable(), has_phone: z.boolean() }),
  /** Only once the hold has become an appointment. */
  appointment_id: Id.optional(),
  code: z.string().optional(),
};

const appointment = { appointment_id: Id, code: z.string(), slot: Slot };

/** The open times of a service in a span, soonest first. Moments are instants, or a wall clock and its zone. */
export const findOpenSlots = operation("find_open_slots", { slots: z.array(Slot), local_now: WallClock });

/** Holds a time for a call, for some minutes. Of all who ask at once, one gets it. */
export const claimSlot = operation("claim_slot_atomic", held);

/** Notes for whom a time is held; without a contact it only reads what is held. */
export const setHoldContact = operation("set_hold_contact", held);

/** Makes a held time an appointment. */
export const confirmHold = operation("confirm_hold", { ...held, appointment_id: Id, code: z.string() });

/** Gives a held time back. */
export const releaseHold = operation("release_hold", { released: z.boolean() });

/**
 * The upcoming appointments of whoever proves who they are, by a date of birth or a code; the proof counts for the call.
 * Without a phone number it goes by the one that was noted on the call.
 */
export const listAppointments = operation("list_appointments", {
  appointments: z.array(Slot.extend({ appointment_id: Id })),
});

/** Moves an appointment to a held time; its old time is free in the same transaction. */
export const rescheduleAppointment = operation("reschedule_appointment", appointment);

/** Cancels an appointment. */
export const cancelAppointment = operation("cancel_appointment", appointment);

/** Puts a caller on the waiting list for a service and a span. */
export const joinWaitlist = operation("join_waitlist", { entry_id: Id });
