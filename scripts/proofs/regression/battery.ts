/** The whole battery: either demo clinic's owner against the other clinic, over everything there is. */
import { type Attempt, make, type Outcome } from "./attempt.ts";
import { callsWithTheirIds, forbiddenCalls } from "./functions.ts";
import type { Actor } from "./http.ts";
import { membersOverHttp } from "./members.ts";
import { byPhone } from "./phone.ts";
import { readRpcs, readTables, type Table } from "./picture.ts";
import { type Clinic, demoClinics, digest, type Sides, takeSides } from "./sides.ts";
import { everyVerb } from "./strangers.ts";
import type { Surroundings } from "./surroundings.ts";
import { attemptsOn } from "./tables.ts";
import { falseTokens } from "./tokens.ts";

/** Prepares both clinics and makes every attempt, telling each outcome as it comes. */
export async function runBattery(surroundings: Surroundings, tell: (outcome: Outcome) => void): Promise<Outcome[]> {
  const { sql } = surroundings;
  await sql.unsafe(await Deno.readTextFile(new URL("clinics.sql", import.meta.url))).simple();
  const [tables, rpcs] = [await readTables(sql), await readRpcs(sql)];
  const [harbor, cedar] = demoClinics;
  const outcomes: Outcome[] = [];
  const note = (outcome: Outcome) => {
    outcomes.push(outcome);
    tell(outcome);
  };
  const anybody: Actor = { name: "anybody", key: surroundings.publishableKey, token: undefined };
  const functions: Actor = { name: "the functions", key: surroundings.secretKey, token: undefined };

  for (const [own, their] of [[harbor, cedar], [cedar, harbor]] as const) {
    const sides = await takeSides(surroundings, tables, own, their);
    const theirOwner = (await sql<{ id: string }[]>`select id from auth.users where email = ${their.ownerEmail}`)[0];
    const groups: [string, () => Promise<Attempt[]> | Attempt[]][] = [
      ...tables.map((table): [string, () => Attempt[]] => [table.name, () => attemptsOn(table, tables, sides)]),
      ["RPCs, as an owner", () => forbiddenCalls(sides.attacker, rpcs, sides)],
      ["RPCs, with their ids", () => callsWithTheirIds(functions, rpcs, sides)],
      ["tokens", () => falseTokens(surroundings, sides, theirOwner?.id ?? "")],
      [
        "tables and RPCs, as anybody",
        () => [...everyVerb(anybody, tables, sides), ...forbiddenCalls(anybody, rpcs, sides)],
      ],
      ["tables, with the secret key", () => everyVerb(functions, tables, sides)],
    ];
    for (const [what, plan] of groups) {
      await untouched(surroundings, tables, their, what, note, async () => {
        for (const attempt of await plan()) note(await make(surroundings, attempt, sides.markers));
      });
    }
    await untouched(surroundings, tables, their, "the phone", note, async () => {
      for (const outcome of await byPhone(surroundings.environment, sides)) note(outcome);
    });
    await untouched(surroundings, tables, their, "members", note, async () => {
      for (const outcome of await membersOverHttp(surroundings, sides)) note(outcome);
    });
  }
  return outcomes;
}

/** Whatever came back: the other clinic's rows must be what they were, byte for byte. */
async function untouched(
  { sql }: Surroundings,
  tables: readonly Table[],
  their: Clinic,
  what: string,
  note: (outcome: Outcome) => void,
  attempts: () => Promise<void>,
): Promise<void> {
  const before = await digest(sql, tables, their);
  await attempts();
  const after = await digest(sql, tables, their);
  const changed = [...after].filter(([table, digest]) => before.get(table) !== digest).map(([table]) => table);
  note({
    actor: "afterwards",
    on: what,
    trick: `the rows of ${their.ownerEmail.replace("owner@", "")}`,
    came: changed.length === 0 ? "0 writes" : `changed: ${changed.join(", ")}`,
    fault: changed.length === 0 ? undefined : `${changed.join(", ")} changed`,
  });
}

export type { Sides };
