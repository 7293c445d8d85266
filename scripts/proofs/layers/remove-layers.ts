/**
 * `deno task test:layers`: takes every single layer of the silo away, one after the other, on a database of its own, and
 * expects the tests to notice each time.
 */
import { parseArgs } from "node:util";
import { runCommand } from "../../command/command.ts";
import { chooseLayers } from "./choose-layers.ts";
import { findLayers, takeAway, type Verdict } from "./layers.ts";
import { createScratchDatabase } from "../../testkit/scratch-database.ts";
import { databaseUrl } from "../../stack/settings.ts";
import { terminalReport } from "../../stack/report.ts";
import { startThrowAwayDatabase } from "../../stack/throw-away.ts";

const usage = `deno task test:layers [--quick]

Drops each policy, grant, trigger and composite reference that stands between two clinics, one at a time, and expects a test
of the database to fail each time. On a database that is thrown away afterwards.

  --quick   two of each kind`;

interface Count {
  noticed: number;
  readonly unnoticed: string[];
}

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { quick: { type: "boolean" } } });
  await using server = await startThrowAwayDatabase(terminalReport(), signal);
  const { settings } = server;
  await using scratch = await createScratchDatabase(
    databaseUrl(settings, "supabase_admin"),
    databaseUrl(settings, "postgres"),
  );
  const all = await findLayers(scratch);
  const layers = values.quick ? chooseLayers(all, 2) : all;
  console.log(`\nTaking ${layers.length} layers away, one at a time\n`);

  const kinds = new Map<string, Count>();
  await takeAway(scratch, layers, (verdict) => {
    signal.throwIfAborted();
    count(kinds, verdict);
  });
  console.log("");
  for (const [kind, { noticed, unnoticed }] of kinds) {
    console.log(`${String(noticed).padStart(5)} noticed  ${kind}`);
    for (const object of unnoticed) console.log(`      UNNOTICED  ${object}`);
  }
  const failed = [...kinds.values()].reduce((sum, { unnoticed }) => sum + unnoticed.length, 0);
  console.log(`\n${layers.length - failed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

/** Counts, and shows how the first of each kind was noticed. */
function count(kinds: Map<string, Count>, { layer, noticedBy }: Verdict): void {
  const known = kinds.get(layer.kind);
  if (!known) console.log(`${layer.kind}: ${layer.object}\n    ${noticedBy ?? "NOBODY NOTICED"}`);
  const kind = known ?? { noticed: 0, unnoticed: [] };
  kinds.set(layer.kind, kind);
  if (noticedBy === undefined) kind.unnoticed.push(layer.object);
  else kind.noticed += 1;
}

await runCommand({ usage, run: main });
