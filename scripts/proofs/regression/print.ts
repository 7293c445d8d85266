/** The table of attempts and what came back. */
import type { Outcome } from "./attempt.ts";

/** A line for every attempt, or for every kind of attempt on a table with what came back how often; faults in full. */
export function printTable(outcomes: readonly Outcome[], all: boolean): string {
  const faults = outcomes.filter(({ fault }) => fault !== undefined);
  const lines = all ? outcomes.map((one) => line(one.actor, one.on, one.trick, one.came)) : summarised(outcomes);
  return [
    line("who", "on what", "how", "what came back"),
    ...lines,
    ...(faults.length === 0 ? [] : ["", "What should not have happened:"]),
    ...faults.map(({ actor, on, trick, came, fault }) => `  ${actor}, ${on}, ${trick}: ${came}\n    ${fault}`),
  ].join("\n");
}

function summarised(outcomes: readonly Outcome[]): string[] {
  const groups = Map.groupBy(outcomes, ({ actor, on, trick }) => `${actor}\t${on}\t${verbOf(trick)}`);
  return [...groups].map(([group, members]) => {
    const [actor = "", on = "", verb = ""] = group.split("\t");
    const kinds = Map.groupBy(members, ({ came }) => came);
    const came = [...kinds].toSorted(([, a], [, b]) => b.length - a.length).map(([what, of]) =>
      `${of.length}× ${what}`
    );
    return line(
      actor,
      on,
      `${verb} (${members.length} tricks)`,
      came.slice(0, 4).join(" | ") + (came.length > 4 ? " | …" : ""),
    );
  });
}

/** select by their clinic → select. */
function verbOf(trick: string): string {
  const verb = /^(select|head|count|order|range|embed|insert|upsert|update|move|point|delete|call|token)/.exec(trick)
    ?.[1];
  return verb ?? trick;
}

function line(actor: string, on: string, how: string, came: string): string {
  return `${actor.padEnd(32)} ${on.padEnd(28)} ${how.padEnd(44)} ${came}`;
}
