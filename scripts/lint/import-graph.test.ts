import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { findCircles, readImports } from "../testkit/import-graph.ts";
import { sources } from "../testkit/sources.ts";

const repositoryDir = fileURLToPath(new URL("../..", import.meta.url));

type Arrows = Map<string, Set<string>>;

/** What the sources under the folders import of one another, by their paths in the repository. */
async function arrowsAmong(folders: readonly string[], root = repositoryDir): Promise<Arrows> {
  const graph = await readImports(folders.flatMap((folder) => [...sources(join(root, folder))]));
  const pathOf = (specifier: string) => relative(root, fileURLToPath(specifier));
  const arrows: Arrows = new Map();
  for (const [from, imports] of graph) {
    if (!from.startsWith("file:")) continue;
    const files = imports.map(({ specifier }) => specifier).filter((specifier) => specifier.startsWith("file:"));
    arrows.set(pathOf(from), new Set(files.map(pathOf)));
  }
  return arrows;
}

/** The same between wholes that several files make up; what a whole imports of itself is left out. */
function arrowsBetween(arrows: Arrows, wholeOf: (path: string) => string): Arrows {
  const between: Arrows = new Map();
  for (const [from, imports] of arrows) {
    const others = [...imports].map(wholeOf).filter((to) => to !== wholeOf(from));
    between.set(wholeOf(from), new Set([...between.get(wholeOf(from)) ?? [], ...others]));
  }
  return between;
}

const circlesIn = (arrows: Arrows): string[] => findCircles(arrows).map((circle) => circle.join(" -> "));

/** A folder of the scripts' (each proof is one, and each of the testkit's) or of a function's is one whole, and so is each file beside it. */
const folderOf = (path: string): string =>
  path.split("/").slice(0, !path.startsWith("scripts/") ? 4 : /^scripts\/(proofs|testkit)\//.test(path) ? 3 : 2).join(
    "/",
  );

/** What tests import of the scripts beyond the testkit and the folder that they stand in. */
function importsBeyondTheTestkit(arrows: Arrows): string[] {
  return [...arrows].filter(([from]) => /\.test\.ts$|^supabase\/tests\//.test(from)).flatMap(([from, imports]) =>
    [...imports].filter((to) => to.startsWith("scripts/") && !to.startsWith("scripts/testkit/"))
      .filter((to) =>
        folderOf(to) !== folderOf(from) && (to.startsWith("scripts/proofs/") || !from.startsWith("scripts/proofs/"))
      )
      .map((to) => `${from} -> ${to}`)
  );
}

/** What those that functions share may import besides their own; a function may import itself and all of them. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  _shared: [],
  _language: [],
  _desk: ["_shared", "_language"],
};

/** What product files import that they may not. */
function strayImports(arrows: Arrows): string[] {
  const functionOf = (path: string) => /^supabase\/functions\/([^/]+)\//.exec(path)?.[1];
  return [...arrows].filter(([from]) => functionOf(from) !== undefined).flatMap(([from, imports]) =>
    [...imports].filter((to) => {
      const [own, other] = [functionOf(from) ?? "", functionOf(to) ?? ""];
      return other !== own && !(SHARED[own] ?? Object.keys(SHARED)).includes(other);
    }).map((to) => `${from} -> ${to}`)
  );
}

