/** Fills the throw-away database: clinics the ordinary way, their appointments in bulk past the triggers, then checked. */
import type postgres from "postgres";

const chapter = new URL("fill.sql", import.meta.url);
const batch = 500;

/** Creates what filling and measuring need. */
export async function prepareBench(admin: postgres.Sql): Promise<void> {
  await admin.unsafe(await Deno.readTextFile(chapter)).simple();
  await admin`select bench.open_hot_clinic()`;
}

/** Adds clinics until there are so many, and says how far it is. Throws when the rows do not hold together afterwards. */
export async function fillTo(
  admin: postgres.Sql,
  clinics: number,
  earlier: number,
  tell: (done: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const connection = await admin.reserve();
  try {
    // Nobody waits for these rows, and all of them are gone in the end.
    await connection`set synchronous_commit = off`;
    const withIndexes = await rememberConstraint(connection);
    await connection.unsafe("alter table public.slot_claims drop constraint slot_claims_no_overlap");
    for (let first = earlier + 1; first <= clinics; first += batch) {
      signal.throwIfAborted();
      const last = Math.min(first + batch - 1, clinics);
      await connection`select bench.open_clinics(${first}, ${last})`;
      await pastTheTriggers(connection, () => connection`select bench.book(${first}, ${last})`);
      tell(last);
    }
    await connection.unsafe(withIndexes);
    await connection`select bench.make_owners(${clinics})`;
    await connection.unsafe("vacuum analyze");
    const faults = await connection<{ fault: string; found: string }[]>`select * from bench.faults() where found > 0`;
    const [fault] = faults;
    if (fault) throw new Error(`The rows do not hold together: ${fault.found} ${fault.fault}.`);
  } finally {
    connection.release();
  }
}

/** The statement that brings the exclusion constraint back: built at once over all rows it costs a fraction. */
async function rememberConstraint(connection: postgres.ReservedSql): Promise<string> {
  const [found] = await connection<{ definition: string }[]>`
    select pg_get_constraintdef(oid) as definition
    from pg_constraint
    where conrelid = 'public.slot_claims'::regclass
      and conname = 'slot_claims_no_overlap'`;
  if (!found) throw new Error("The ledger has lost its constraint.");
  return `alter table public.slot_claims add constraint slot_claims_no_overlap ${found.definition}`;
}

/** Without triggers and foreign keys, the ones that are enabled ALWAYS included, and with them again afterwards. */
export async function pastTheTriggers(connection: postgres.Sql, fill: () => PromiseLike<unknown>): Promise<void> {
  const always = await connection<{ table: string; trigger: string }[]>`
    select tgrelid::regclass::text as table, tgname as trigger
    from pg_trigger
    where tgenabled = 'A'
      and tgrelid = any (array['appointments', 'appointment_holds', 'slot_claims']::regclass[])`;
  const forAll = async (verb: string) => {
    for (const { table, trigger } of always) await connection.unsafe(`alter table ${table} ${verb} trigger ${trigger}`);
  };
  await connection`set session_replication_role = replica`;
  await forAll("disable");
  try {
    await fill();
  } finally {
    await forAll("enable always");
    await connection`set session_replication_role = origin`;
  }
}
