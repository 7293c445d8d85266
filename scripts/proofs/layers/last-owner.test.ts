import assert from "node:assert/strict";
import postgres from "postgres";
import { createScratchDatabase } from "../../testkit/scratch-database.ts";
import { connect } from "../../testkit/sql.ts";

const rounds = 25;

/** How a clinic's two owners try to leave at the same moment. */
const ways: [how: string, leave: (sql: postgres.TransactionSql, user: string) => Promise<unknown>][] = [
  ["by ending their membership", (sql, user) => sql`delete from public.memberships where user_id = ${user}`],
  ["by becoming staff", (sql, user) => sql`update public.memberships set role = 'staff' where user_id = ${user}`],
  ["by having their accounts deleted", (sql, user) => sql`delete from auth.users where id = ${user}`],
];

/** Begins when both are ready, and ends at the same time, so that each decides before it sees what the other did. */
async function bothLeave(
  connections: readonly [postgres.Sql, postgres.Sql],
  isolation: string,
  users: readonly [string, string],
  leave: (sql: postgres.TransactionSql, user: string) => Promise<unknown>,
): Promise<string[]> {
  const ready: Promise<void>[] = [];
  const attempts = users.map((user, at) => {
    const gate = Promise.withResolvers<void>();
    ready.push(gate.promise);
    const [first, second] = connections;
    return (at === 0 ? first : second).begin(`isolation level ${isolation}`, async (sql) => {
      // The transaction's snapshot, where it has one, is of before anybody left.
      await sql`select count(*) from public.memberships`;
      gate.resolve();
      await Promise.all(ready);
      await leave(sql, user);
    }).then(() => "left", (error) => {
      if (error instanceof postgres.PostgresError) return error.code;
      throw error;
    });
  });
  return await Promise.all(attempts);
}

for (const isolation of ["read committed", "repeatable read", "serializable"]) {
  Deno.test(`of two owners who leave at once one stays (${isolation})`, async (t) => {
    await using scratch = await createScratchDatabase(Deno.env.toObject());
    await using first = connect(scratch.url);
    await using second = connect(scratch.url);
    await using observer = connect(scratch.url);
    for (const [how, leave] of ways) {
      await t.step(how, async () => {
        for (let round = 0; round < rounds; round += 1) {
          const [org, one, two] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
          await observer`insert into public.organizations (id, name, timezone) values (${org}, 'Clinic', 'UTC')`;
          for (const user of [one, two]) {
            await observer`insert into auth.users (id, email) values (${user}, ${`${user}@clinic.test`})`;
            await observer`insert into public.memberships (org_id, user_id, role) values (${org}, ${user}, 'owner')`;
          }
          const outcomes = await bothLeave([first, second], isolation, [one, two], leave);
          const [{ owners } = { owners: 0 }] = await observer<{ owners: number }[]>`
              select count(*)::int as owners from public.memberships where org_id = ${org} and role = 'owner'`;
          assert.equal(owners, 1, `${outcomes}`);
          assert.equal(outcomes.filter((outcome) => outcome === "left").length, 1, `${outcomes}`);
          const refused = outcomes.find((outcome) => outcome !== "left");
          // With a snapshot of its own, the second one's transaction fails to serialise instead.
          assert.ok(refused === "PT409" || (isolation !== "read committed" && refused === "40001"), `${outcomes}`);
        }
      });
    }
  });
}
