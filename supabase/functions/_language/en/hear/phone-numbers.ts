import type { Country } from "../../locale.ts";
import { digitRows } from "./digits.ts";

/** A telephone number in E.164 out of what was said; null when there is none of the clinic's country. */
export function hearPhone(words: readonly string[], country: Country): string | null {
  const readings = [digitRows(words), digitRows(words, true)];
  // "Area code two one two, then …" is one number all the same.
  const found = readings.flatMap((rows) => [...rows, rows.join("")]).map((row) => phoneOf(row, country))
    .filter((phone) => phone !== null);
  // A few British numbers have a digit less than the others.
  return found.find((phone) => phone.length === FULL_LENGTH[country]) ?? found[0] ?? null;
}

const FULL_LENGTH: Record<Country, number> = { US: "+12125550100".length, GB: "+442079460100".length };

/** The number that digits are, with or without the country's code. */
export function phoneOf(digits: string, country: Country): string | null {
  if (country === "US") {
    // Area code and exchange begin with 2 to 9.
    const national = /^1?([2-9]\d{2}[2-9]\d{6})$/.exec(digits)?.[1];
    return national === undefined ? null : `+1${national}`;
  }
  const national = /^(?:0|00440?|440?)([12378]\d{8,9})$/.exec(digits)?.[1];
  return national === undefined ? null : `+44${national}`;
}
