/**
 * Random histories of everything that callers and staff can do, many at once, with duplicates and retries; afterwards SQL
 * decides. HISTORY_OPERATIONS makes the run longer, HISTORY_SEED repeats one: the same steps, if not the same interleaving.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { findFaults } from "../../../../scripts/testkit/booking/ledger-faults.ts";
import { Caller } from "./caller.ts";
import { histories, type Step } from "./steps.ts";
import { closeWorld, type Doors, openDoors, openWorld, type Promises, type World } from "./world.ts";

const operations = Number(Deno.env.get("HISTORY_OPERATIONS") ?? 10_000);
const seed = Number(Deno.env.get("HISTORY_SEED") ?? Math.floor(Math.random() * 1e9));
const callers = 10;
const steps = 50;

const aftermath = await Deno.readTextFile(new URL("aftermath.sql", import.meta.url));

// The seed is in the name, so that every run prints it.
const name =
  `whatever ${callers} callers and staff do at once, no time is sold twice and every promise is kept, HISTORY_SEED=${seed}`;

Deno.test(name, async () => {
  await using doors = await openDoors();
  const [done, succeeded] = [new Map<string, number>(), new Map<string, number>()];
  const total = () => [...done.values()].reduce((sum, count) => sum + count, 0);
  const property = fc.asyncProperty(histories(callers, steps), async (history) => {
    const { operations, successes } = await play(doors, history);
    add(operations, done);
    add(successes, succeeded);
  });
  const began = performance.now();
  // Until so many operations were made. A history cannot be made smaller: what fails depends on who was first.
  for (let round = 0; total() < operations; round++) {
    // `check` and not `assert`, whose message would be the five hundred steps.
    const { errorInstance } = await fc.check(property, { seed: seed + round, numRuns: 1, endOnFailure: true });
    if (errorInstance) throw errorInstance;
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const counts = [...done].sort().map(([action, count]) => {
    const good = succeeded.get(action);
    return good === undefined ? `${action} ${count}` : `${action} ${count} (${good} with success)`;
  });
  console.log(`  ${total()} operations in ${seconds} s: ${counts.join(", ")}`);
  assert.ok(total() >= operations);
});

function add(counts: ReadonlyMap<string, number>, to: Map<string, number>): void {
  for (const [key, count] of counts) to.set(key, (to.get(key) ?? 0) + count);
}

/** Plays one history and tells what everybody was told. */
async function play(doors: Doors, history: readonly (readonly Step[])[]): Promise<Promises> {
  const world = await openWorld(doors);
  try {
    await Promise.all(history.map(async (mine, nth) => {
      const caller = new Caller(world, nth);
      for (const step of mine) await caller.take(step);
    }));
    await judge(world);
    return world.promises;
  } catch (error) {
    throw new Error(`clinic ${world.clinic.id}`, { cause: error });
  } finally {
    await closeWorld(world);
  }
}

async function judge(world: World): Promise<void> {
  const { clinic, doors: { owner }, promises } = world;
  assert.deepEqual(promises.errors, []);
  const [clock] = await owner<{ now: Date }[]>`select now()`;
  await world.direct.expireHolds();
  const faults = await owner.unsafe<{ fault: string; found: number }[]>(aftermath, [clinic.id, clock?.now ?? null]);
  assert.deepEqual(faults.filter(({ found }) => found > 0), []);
  assert.deepEqual(await findFaults(owner, clinic.id), []);

  for (const [hold, told] of promises.confirmed) {
    assert.equal(told.size, 1, `hold ${hold} was told to be ${[...told].join(" and ")}`);
    const [appointment = "", code = ""] = [...told].join("").split(" ");
    const [row] = await owner<{ code: string; hold_became: string | null }[]>`
      select a.code, h.appointment_id as hold_became
      from public.appointments a
      join public.appointment_holds h on h.org_id = a.org_id and h.id = ${hold}
      where a.org_id = ${clinic.id}
        and a.id = ${appointment}`;
    assert.deepEqual(row && { ...row }, { code, hold_became: appointment }, `what was told of hold ${hold}`);
  }
}
