/** The RPCs of one clinic, however they are reached. */
import type { SupabaseClient } from "@supabase/supabase-js";
import type postgres from "postgres";
import { z } from "zod";
import type { Clinic, Service } from "./clinic.ts";

/** Calls an RPC by name; rejects when it fails instead of answering. */
export type Rpc = (name: string, args: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** An RPC that raised an error, with its SQLSTATE; no outcome of business may do that. */
export class RpcError extends Error {
  constructor(readonly code: string, message: string) {
    super(`${code} ${message}`);
  }
}

/** Over the Data API, as the functions do. */
export function dataApiRpc(api: SupabaseClient): Rpc {
  return async (name, args) => {
    const { data, error, status } = await api.rpc(name, args);
    if (error) throw new RpcError(error.code || `HTTP ${status}`, error.message);
    return data;
  };
}

/** Over a connection that acts as service_role; each call is a transaction. */
export function directRpc(sql: postgres.ISql): Rpc {
  return async (name, args) => {
    const names = Object.keys(args);
    const list = names.map((argument, at) => `${argument} => $${at + 1}`).join(", ");
    const values = names.map((argument) => parameter(args[argument]));
    const [row] = await sql.unsafe(`select public.${name}(${list}) as answer`, values, { prepare: true });
    return row?.answer;
  };
}

function parameter(value: unknown): postgres.ParameterOrJSON<never> {
  if (value === undefined || value === null) return null;
  if (typeof value === "string" || typeof value === "number" || value instanceof Date) return value;
  return JSON.parse(JSON.stringify(value));
}

const answerSchema = z.looseObject({
  success: z.boolean(),
  reason: z.string().optional(),
  hold_id: z.string().optional(),
  appointment_id: z.string().optional(),
  code: z.string().optional(),
  expires_at: z.string().optional(),
  alternatives: z.array(z.unknown()).optional(),
  slots: z.array(z.looseObject({ provider_id: z.string(), starts_at: z.string() })).optional(),
  appointments: z.array(z.looseObject({ appointment_id: z.string() })).optional(),
});

/** What every RPC answers. */
export type Answer = z.infer<typeof answerSchema>;

/** Waits for an answer and reads it. */
export async function readAnswer(answer: Promise<unknown>): Promise<Answer> {
  return answerSchema.parse(await answer);
}

/** Who answers the phone of one clinic. */
export class Desk {
  constructor(private readonly rpc: Rpc, readonly clinic: Clinic) {}

  ask(name: string, args: Readonly<Record<string, unknown>>): Promise<Answer> {
    return readAnswer(this.rpc(name, args));
  }

  find(service: Service, from: Date, to: Date, limit = 10): Promise<Answer> {
    const { id } = this.clinic;
    return this.ask("find_open_slots", {
      p_org_id: id,
      p_service_id: service.id,
      p_from: from,
      p_to: to,
      p_limit: limit,
    });
  }

  claim(provider: string, service: Service, startsAt: Date, callSid: string, minutes = 5): Promise<Answer> {
    return this.ask("claim_slot_atomic", {
      p_org_id: this.clinic.id,
      p_provider_id: provider,
      p_service_id: service.id,
      p_starts_at: startsAt,
      p_call_sid: callSid,
      p_hold_minutes: minutes,
    });
  }

  confirm(holdId: string, phone: string): Promise<Answer> {
    const p_contact = { phone, name: "Nell Harper" };
    return this.ask("confirm_hold", { p_org_id: this.clinic.id, p_hold_id: holdId, p_contact });
  }

  release(holdId: string): Promise<Answer> {
    return this.ask("release_hold", { p_org_id: this.clinic.id, p_hold_id: holdId });
  }

  /** Proves an appointment by its code, in the call that may move and cancel it from then on. */
  prove(appointmentId: string, phone: string, code: string): Promise<Answer> {
    return this.ask("list_appointments", {
      p_org_id: this.clinic.id,
      p_phone: phone,
      p_date_of_birth: null,
      p_call_sid: provenCall(appointmentId),
      p_code: code,
    });
  }

  move(appointmentId: string, holdId: string, callSid = provenCall(appointmentId)): Promise<Answer> {
    return this.ask("reschedule_appointment", {
      p_org_id: this.clinic.id,
      p_appointment_id: appointmentId,
      p_hold_id: holdId,
      p_call_sid: callSid,
    });
  }

  cancel(appointmentId: string, callSid = provenCall(appointmentId)): Promise<Answer> {
    return this.ask("cancel_appointment", {
      p_org_id: this.clinic.id,
      p_appointment_id: appointmentId,
      p_call_sid: callSid,
    });
  }

  expireHolds(): Promise<Answer> {
    return this.ask("expire_holds", {});
  }

  /** Holds, confirms and proves, where nobody else is around. */
  async book(provider: string, service: Service, startsAt: Date, phone: string): Promise<string> {
    const { hold_id } = succeeded(await this.claim(provider, service, startsAt, `CA${crypto.randomUUID()}`));
    const { appointment_id, code } = succeeded(await this.confirm(`${hold_id}`, phone));
    succeeded(await this.prove(`${appointment_id}`, phone, `${code}`));
    return `${appointment_id}`;
  }
}

/** The call that proves an appointment: named after it, so that whoever is at the desk finds it. */
export function provenCall(appointmentId: string): string {
  return `proven-${appointmentId}`;
}

/** The answer, which has to be a success. */
export function succeeded(answer: Answer): Answer {
  if (!answer.success) throw new Error(`Expected success, got ${answer.reason}.`);
  return answer;
}
