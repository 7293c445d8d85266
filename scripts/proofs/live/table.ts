/** The table that people read: one line for each trial. */
import type { Verdict } from "./ordeal.ts";

const COLUMNS: readonly (readonly [title: string, width: number, cell: (row: Verdict) => string])[] = [
  ["call or request", 20, (row) => row.what],
  ["step", 27, (row) => row.step],
  ["fault", 7, (row) => row.fault],
  ["what the caller heard", 36, (row) => row.heard],
  ["ms", 5, (row) => String(Math.round(row.ms))],
  ["what staff got", 22, (row) => row.staff],
  ["what Sentry got", 44, (row) => row.sentry.replace(/^DatabaseError: /, "")],
  ["verdict", 7, (row) => row.wrong.length === 0 ? "pass" : "FAIL"],
];

/** The heading, with a rule below it. */
export function heading(): string {
  const line = printed(COLUMNS.map(([title, width]) => [title, width]));
  return `${line}\n${"─".repeat(line.length)}`;
}

/** A row, and below it what is wrong. */
export function printedRow(row: Verdict): string {
  const line = printed(COLUMNS.map(([, width, cell]) => [cell(row), width]));
  return [line, ...row.wrong.map((what) => `    ! ${what}`)].join("\n");
}

function printed(cells: readonly (readonly [text: string, width: number])[]): string {
  return cells.map(([text, width]) => fitted(text, width)).join("  ").trimEnd();
}

function fitted(text: string, width: number): string {
  const plain = text.replace(/\s+/g, " ");
  return plain.length > width ? `${plain.slice(0, width - 1)}…` : plain.padEnd(width);
}
