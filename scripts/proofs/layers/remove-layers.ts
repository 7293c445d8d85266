/**
 * `deno task test:layers`: takes every single layer of the silo away, one after the other, on a database of its own, and
 * expects the tests to notice each time.
 */
import { runCommand } from "../../command/command.ts";
import { flag, readOptions } from "../../command/options.ts";
import { terminalReport } from "../../stack/report.ts";
import { databaseUrl } from "../../stack/settings.ts";
import { startThrowAwayDatabase } from "../../stack/throw-away.ts";
import { conclude } from "../../testkit/running/totals.ts";
import { createScratchDatabase } from "../../testkit/scratch-database.ts";
import { chooseLayers, findLayers, takeAway } from "./layers.ts";

const usage = `deno task test:layers [--quick]

Drops each policy, grant, trigger and composite reference that stands between two clinics, one at a time, and expects a test
of the database to fail each time. On a database that is thrown away afterwards.

  --quick   two of each kind`;

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { quick } = readOptions(args, { quick: flag });
  await using server = await startThrowAwayDatabase(terminalReport(), signal);
  await using scratch = await createScratchDatabase({
    ADMIN_DB_URL: databaseUrl(server.settings, "supabase_admin"),
    DB_URL: databaseUrl(server.settings, "postgres"),
  });
  const all = await findLayers(scratch);
  const layers = quick ? chooseLayers(all, 2) : all;
  console.log(`\nTaking ${layers.length} layers away, one at a time\n`);

  const shown = new Set<string>();
  const verdicts = await takeAway(scratch, layers, ({ layer, noticedBy }) => {
    signal.throwIfAborted();
    // How the first of each kind was noticed.
    if (!shown.has(layer.kind)) console.log(`${layer.kind}: ${layer.object}\n    ${noticedBy ?? "NOBODY NOTICED"}`);
    shown.add(layer.kind);
  });
  console.log("");
  for (const [kind, ofKind] of Map.groupBy(verdicts, ({ layer }) => layer.kind)) {
    const unnoticed = ofKind.filter(({ noticedBy }) => noticedBy === undefined);
    console.log(`${String(ofKind.length - unnoticed.length).padStart(5)} noticed  ${kind}`);
    for (const { layer } of unnoticed) console.log(`      UNNOTICED  ${layer.object}`);
  }
  const failed = verdicts.filter(({ noticedBy }) => noticedBy === undefined).length;
  return conclude({ passed: layers.length - failed, failed });
}

await runCommand({ usage, run: main });