async function inFolder(files: Record<string, string>, look: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    for (const [path, source] of Object.entries(files)) {
      await Deno.mkdir(join(root, path, ".."), { recursive: true });
      await Deno.writeTextFile(join(root, path), source);
    }
    await look(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("imports go one way", async () => {
  const arrows = await arrowsAmong(["supabase", "scripts"]);
  assert.ok(arrows.size > 200, `${arrows.size} files`);
  assert.deepEqual(circlesIn(arrows), []);
});

Deno.test("the folders of the scripts and those of a function import each other one way too", async () => {
  const arrows = arrowsBetween(await arrowsAmong(["supabase/functions", "scripts"]), folderOf);
  for (const folder of ["supabase/functions/voice/steps", "scripts/stack"]) assert.ok(arrows.has(folder), folder);
  assert.deepEqual(circlesIn(arrows), []);
});

Deno.test("a function imports its own folder and what all share, _shared and _language nothing else, and none the scripts", async () => {
  const arrows = await arrowsAmong(["supabase/functions"]);
  assert.ok(arrows.has("supabase/functions/_shared/webhook.ts"));
  assert.deepEqual(strayImports(arrows), []);
});

Deno.test("tests import of the scripts the testkit alone, and a proof's own tests no other proof", async () => {
  assert.deepEqual(importsBeyondTheTestkit(await arrowsAmong(["supabase/tests", "scripts"])), []);
  const stray = new Map([["supabase/tests/functions/http/texts.test.ts", new Set(["scripts/proofs/live/clinic.ts"])]]);
  assert.equal(importsBeyondTheTestkit(stray).length, 1);
});

Deno.test("a circle is found and named, whether its imports are for values, for types or for later", async () => {
  const files = {
    "code/a.ts": 'import { b } from "./b.ts"; export type A = string; console.log(b);',
    "code/b.ts": 'export { c as b } from "./c.ts";',
    "code/c.ts": 'import type { A } from "./a.ts"; export const c: A = (await import("./d.ts")).d;',
    "code/d.ts": 'export const d = "d"; export const later = () => import("./c.ts");',
  };
  await inFolder(files, async (root) => {
    assert.deepEqual(circlesIn(await arrowsAmong(["code"], await Deno.realPath(root))).sort(), [
      "code/a.ts -> code/b.ts -> code/c.ts -> code/a.ts",
      "code/c.ts -> code/d.ts -> code/c.ts",
    ]);
  });
});

Deno.test("what is imported twice, on two ways, is no circle", () => {
  const arrows = new Map([["a", new Set(["b", "c"])], ["b", new Set(["d"])], ["c", new Set(["d"])]]);
  assert.deepEqual(circlesIn(arrows), []);
});

Deno.test("folders that import each other are found although no two of their files do", () => {
  const arrows = new Map([
    ["supabase/functions/voice/asking/menu.ts", new Set(["supabase/functions/voice/steps/hold.ts"])],
    ["supabase/functions/voice/steps/menu.ts", new Set(["supabase/functions/voice/asking/menu.ts"])],
  ]);
  assert.deepEqual(circlesIn(arrows), []);
  assert.equal(circlesIn(arrowsBetween(arrows, folderOf)).length, 1);
});

Deno.test("an import of another function's, from _shared into a function, or of a script is found", () => {
  const functions = "supabase/functions";
  const stray: [string, string][] = [
    [`${functions}/sms/index.ts`, `${functions}/voice/turn.ts`],
    [`${functions}/_shared/webhook.ts`, `${functions}/voice/turn.ts`],
    [`${functions}/_shared/webhook.ts`, `${functions}/_desk/clock.ts`],
    [`${functions}/_language/locale.ts`, `${functions}/_shared/database.ts`],
    [`${functions}/_desk/clock.ts`, `${functions}/voice/turn.ts`],
    [`${functions}/voice/turn.ts`, "scripts/stack/paths.ts"],
    [`${functions}/voice/turn.ts`, "supabase/tests/functions/unit/dialogue.ts"],
  ];
  for (const [from, to] of stray) {
    assert.deepEqual(strayImports(new Map([[from, new Set([to])]])), [`${from} -> ${to}`]);
  }
  const proper: Arrows = new Map([
    [`${functions}/sms/index.ts`, new Set([`${functions}/sms/intent.ts`, `${functions}/_shared/webhook.ts`])],
    [`${functions}/_desk/clock.ts`, new Set([`${functions}/_shared/webhook.ts`, `${functions}/_language/locale.ts`])],
    ["scripts/call.ts", new Set([`${functions}/_shared/webhook.ts`])],
  ]);
  assert.deepEqual(strayImports(proper), []);
});
