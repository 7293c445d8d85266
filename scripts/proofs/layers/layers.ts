/** Takes one layer of the silo away at a time, in a transaction that is undone, and sees whether a test notices. */
// @ts-types="@types/pg"
import pg from "pg";
import { z } from "zod";
import { fromFileUrl } from "../../stack/paths.ts";
import { withClient } from "../../stack/sql.ts";
import { readTap } from "../../testkit/running/tap.ts";
import type { ScratchDatabase } from "../../testkit/scratch-database.ts";

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

const layerSchema = z.array(z.object({ kind: z.string(), object: z.string(), statements: z.string() }));
const testsDir = fromFileUrl(new URL("../../../supabase/tests/database/", import.meta.url));

/** The files that stand guard, in the order in which they are likely to notice. */
const guards = ["10-catalogue", "13-members", "01-tenancy", "11-engine-silo", "12-audit"];

/** Every layer that the database has. */
export async function findLayers(database: ScratchDatabase): Promise<Layer[]> {
  const query = await Deno.readTextFile(new URL("layers.sql", import.meta.url));
  return await withClient(database.adminUrl, async (client) => layerSchema.parse((await client.query(query)).rows));
}

/** Removes each, runs the guards until one notices, and puts it back. */
export async function takeAway(
  database: ScratchDatabase,
  layers: readonly Layer[],
  tell: (verdict: Verdict) => void,
): Promise<Verdict[]> {
  const bodies = await Promise.all(guards.map(readBody));
  return await withClient(database.adminUrl, async (client) => {
    const untouched = await firstFailure(client, "select 1", bodies);
    if (untouched !== undefined) throw new Error(`With every layer in place a test fails already: ${untouched}`);
    const verdicts: Verdict[] = [];
    for (const layer of layers) {
      const verdict = { layer, noticedBy: await firstFailure(client, layer.statements, bodies) };
      verdicts.push(verdict);
      tell(verdict);
    }
    return verdicts;
  });
}

/** The file's statements without its own transaction: here they run in one that has begun with a layer's removal. */
async function readBody(name: string): Promise<string> {
  const text = await Deno.readTextFile(`${testsDir}${name}.test.sql`);
  const body = /^begin;$([\s\S]*)^rollback;$/m.exec(text)?.[1];
  if (body === undefined) throw new Error(`${name} is not framed by begin and rollback.`);
  return body;
}

async function firstFailure(
  client: pg.Client,
  statements: string,
  bodies: readonly string[],
): Promise<string | undefined> {
  for (const body of bodies) {
    await client.query("begin");
    try {
      await client.query(statements);
      // The tests run as they always do: as the tables' owner, who is no superuser.
      await client.query("set local session authorization postgres");
      const failure = await failureIn(client, body);
      if (failure !== undefined) return failure;
    } finally {
      await client.query("rollback");
    }
  }
  return undefined;
}

async function failureIn(client: pg.Client, body: string): Promise<string | undefined> {
  try {
    return readTap(await rowsOf(client, body)).complaints[0];
  } catch (error) {
    if (error instanceof pg.DatabaseError) return `# ${error.message}`;
    throw error;
  }
}

function rowsOf(client: pg.Client, script: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    const query = new pg.Query(script);
    query.on("row", (row: object) => {
      const value: unknown = Object.values(row)[0];
      if (typeof value === "string") lines.push(...value.split("\n"));
    });
    query.on("end", () => resolve(lines));
    query.on("error", reject);
    client.query(query);
  });
}
