/**
 * Every attack on another clinic, as an outsider would try it: over HTTP, with real sign-ins of both demo clinics' owners,
 * over everything there is.
 */
import { type Command } from "../../command/command.ts";
import { flag, readOptions } from "../../command/options.ts";
import { conclude } from "../../testkit/running/totals.ts";
import { openStack } from "../../testkit/stack.ts";
import { tableOf } from "../../testkit/table.ts";
import { type Attempt, make, type Outcome } from "./attempt.ts";
import { readRpcs, readTables, type Table } from "./catalogue.ts";
import type { Actor } from "./http.ts";
import { tryMemberships } from "./members.ts";
import { tryByPhone } from "./phone.ts";
import { callsWithTheirIds, forbiddenCalls } from "./rpcs.ts";
import { type Clinic, demoClinics, digest, takeSides } from "./sides.ts";
import { attemptsOn, everyVerb } from "./tables.ts";
import { openTarget, type Target } from "./target.ts";
import { falseTokens } from "./tokens.ts";

const usage = `deno task test:regression [--running] [--all]

Attacks each demo clinic as the other's owner, as anybody and with the secret key, over HTTP, with every table, verb, RPC and
trick, and through the phone. Prints what was tried and what came back. It is done on a stack of its own.

  --running   on the stack that runs in $STACK_DIR (.stack)
  --all       a line for each attempt, not one for those of a kind that ended alike`;

async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { running, all } = readOptions(args, { running: flag, all: flag });
  await using stack = await openStack(running ? Deno.env.get("STACK_DIR") || ".stack" : undefined, signal);
  await using target = openTarget(stack.env);
  const began = performance.now();
  const outcomes = await attackBoth(target);
  console.log(asText(outcomes, all));
  const failed = outcomes.filter(({ fault }) => fault !== undefined).length;
  console.log(`\n${((performance.now() - began) / 1000).toFixed(0)} s`);
  return conclude({ passed: outcomes.length - failed, failed });
}

/** Prepares both clinics and makes every attempt. */
async function attackBoth(target: Target): Promise<Outcome[]> {
  const { sql } = target;
  await sql.unsafe(await Deno.readTextFile(new URL("clinics.sql", import.meta.url))).simple();
  const tables = await readTables(sql);
  const [harbor, cedar] = demoClinics;
  return [...await attack(target, tables, harbor, cedar), ...await attack(target, tables, cedar, harbor)];
}

/** As the owner of one clinic against the other. */
async function attack(target: Target, tables: readonly Table[], own: Clinic, their: Clinic): Promise<Outcome[]> {
  const { sql } = target;
  const anybody: Actor = { name: "anybody", key: target.publishableKey, token: undefined };
  const functions: Actor = { name: "the functions", key: target.secretKey, token: undefined };
  const rpcs = await readRpcs(sql);
  const sides = await takeSides(target, tables, own, their);
  const [theirOwner] = await sql<{ id: string }[]>`select id from auth.users where email = ${their.ownerEmail}`;
  const made = (plan: () => Promise<Attempt[]> | Attempt[]) => async () => {
    const outcomes: Outcome[] = [];
    for (const attempt of await plan()) outcomes.push(await make(target, attempt, sides.markers));
    return outcomes;
  };
  const groups: [string, () => Promise<Outcome[]>][] = [
    ...tables.map((table): [string, () => Promise<Outcome[]>] => [
      table.name,
      made(() => attemptsOn(table, tables, sides)),
    ]),
    ["RPCs, as an owner", made(() => forbiddenCalls(sides.attacker, rpcs, sides))],
    ["RPCs, with their ids", made(() => callsWithTheirIds(functions, rpcs, sides))],
    ["tokens", made(() => falseTokens(target, sides, theirOwner?.id ?? ""))],
    [
      "tables and RPCs, as anybody",
      made(() => [...everyVerb(anybody, tables, sides), ...forbiddenCalls(anybody, rpcs, sides)]),
    ],
    ["tables, with the secret key", made(() => everyVerb(functions, tables, sides))],
    ["the phone", () => tryByPhone(target.env, sides)],
    ["members", () => tryMemberships(target, sides)],
  ];
  const outcomes: Outcome[] = [];
  for (const [what, tried] of groups) outcomes.push(...await untouched(target, tables, their, what, tried));
  return outcomes;
}

/** Whatever came back: the other clinic's rows must be what they were, byte for byte. */
async function untouched(
  { sql }: Target,
  tables: readonly Table[],
  their: Clinic,
  what: string,
  tried: () => Promise<Outcome[]>,
): Promise<Outcome[]> {
  const before = await digest(sql, tables, their);
  const outcomes = await tried();
  const after = await digest(sql, tables, their);
  const changed = [...after].filter(([table, digest]) => before.get(table) !== digest).map(([table]) => table).join(
    ", ",
  );
  return [...outcomes, {
    actor: "afterwards",
    on: what,
    trick: `the rows of ${their.ownerEmail.replace("owner@", "")}`,
    came: changed === "" ? "0 writes" : `changed: ${changed}`,
    fault: changed === "" ? undefined : `${changed} changed`,
  }];
}

/** A line for every attempt, or for every kind of attempt on a table with what came back how often; faults in full. */
function asText(outcomes: readonly Outcome[], all: boolean): string {
  const table = tableOf([["who", 32], ["on what", 28], ["how", 44], ["what came back", 0]]);
  const faults = outcomes.filter(({ fault }) => fault !== undefined);
  const rows = all ? outcomes.map(({ actor, on, trick, came }) => [actor, on, trick, came]) : summarised(outcomes);
  return [
    table.heading,
    ...rows.map((row) => table.row(row)),
    ...(faults.length === 0 ? [] : ["", "What should not have happened:"]),
    ...faults.map(({ actor, on, trick, came, fault }) => `  ${actor}, ${on}, ${trick}: ${came}\n    ${fault}`),
  ].join("\n");
}

function summarised(outcomes: readonly Outcome[]): string[][] {
  const groups = Map.groupBy(outcomes, ({ actor, on, trick }) => `${actor}\t${on}\t${verbOf(trick)}`);
  return [...groups].map(([group, members]) => {
    const [actor = "", on = "", verb = ""] = group.split("\t");
    const kinds = [...Map.groupBy(members, ({ came }) => came)].toSorted(([, a], [, b]) => b.length - a.length);
    const came = kinds.slice(0, 4).map(([what, of]) => `${of.length}× ${what}`);
    return [actor, on, `${verb} (${members.length} tricks)`, [...came, ...(kinds.length > 4 ? ["…"] : [])].join(" | ")];
  });
}

/** select by their clinic → select. */
function verbOf(trick: string): string {
  const verbs = /^(select|head|count|order|range|embed|insert|upsert|update|move|point|delete|call|token)/;
  return verbs.exec(trick)?.[1] ?? trick;
}

/** `deno task test:regression`. */
export const regressionTest: Command = { usage, run };
