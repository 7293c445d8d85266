import assert from "node:assert/strict";
import { stackLine } from "./stack.ts";

const { reachedAt } = stackLine();
const poke = JSON.parse(Deno.readTextFileSync(new URL("../fixtures/worker.json", import.meta.url)));

/** Pokes the worker as the schedule does, with some of the request changed. */
function poked(changes: RequestInit = {}): Promise<Response> {
  const headers = { ...poke.headers, apikey: Deno.env.get("SECRET_KEY") ?? poke.headers.apikey };
  return fetch(`${reachedAt}/worker`, { method: "POST", headers, body: JSON.stringify(poke.body), ...changes });
}

Deno.test("the recorded poke is answered with what was done", async () => {
  const answer = await poked();
  assert.equal(answer.status, 200);
  const told = await answer.json();
  assert.equal(told.success, true);
  // Which chores were due is up to the timetable, and to whoever poked a moment ago.
  assert.equal(typeof told.done, "object");
});

Deno.test("what a poke names is done now, whether or not it is due", async () => {
  for (let times = 0; times < 2; times++) {
    const answer = await poked({ body: JSON.stringify({ now: ["tidy_counts", "reconcile"] }) });
    assert.equal(answer.status, 200);
    const { done } = await answer.json();
    assert.ok("tidy_counts" in done && "reconcile" in done);
  }
});

Deno.test("ten pokes at once are all answered", async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => poked()));
  assert.deepEqual(
    await Promise.all(answers.map(async (answer) => (await answer.json()).success)),
    Array(10).fill(true),
  );
});

Deno.test("whoever has no secret key is refused without a word", async () => {
  for (const apikey of ["", "sb_secret_wrong", Deno.env.get("PUBLISHABLE_KEY") ?? "sb_publishable_x"]) {
    const answer = await poked({ headers: { ...poke.headers, apikey } });
    assert.equal(answer.status, 403);
    assert.equal(await answer.text(), "");
  }
});

Deno.test("a poke that is none is called malformed", async () => {
  for (
    const changes of [{ body: "{" }, { body: "[]" }, { body: '{"now":["sweep"]}' }, { body: '{"now":"reconcile"}' }, {
      method: "PUT",
    }]
  ) {
    const answer = await poked(changes);
    assert.equal(answer.status, 400);
    await answer.body?.cancel();
  }
});
