/** Somebody who takes one step after the other, and holds every answer against what it may be. */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { newCall, phoneOf } from "../../../../scripts/testkit/booking/clinic.ts";
import { type Answer, type Desk, provenCall } from "../../../../scripts/testkit/booking/desk.ts";
import type { Action, Step } from "./steps.ts";
import { quarterOf, type World } from "./world.ts";

/** The outcomes that are no success and yet right: somebody else was there first, or the thing is over. */
const polite: Partial<Record<Action, readonly string[]>> = {
  claim: ["slot_taken", "outside_hours", "not_found"],
  noteContact: ["hold_expired", "not_found"],
  confirm: ["hold_expired", "not_found"],
  release: ["not_found"],
  move: ["hold_expired", "not_found", "not_proved"],
  cancel: ["not_found", "not_proved"],
  list: ["not_found"],
};

const LOCK_TIMEOUT = "55P03";
const CONFLICT = "PT409";

/** A request that can be made again as it is. */
type Request = () => Promise<unknown>;

/** One caller, who also sits at a screen of the clinic's staff now and then. */
export class Caller {
  readonly #holds: string[] = [];
  readonly #appointments: string[] = [];
  readonly #phone: string;
  readonly #desk: Desk;
  #call = newCall();

  /** Every fourth comes in over the Data API; the others have a connection. */
  constructor(private readonly world: World, nth: number) {
    this.#phone = phoneOf(nth);
    this.#desk = nth % 4 === 3 ? world.overApi : world.direct;
  }

  /** Takes the step, with its duplicates and retries; what goes wrong is written down, and the next step is taken. */
  async take(step: Step): Promise<void> {
    const request = this.prepare(step);
    if (request === null) return;
    try {
      await Promise.all(Array.from({ length: 1 + step.duplicates }, () => this.once(step.action, request)));
      for (let n = 0; n < step.retries; n++) await this.once(step.action, request);
    } catch (error) {
      const words = error instanceof Error ? `${code(error)} ${error.message}` : String(error);
      this.world.promises.errors.push(`${step.action}: ${words}`);
    }
  }

  private async once(action: Action, request: Request): Promise<void> {
    const { operations } = this.world.promises;
    for (let tries = 1;; tries++) {
      operations.set(action, (operations.get(action) ?? 0) + 1);
      try {
        await request();
        return;
      } catch (error) {
        // On a machine that stands still for seconds somebody may wait too long; they try again, as a webhook does.
        if (code(error) !== LOCK_TIMEOUT || tries === 5) throw error;
      }
    }
  }

