/** Takes one layer of the silo away at a time, in a transaction that is undone, and sees whether a test notices. */
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { runScript } from "../../testkit/running/pgtap.ts";
import { readTap } from "../../testkit/running/tap.ts";
import type { ScratchDatabase } from "../../testkit/scratch-database.ts";
import { connect } from "../../testkit/sql.ts";

/** One thing that stands between two clinics, and the statements that remove it. */
export interface Layer {
  readonly kind: string;
  readonly object: string;
  readonly statements: string;
}

/** What came of removing one. */
export interface Verdict {
  readonly layer: Layer;
  /** The first test that failed, or undefined when none did. */
  readonly noticedBy: string | undefined;
}

const testsDir = fileURLToPath(new URL("../../../supabase/tests/database/", import.meta.url));

/** The files that stand guard, in the order in which they are likely to notice. */
const guards = ["10-catalogue", "13-members", "01-tenancy", "11-engine-silo", "12-audit"];

/** Every layer that the database has. */
export async function findLayers(database: ScratchDatabase): Promise<Layer[]> {
  await using sql = connect(database.adminUrl);
  return await sql.unsafe<Layer[]>(await Deno.readTextFile(new URL("layers.sql", import.meta.url)));
}

/** The first layers of each kind, from a place that differs from kind to kind, so that together they touch many tables. */
export function chooseLayers(layers: readonly Layer[], perKind: number): Layer[] {
  const kinds = Map.groupBy(layers, ({ kind }) => kind);
  return [...kinds.values()].flatMap((ofKind, at) => {
    const from = (at * 7) % ofKind.length;
    return [...ofKind.slice(from), ...ofKind.slice(0, from)].slice(0, perKind);
  });
}

/** Removes each, runs the guards until one notices, and puts it back. */
export async function takeAway(
  database: ScratchDatabase,
  layers: readonly Layer[],
  tell: (verdict: Verdict) => void,
): Promise<Verdict[]> {
  const bodies = await Promise.all(guards.map(readBody));
  await using sql = connect(database.adminUrl);
  const untouched = await firstFailure(sql, "select 1", bodies);
  if (untouched !== undefined) throw new Error(`With every layer in place a test fails already: ${untouched}`);
  const verdicts: Verdict[] = [];
  for (const layer of layers) {
    const verdict = { layer, noticedBy: await firstFailure(sql, layer.statements, bodies) };
    verdicts.push(verdict);
    tell(verdict);
  }
  return verdicts;
}

/** The file's statements without its own transaction: here they run in one that has begun with a layer's removal. */
async function readBody(name: string): Promise<string> {
  const text = await Deno.readTextFile(`${testsDir}${name}.test.sql`);
  const body = /^begin;$([\s\S]*)^rollback;$/m.exec(text)?.[1];
  if (body === undefined) throw new Error(`${name} is not framed by begin and rollback.`);
  return body;
}

async function firstFailure(sql: postgres.Sql, statements: string, bodies: readonly string[]) {
  for (const body of bodies) {
    await sql.unsafe("begin").simple();
    try {
      await sql.unsafe(statements).simple();
      // The tests run as they always do: as the tables' owner, who is no superuser.
      await sql.unsafe("set local session authorization postgres").simple();
      const failure = await failureIn(sql, body);
      if (failure !== undefined) return failure;
    } finally {
      await sql.unsafe("rollback").simple();
    }
  }
  return undefined;
}

async function failureIn(sql: postgres.Sql, body: string): Promise<string | undefined> {
  const lines: string[] = [];
  try {
    await runScript(sql, body, lines);
  } catch (error) {
    if (error instanceof postgres.PostgresError) return `# ${error.message}`;
    throw error;
  }
  return readTap(lines).complaints[0];
}
