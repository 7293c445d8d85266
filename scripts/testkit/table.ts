/** Tables that people read, a line at a time. */

/** A column's heading and width; numbers stand at its right edge. */
export type Column = readonly [heading: string, width: number, edge?: "right"];

/** How its lines are written. */
export interface Table {
  /** The headings, with a rule below them. */
  readonly heading: string;
  row(cells: readonly (string | number)[]): string;
}

/** A table with these columns. What is too long for its column is cut off, except in the last. */
export function tableOf(columns: readonly Column[]): Table {
  const row = (cells: readonly (string | number)[]) =>
    columns.map(([, width, edge], at) => {
      const text = String(cells[at] ?? "").replace(/\s+/g, " ");
      if (edge === "right") return text.padStart(width);
      const isCut = text.length > width && at < columns.length - 1;
      return isCut ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
    }).join("  ").trimEnd();
  const titles = row(columns.map(([heading]) => heading));
  return { heading: `${titles}\n${"─".repeat(titles.length)}`, row };
}
