import assert from "node:assert/strict";
import { takeCacheCounts } from "../../../functions/_shared/counting.ts";
import { type Facts, RememberedClinics } from "../../../functions/voice/clinics.ts";
import { isInvocation } from "../../../functions/voice/conversation.ts";
import { planTurn } from "../../../functions/voice/turn.ts";
import { caller, clinic, facts, keyed, nothing, ORG, remembering, text } from "./dialogue.ts";

/** What is remembered of clinics between turns and calls. */

function factsOf(id: string, version: number, name = "Harbor Dental"): Facts {
  const { clinic: { local_now: _, ...told }, services, providers } = facts;
  return { clinic: { ...told, id, version, name }, services, providers };
}
const other = "b0000000-0000-4000-8000-000000000001";

Deno.test("only the very clinic in the very version is recalled, and every lookup is counted", () => {
  const clinics = new RememberedClinics(() => 0);
  takeCacheCounts();
  clinics.remember(factsOf(ORG, 3));
  assert.equal(clinics.recall({ org: ORG, version: 3 })?.clinic.id, ORG);
  assert.equal(clinics.recall({ org: ORG, version: 2 }), null);
  assert.equal(clinics.recall({ org: ORG, version: 4 }), null);
  assert.equal(clinics.recall({ org: other, version: 3 }), null);
  assert.deepEqual(takeCacheCounts(), { hits: 1, misses: 3 });
  assert.deepEqual(takeCacheCounts(), { hits: 0, misses: 0 });
});

Deno.test("a newer version takes the place of an older one, and never the other way round", () => {
  const clinics = new RememberedClinics(() => 0);
  clinics.remember(factsOf(ORG, 3, "before"));
  clinics.remember(factsOf(ORG, 4, "after"));
  clinics.remember(factsOf(ORG, 3, "before"));
  assert.equal(clinics.recall({ org: ORG, version: 3 }), null);
  assert.equal(clinics.recall({ org: ORG, version: 4 })?.clinic.name, "after");
});

Deno.test("after five minutes it is forgotten, unless another call has heard it again", () => {
  let now = 0;
  const clinics = new RememberedClinics(() => now);
  clinics.remember(factsOf(ORG, 3));
  clinics.remember(factsOf(other, 3));
  now = 4 * 60_000;
  clinics.remember(factsOf(ORG, 3));
  now = 5 * 60_000;
  assert.notEqual(clinics.recall({ org: ORG, version: 3 }), null);
  assert.equal(clinics.recall({ org: other, version: 3 }), null);
});

Deno.test("it does not grow with the number of clinics", () => {
  const clinics = new RememberedClinics(() => 0);
  const ids = Array.from({ length: 600 }, (_, n) => `c0000000-0000-4000-8000-${String(n).padStart(12, "0")}`);
  for (const id of ids) clinics.remember(factsOf(id, 1));
  const kept = ids.filter((org) => clinics.recall({ org, version: 1 }) !== null);
  assert.deepEqual(kept, ids.slice(100));
});

Deno.test("many clinics at once never get each other's facts", async () => {
  const clinics = new RememberedClinics(() => 0);
  await Promise.all(Array.from({ length: 200 }, async (_, n) => {
    const id = `c0000000-0000-4000-8000-${String(n % 10).padStart(12, "0")}`;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
    clinics.remember(factsOf(id, 1 + Math.floor(n / 100)));
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
    for (const version of [1, 2]) {
      const recalled = clinics.recall({ org: id, version });
      if (recalled !== null) assert.deepEqual([recalled.clinic.id, recalled.clinic.version], [id, version]);
    }
  }));
});

Deno.test("what is remembered names nobody who called", async () => {
  const kept: Facts[] = [];
  const told = { ...facts, caller: { phone: caller.phone, known: true, name: "Jane Roe" }, next_appointment: null };
  const plan = await planTurn({ step: "greeting" }, nothing, caller);
  assert.ok(isInvocation(plan));
  const database = () => Promise.resolve(JSON.parse(JSON.stringify(told)));
  await plan.run({ database, clinics: { recall: () => null, remember: (facts) => void kept.push(facts) } });
  assert.deepEqual(kept.map((one) => Object.keys(one)), [["clinic", "services", "providers"]]);
  assert.doesNotMatch(JSON.stringify(kept), /Jane|0142/);
});

Deno.test("a turn that needs only the clinic's facts asks nobody when they are remembered", async () => {
  const known = factsOf(ORG, clinic.version);
  const nobody = () => Promise.reject(new Error("nobody was to be asked"));
  for (
    const [state, keys, heard] of [
      [{ step: "menu", ...clinic, tries: 0 }, "1", /For Check-up, press 1/],
      [{ step: "service", ...clinic, tries: 0, page: 0 }, "1", /What day works for you/],
      [{ step: "service", ...clinic, tries: 1, page: 0 }, "*", /For Check-up, press 1/],
    ] as const
  ) {
    const plan = await planTurn(state, keyed(keys), caller);
    assert.ok(isInvocation(plan));
    const reply = await plan.run({ database: nobody, clinics: remembering(known) });
    assert.match(text(reply), heard);
    // The clock stays the one that Postgres told last, and the version the one that the call began with.
    assert.ok("state" in reply.then && "asked" in reply.then.state);
    assert.deepEqual([reply.then.state.asked, reply.then.state.version], [clinic.asked, clinic.version]);
  }
});

Deno.test("the greeting always asks, so that a change is heard at the next call", async () => {
  const plan = await planTurn({ step: "greeting" }, nothing, caller);
  assert.ok(isInvocation(plan));
  const nobody = () => Promise.reject(new Error("asked"));
  await assert.rejects(plan.run({ database: nobody, clinics: remembering(factsOf(ORG, 4)) }), { message: "asked" });
});
