import assert from "node:assert/strict";
import { chooseLayers, findLayers, takeAway } from "./layers.ts";
import { createScratchDatabase } from "../../testkit/scratch-database.ts";

Deno.test("take any single layer of the silo away, and at least one test fails", async (t) => {
  await using database = await createScratchDatabase(Deno.env.toObject());
  const layers = await findLayers(database);
  const chosen = chooseLayers(layers, 1);
  assert.ok(layers.length > 500, `${layers.length} layers are few for so many tables`);
  assert.ok(chosen.length > 40, `${chosen.length} kinds are few`);
  const verdicts = await takeAway(database, chosen, () => {});
  for (const { layer, noticedBy } of verdicts) {
    await t.step(`${layer.kind}: ${layer.object}`, () => assert.ok(noticedBy, "no test noticed"));
  }
});
