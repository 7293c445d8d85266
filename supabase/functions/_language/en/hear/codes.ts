import { digitRows } from "./digits.ts";

/** An appointment's code: six digits. Null when there is none, or more than one. */
export function hearCode(words: readonly string[]): string | null {
  const rows = digitRows(words);
  const codes = rows.filter((row) => row.length === 6);
  if (codes.length === 1) return codes[0] ?? null;
  const joined = rows.join("");
  return rows.length > 1 && joined.length === 6 ? joined : null;
}
