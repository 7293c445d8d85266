/** Patients of a test's own, with appointments made as a call makes them. */
import assert from "node:assert/strict";
import { CEDAR, database, HARBOR, withSecretKey } from "./stack.ts";

/** A patient as the test knows them. */
export interface Patient {
  readonly phone: string;
  /** The date of birth as it is keyed in at this clinic. */
  readonly keys: string;
  /** The same in words. */
  readonly words: string;
  readonly appointments: readonly Appointment[];
}

export interface Appointment {
  readonly id: string;
  readonly starts_at: string;
  readonly provider_id: string;
  readonly service_id: string;
}

/** A date that is another one, and a real one, when day and month are mixed up. */
const BORN = "1984-03-09";

const CLINICS = {
  [HARBOR.id]: { keys: "03091984", words: "March ninth nineteen eighty four", number: americanNumber },
  [CEDAR.id]: { keys: "09031984", words: "the ninth of March nineteen eighty four", number: britishNumber },
};

/**
 * A patient with so many appointments, weeks from now. Numbers for fiction are few and tries are counted per number and
 * day, so whoever had the number before gives it up: their coming appointments are cancelled, their tries forgotten.
 */
export async function patient(clinic: { id: string; service: string }, appointments = 1): Promise<Patient> {
  const { keys, words, number } = CLINICS[clinic.id] ?? assert.fail("there is no such clinic");
  const phone = number();
  await using sql = database();
  const [contact] = await sql`
    insert into public.contacts (org_id, phone, name, date_of_birth) values (${clinic.id}, ${phone}, 'Ada Fenwick', ${BORN})
    on conflict (org_id, phone) do update set name = excluded.name, date_of_birth = excluded.date_of_birth
    returning id`;
  await forgetTries(phone);
  await sql`
    update public.appointments set status = 'cancelled'
    where contact_id = ${contact?.id} and starts_at > now() and status in ('booked', 'confirmed')`;

  const made: Appointment[] = [];
  while (made.length < appointments) made.push(await book(clinic, phone));
  made.sort((one, other) => Date.parse(one.starts_at) - Date.parse(other.starts_at));
  return { phone, keys, words, appointments: made };
}

/** Forgets the tries of a number, on any day. */
export async function forgetTries(phone: string): Promise<void> {
  await using sql = database();
  await sql`delete from public.verification_attempts where phone = ${phone}`;
}

/** A number that no clinic knows. */
export async function unknownNumber(): Promise<string> {
  const phone = `+4420794609${digits(2)}`;
  await using sql = database();
  const known = await sql`select id from public.contacts where phone = ${phone}`;
  assert.equal(known.length, 0);
  await forgetTries(phone);
  return phone;
}

async function book(clinic: { id: string; service: string }, phone: string): Promise<Appointment> {
  const api = withSecretKey();
  const from = Date.now() + (20 + Math.floor(Math.random() * 20)) * 86_400_000;
  const { data: found } = await api.rpc("find_open_slots", {
    p_org_id: clinic.id,
    p_service_id: clinic.service,
    p_from: new Date(from),
    p_to: new Date(from + 7 * 86_400_000),
    p_limit: 100,
  });
  const slot = found.slots[Math.floor(Math.random() * found.slots.length)];
  const { data: held } = await api.rpc("claim_slot_atomic", {
    p_org_id: clinic.id,
    p_provider_id: slot.provider_id,
    p_service_id: clinic.service,
    p_starts_at: slot.starts_at,
    p_call_sid: `before-${crypto.randomUUID()}`,
  });
  assert.equal(held.success, true);
  const { data: booked } = await api.rpc("confirm_hold", {
    p_org_id: clinic.id,
    p_hold_id: held.hold_id,
    p_contact: { phone },
  });
  assert.equal(booked.success, true);
  const { starts_at, provider_id, service_id } = booked.slot;
  return { id: booked.appointment_id, starts_at, provider_id, service_id };
}

/** An appointment as it stands now, with how much of anybody's time it takes. */
export async function appointmentNow({ id }: { id: string }): Promise<{
  starts_at: string;
  status: string;
  code: string;
  claims: number;
}> {
  await using sql = database();
  const [row] = await sql<{ starts_at: Date; status: string; code: string; claims: number }[]>`
    select a.starts_at, a.status, a.code,
      (select count(*)::int from public.slot_claims c where c.appointment_id = a.id) as claims
    from public.appointments a where a.id = ${id}`;
  assert.ok(row);
  return { ...row, starts_at: row.starts_at.toISOString() };
}

/** Whether a start is offered to the next caller. */
export async function isOffered(clinic: { id: string }, slot: Appointment): Promise<boolean> {
  const { data } = await withSecretKey().rpc("find_open_slots", {
    p_org_id: clinic.id,
    p_service_id: slot.service_id,
    p_provider_id: slot.provider_id,
    p_from: slot.starts_at,
    p_to: new Date(Date.parse(slot.starts_at) + 60_000),
  });
  return data.slots.length === 1;
}

/** What came of a call, and the reasons of the tasks that it left. */
export async function leftBy({ callSid }: { callSid: string }): Promise<{ outcome: string | null; tasks: string[] }> {
  await using sql = database();
  const [row] = await sql<{ outcome: string | null; tasks: string[] }[]>`
    select c.outcome, array(select t.reason from public.follow_up_tasks t where t.call_sid = c.call_sid) as tasks
    from public.calls c where c.call_sid = ${callSid}`;
  assert.ok(row);
  return { outcome: row.outcome, tasks: row.tasks };
}

function americanNumber(): string {
  return `+121255501${5 + Math.floor(Math.random() * 5)}${digits(1)}`;
}

function britishNumber(): string {
  return `+442079460${2 + Math.floor(Math.random() * 6)}${digits(2)}`;
}

function digits(count: number): string {
  return Array.from({ length: count }, () => Math.floor(Math.random() * 10)).join("");
}
