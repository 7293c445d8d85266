import assert from "node:assert/strict";
import { type Batch, bucketOf, RequestCounter } from "../../../functions/_shared/counting.ts";

const NO_LOOKUPS = { hits: 0, misses: 0 };

/** A counter whose clock, schedule and Postgres are in the test's hands. */
function counting(bring: (batch: Batch) => Promise<void> = () => Promise.resolve()) {
  const brought: Batch[] = [];
  const scheduled: (() => Promise<void>)[] = [];
  const clock = { now: Date.UTC(2026, 10, 22, 20, 41, 42) };
  const counter = new RequestCounter(
    async (batch) => {
      brought.push(structuredClone(batch));
      await bring(batch);
    },
    (work) => void scheduled.push(work),
    () => clock.now,
  );
  return { counter, brought, scheduled, clock };
}

Deno.test("buckets grow with what they measure, and the thresholds of alerts are edges", () => {
  for (
    const [ms, end] of [
      [0, 1],
      [1, 1],
      [2, 2],
      [9.5, 10],
      [10, 10],
      [11, 15],
      [99, 100],
      [101, 150],
      [600, 600],
      [601, 650],
      [800, 800],
      [801, 850],
      [1000, 1000],
      [1001, 1500],
      [10_000, 10_000],
      [10_001, 15_000],
      [60_000, 60_000],
      [999_999, 60_000],
    ] as const
  ) assert.equal(bucketOf(ms), end, `${ms} ms`);
  for (let ms = 1; ms <= 60_000; ms++) {
    const end = bucketOf(ms);
    assert.ok(end >= ms && (ms < 10 || end - ms <= ms * 0.5), `${ms} ms in a bucket that ends at ${end}`);
  }
});

Deno.test("requests of one minute are one row, and travel together a while after the first", async () => {
  const { counter, brought, scheduled, clock } = counting();
  counter.count("voice", 42, false, { hits: 1, misses: 2 });
  counter.count("voice", 43, true, { hits: 1, misses: 0 });
  counter.count("voice", 850, false, NO_LOOKUPS);
  clock.now += 60_000;
  counter.count("voice", 3, false, NO_LOOKUPS);
  assert.equal(scheduled.length, 1);
  assert.equal(brought.length, 0);
  await scheduled[0]?.();
  assert.equal(brought.length, 1);
  assert.deepEqual(brought[0]?.counts, [
    {
      function: "voice",
      minute: "2026-11-22T20:41:00.000Z",
      requests: 3,
      failures: 1,
      cache_hits: 2,
      cache_misses: 2,
      latencies: { 45: 2, 850: 1 },
    },
    {
      function: "voice",
      minute: "2026-11-22T20:42:00.000Z",
      requests: 1,
      failures: 0,
      cache_hits: 0,
      cache_misses: 0,
      latencies: { 3: 1 },
    },
  ]);
  counter.count("voice", 1, false, NO_LOOKUPS);
  assert.equal(scheduled.length, 2, "the next request after that begins a new batch");
});

Deno.test("what may not have arrived is brought again under its old name, with nothing added to it", async () => {
  let isAway = true;
  const { counter, brought, scheduled } = counting(() =>
    isAway ? Promise.reject(new Error("away")) : Promise.resolve()
  );
  counter.count("voice", 10, false, NO_LOOKUPS);
  await scheduled[0]?.();
  counter.count("voice", 20, false, NO_LOOKUPS);
  await scheduled[1]?.();
  isAway = false;
  counter.count("voice", 30, false, NO_LOOKUPS);
  await scheduled[2]?.();
  assert.deepEqual(brought.map(({ counts }) => counts.map(({ requests }) => requests)), [[1], [1], [1], [2]]);
  const [first, second, third, rest] = brought.map(({ id }) => id);
  assert.equal(first, second);
  assert.equal(first, third);
  assert.notEqual(first, rest);
});

Deno.test("what is counted while a batch is on its way goes with the next, and nothing is counted twice", async () => {
  const onItsWay = Promise.withResolvers<void>();
  const { counter, brought, scheduled } = counting(() => onItsWay.promise);
  counter.count("voice", 10, false, NO_LOOKUPS);
  const bringing = scheduled[0]?.();
  counter.count("voice", 20, false, NO_LOOKUPS);
  onItsWay.resolve();
  await bringing;
  assert.deepEqual(brought.map(({ counts }) => counts[0]?.latencies), [{ 10: 1 }, { 20: 1 }]);
});

Deno.test("while Postgres is away the latest hour is kept, and older counts are forgotten", async () => {
  let isAway = true;
  const { counter, brought, scheduled, clock } = counting(() =>
    isAway ? Promise.reject(new Error("away")) : Promise.resolve()
  );
  for (let minute = 0; minute < 500; minute++) {
    clock.now += 60_000;
    counter.count("voice", 5, false, NO_LOOKUPS);
    await scheduled.at(-1)?.();
  }
  isAway = false;
  brought.length = 0;
  clock.now += 60_000;
  counter.count("voice", 5, false, NO_LOOKUPS);
  await scheduled.at(-1)?.();
  assert.deepEqual(brought.map(({ counts }) => counts.length), [1, 60]);
  assert.equal(brought[1]?.counts.at(-1)?.minute, new Date(Math.floor(clock.now / 60_000) * 60_000).toISOString());
});