  /** What the step asks for, fixed: a duplicate or a retry is the very same. null: there is nothing to do it to. */
  private prepare(step: Step): Request | null {
    const { clinic } = this.world;
    const provider = clinic.providers[step.provider];
    const service = clinic[step.service];
    const at = quarterOf(step.quarter);
    const hold = pick(step.own ? this.#holds : this.world.holds, step.which);
    const appointment = pick(step.own ? this.#appointments : this.world.appointments, step.which);
    const toHold = (request: (id: string) => Promise<unknown>) => hold === null ? null : () => request(hold);
    const toAppointment = (request: (id: string) => Promise<unknown>) =>
      appointment === null ? null : () => request(appointment);
    switch (step.action) {
      case "find":
        return () => this.find(step);
      case "claim": {
        if (step.newCall) this.#call = newCall();
        const call = this.#call;
        return () => this.claim(provider, step.service, at, call);
      }
      case "noteContact": {
        const p_contact = { name: "Nell Harper", phone: this.#phone };
        return toHold((id) => this.ask("noteContact", "set_hold_contact", { p_hold_id: id, p_contact }));
      }
      case "confirm":
        return toHold((id) => this.confirm(id));
      case "release":
        return toHold((id) => this.ask("release", "release_hold", { p_hold_id: id }));
      case "move":
        return toHold((held) =>
          appointment === null ? Promise.resolve() : this.move(appointment, held, this.speaking(step, appointment))
        );
      case "cancel":
        return toAppointment((id) =>
          this.ask("cancel", "cancel_appointment", { p_appointment_id: id, p_call_sid: this.speaking(step, id) })
        );
      case "list":
        return () => this.list();
      case "joinWaitlist":
        return () =>
          this.ask("joinWaitlist", "join_waitlist", {
            p_service_id: service.id,
            p_contact: { phone: this.#phone, name: "Nell Harper" },
            p_provider_id: step.newCall ? provider : null,
            p_from: quarterOf(0),
            p_to: quarterOf(16),
          });
      case "endCall": {
        const call = this.#call;
        this.#call = newCall();
        return () => this.endCall(call);
      }
      case "age":
        return toHold((id) => this.age(id, step.milliseconds));
      case "expireHolds":
        return async () => assert.ok((await this.#desk.expireHolds()).success);
      case "staffInsert":
        return () => this.staffInsert(provider, step);
      case "staffMove":
        return toAppointment((id) =>
          this.byStaff((sql) =>
            sql`
              update public.appointments
              set starts_at = ${at}, ends_at = ${at}::timestamptz + (ends_at - starts_at), provider_id = ${provider}
              where id = ${id}`
          )
        );
      case "staffStatus":
        return toAppointment((id) =>
          this.byStaff((sql) => sql`update public.appointments set status = ${step.status} where id = ${id}`)
        );
      case "timeOff":
        return () => this.timeOff(step);
      case "backFromTimeOff":
        return () =>
          this.byStaff((sql) =>
            sql`
              delete from public.time_off
              where id in (select id from public.time_off where org_id = ${clinic.id} order by id limit 3)`
          );
    }
  }

  private async ask(action: Action, rpc: string, args: Readonly<Record<string, unknown>>): Promise<Answer> {
    const answer = await this.#desk.ask(rpc, { p_org_id: this.world.clinic.id, ...args });
    const { successes } = this.world.promises;
    if (answer.success) successes.set(action, (successes.get(action) ?? 0) + 1);
    const right = answer.success || polite[action]?.includes(`${answer.reason}`);
    assert.ok(right, `${rpc} answered ${answer.reason}`);
    if (!answer.success && ["slot_taken", "hold_expired"].includes(`${answer.reason}`)) {
      assert.ok(answer.alternatives !== undefined && answer.alternatives.length <= 3, `${rpc} without alternatives`);
    }
    return answer;
  }

  private async find(step: Step): Promise<void> {
    const { slots } = await this.#desk.find(this.world.clinic[step.service], quarterOf(0), quarterOf(16), 50);
    const starts = slots?.map(({ starts_at, provider_id }) => `${starts_at} ${provider_id}`) ?? [];
    assert.equal(new Set(starts).size, starts.length, "a start is offered twice");
  }

  private async claim(provider: string, service: Step["service"], at: Date, call: string): Promise<void> {
    const { id, [service]: { id: serviceId } } = this.world.clinic;
    const answer = await this.ask("claim", "claim_slot_atomic", {
      p_org_id: id,
      p_provider_id: provider,
      p_service_id: serviceId,
      p_starts_at: at,
      p_call_sid: call,
    });
    if (answer.hold_id === undefined) return;
    if (!this.#holds.includes(answer.hold_id)) {
      this.#holds.push(answer.hold_id);
      this.world.holds.push(answer.hold_id);
    }
    if (answer.appointment_id !== undefined) await this.promised(answer.hold_id, answer);
  }

  private async confirm(hold: string): Promise<void> {
    const p_contact = { phone: this.#phone, name: "Nell Harper" };
    const answer = await this.ask("confirm", "confirm_hold", { p_hold_id: hold, p_contact });
    if (answer.success) await this.promised(hold, answer);
  }

  private async move(appointment: string, hold: string, call: string): Promise<void> {
    const args = { p_appointment_id: appointment, p_hold_id: hold, p_call_sid: call };
    const answer = await this.ask("move", "reschedule_appointment", args);
    if (answer.success) await this.promised(hold, answer);
  }

  /** The call in which something is asked about an appointment: mostly the one that has proved it. */
  private speaking(step: Step, appointment: string): string {
    return step.own || !step.newCall ? provenCall(appointment) : this.#call;
  }

  private async promised(hold: string, { appointment_id, code }: Answer): Promise<void> {
    assert.ok(appointment_id !== undefined && code !== undefined, "booked, and no appointment or code is told");
    const { confirmed } = this.world.promises;
    const told = confirmed.get(hold) ?? new Set();
    confirmed.set(hold, told.add(`${appointment_id} ${code}`));
    if (this.#appointments.includes(appointment_id)) return;
    this.#appointments.push(appointment_id);
    this.world.appointments.push(appointment_id);
    // Another caller may have put their own number on the hold, and staff may have changed the appointment since.
    const { success, reason } = await this.#desk.prove(appointment_id, this.#phone, code);
    assert.ok(success || reason === "not_found", `list_appointments answered ${reason}`);
  }

  private async list(): Promise<void> {
    const answer = await this.ask("list", "list_appointments", {
      p_phone: "+12125550133",
      p_date_of_birth: "1970-05-04",
      p_call_sid: this.#call,
    });
    for (const { appointment_id } of answer.appointments ?? []) {
      if (!this.world.appointments.includes(appointment_id)) this.world.appointments.push(appointment_id);
    }
  }

  private async endCall(call: string): Promise<void> {
    for (const [sequence, status] of ["ringing", "completed"].entries()) {
      const { success, reason } = await this.#desk.ask("record_call_event", {
        p_call_sid: call,
        p_status: status,
        p_sequence: sequence,
        p_created_at: new Date(),
        p_to: this.world.phone,
        p_from: this.#phone,
      });
      assert.ok(success, `record_call_event answered ${reason}`);
    }
  }

  private async age(hold: string, milliseconds: number): Promise<void> {
    await this.world.doors.owner.begin(async (tx) => {
      const [end] = await tx<{ at: Date }[]>`
        update public.appointment_holds
        set expires_at = clock_timestamp() + ${milliseconds} * interval '1 millisecond'
        where id = ${hold} and status = 'held'
        returning expires_at as at`;
      if (!end) return;
      await tx`select from public.slot_claims where hold_id = ${hold} order by id for update`;
      await tx`update public.slot_claims set expires_at = ${end.at} where hold_id = ${hold}`;
    });
  }

  private staffInsert(provider: string, step: Step): Promise<void> {
    const { id, contactId, [step.service]: service } = this.world.clinic;
    return this.byStaff(async (sql) => {
      const at = quarterOf(step.quarter);
      const [row] = await sql<{ id: string }[]>`
        insert into public.appointments (org_id, contact_id, provider_id, service_id, starts_at, ends_at)
        values (
          ${id}, ${contactId}, ${provider}, ${service.id}, ${at}, ${new Date(at.getTime() + service.minutes * 60_000)}
        )
        returning id`;
      if (row) this.world.appointments.push(row.id);
    });
  }

  private timeOff(step: Step): Promise<void> {
    const { id, providers, room } = this.world.clinic;
    const who = [providers[0], providers[1], room, null][step.which % 4] ?? null;
    return this.byStaff((sql) =>
      sql`
        insert into public.time_off (org_id, resource_id, starts_at, ends_at)
        values (${id}, ${who}, ${quarterOf(step.quarter)}, ${quarterOf(step.quarter + 2)})`
    );
  }

  /** A conflict is the right answer to staff who want what somebody has. */
  private async byStaff(statement: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
    try {
      await statement(this.world.doors.staff);
    } catch (error) {
      if (code(error) !== CONFLICT) throw error;
    }
  }
}

function pick<T>(from: readonly T[], which: number): T | null {
  return from.length === 0 ? null : from[which % from.length] ?? null;
}

function code(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
