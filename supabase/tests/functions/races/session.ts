/** Sessions that take their steps one by one, and an observer who sees which of them waits for whom. */
import assert from "node:assert/strict";
import postgres from "postgres";
import { type Clinic, makeClinic, newCall, type Service, startOf } from "../../../../scripts/testkit/booking/clinic.ts";
import { Desk, directRpc } from "../../../../scripts/testkit/booking/desk.ts";
import { findFaults } from "../../../../scripts/testkit/booking/ledger-faults.ts";

/** One connection; what it does outside of begin and commit is a transaction of its own. */
export class Session {
  /** The RPCs, as the functions call them. */
  readonly desk: Desk;
  #unsettled = 0;

  constructor(readonly sql: postgres.Sql, readonly pid: number, clinic: Clinic) {
    this.desk = new Desk(directRpc(sql), clinic);
  }

  begin = () => this.sql.unsafe("begin");
  commit = () => this.sql.unsafe("commit");
  rollback = () => this.sql.unsafe("rollback");

  /** Takes a step that may have to wait; the promise is for its end. */
  starts<T>(step: () => Promise<T>): Promise<T> {
    this.#unsettled += 1;
    const settled = step().finally(() => this.#unsettled -= 1);
    // Looked at later; until then its failure is nobody's.
    settled.catch(() => {});
    return settled;
  }

  get isBusy(): boolean {
    return this.#unsettled > 0;
  }
}

/** A clinic, the sessions that were opened on it, and its owner, who only sets up and looks on. */
export class Ring implements AsyncDisposable {
  readonly #opened: postgres.Sql[] = [];

  private constructor(readonly owner: postgres.Sql, readonly clinic: Clinic) {
    this.#opened.push(owner);
  }

  static async open(): Promise<Ring> {
    const owner = connect({});
    return new Ring(owner, await makeClinic(owner));
  }

  /** A session of a caller's turn: the role that the functions have. */
  caller(): Promise<Session> {
    return this.session({ role: "service_role" });
  }

  /** A session of staff, signed in. */
  async staff(): Promise<Session> {
    const user = crypto.randomUUID();
    await this.owner`insert into auth.users (id, email) values (${user}, ${`${user}@racing.test`})`;
    await this.owner`
      insert into public.memberships (org_id, user_id, role) values (${this.clinic.id}, ${user}, 'staff')`;
    const claims = JSON.stringify({ sub: user, role: "authenticated" });
    return await this.session({ role: "authenticated", "request.jwt.claims": claims });
  }

  /** A session that no trigger, no foreign key and no row security binds. */
  superuser(): Promise<Session> {
    return this.session({ session_replication_role: "replica" }, "ADMIN_DB_URL");
  }

  private async session(settings: Record<string, string>, url?: "ADMIN_DB_URL"): Promise<Session> {
    const sql = connect(settings, url);
    this.#opened.push(sql);
    const [backend] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    assert.ok(backend);
    return new Session(sql, backend.pid, this.clinic);
  }

  /** Returns when the first waits for the second; fails when it has gone on without waiting. */
  async waits(waiter: Session, holder: Session): Promise<void> {
    for (;;) {
      const wentOn = !waiter.isBusy;
      const [seen] = await this.owner<{ waits: boolean }[]>`
        select ${holder.pid} = any (pg_blocking_pids(${waiter.pid})) as waits`;
      if (seen?.waits) return;
      assert.ok(!wentOn, "it went on without waiting");
    }
  }

  /** Holds a start for a new call and tells the hold's id. */
  async held(by: Session, provider: string, service: Service, at: Date): Promise<string> {
    const { success, hold_id } = await by.desk.claim(provider, service, at, newCall());
    assert.ok(success && hold_id !== undefined);
    return hold_id;
  }

  /** Lets a hold end so many milliseconds from now (or ago), as if its minutes had gone by. */
  async endHold(holdId: string, milliseconds: number): Promise<void> {
    await this.owner.begin(async (tx) => {
      const [ends] = await tx<{ at: Date }[]>`
        select clock_timestamp() + ${milliseconds} * interval '1 millisecond' as at`;
      assert.ok(ends);
      await tx`update public.appointment_holds set expires_at = ${ends.at} where id = ${holdId}`;
      await tx`update public.slot_claims set expires_at = ${ends.at} where hold_id = ${holdId}`;
    });
  }

  /** Returns when the hold's time is over. */
  async isOver(holdId: string): Promise<void> {
    for (;;) {
      const [hold] = await this.owner<{ over: boolean }[]>`
        select expires_at <= clock_timestamp() as over from public.appointment_holds where id = ${holdId}`;
      if (hold?.over) return;
    }
  }

  /** Staff write an appointment, as the Data API would for them. */
  insertAppointment(staff: Session, at: Date, service: Service = this.clinic.visit): Promise<string> {
    const { id, contactId, providers: [provider] } = this.clinic;
    return staff.starts(async () => {
      const [row] = await staff.sql<{ id: string }[]>`
        insert into public.appointments (org_id, contact_id, provider_id, service_id, starts_at, ends_at)
        values (
          ${id}, ${contactId}, ${provider}, ${service.id}, ${at}, ${new Date(at.getTime() + service.minutes * 60_000)}
        )
        returning id`;
      assert.ok(row);
      return row.id;
    });
  }

  /** Staff drag an appointment to another start. */
  moveAppointment(staff: Session, appointment: string, to: Date): Promise<void> {
    return staff.starts(async () => {
      const { count } = await staff.sql`
        update public.appointments
        set starts_at = ${to}, ends_at = ${to}::timestamptz + (ends_at - starts_at)
        where id = ${appointment}`;
      assert.equal(count, 1);
    });
  }

  /** The status of an appointment and how many claims it has. */
  async appointment(id: string): Promise<{ status: string; starts_at: Date; claims: number }> {
    const [row] = await this.owner<{ status: string; starts_at: Date; claims: number }[]>`
      select a.status, a.starts_at,
        (select count(*)::int from public.slot_claims c where c.appointment_id = a.id) as claims
      from public.appointments a
      where a.id = ${id}`;
    assert.ok(row);
    return row;
  }

  /** Nothing of this clinic is sold twice or owned by nobody. */
  async nothingIsWrong(): Promise<void> {
    assert.deepEqual(await findFaults(this.owner, this.clinic.id), []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#opened.map((sql) => sql.end({ timeout: 5 })));
  }
}

function connect(settings: Record<string, string>, name: "DB_URL" | "ADMIN_DB_URL" = "DB_URL"): postgres.Sql {
  const url = Deno.env.get(name);
  if (!url) throw new Error(`These tests need a running stack; ${name} is not set. Use "deno task test".`);
  return postgres(url, { max: 1, onnotice: () => {}, connection: settings });
}

/** Whether a statement was refused with the status that PostgREST turns into HTTP 409. */
export async function isConflict(statement: Promise<unknown>): Promise<boolean> {
  try {
    await statement;
    return false;
  } catch (error) {
    if (error instanceof postgres.PostgresError && error.code === "PT409") return true;
    throw error;
  }
}

let rounds = 0;

/** A start that no other test of this process uses; it can be shifted by minutes. */
export function nextStart(): (minutes?: number) => Date {
  const round = rounds++;
  return (minutes = 0) => startOf(round, minutes);
}
