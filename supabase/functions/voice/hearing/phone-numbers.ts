import type { Locale } from "../../_language/locale.ts";

/** A telephone number that was keyed in, in E.164; null when it cannot be one of the clinic's country. */
export function keyedPhone(keys: string, locale: Locale): string | null {
  const digits = keys.replace(/\D/g, "");
  return locale === "en-GB" ? british(digits) : american(digits);
}

/** Area code and exchange begin with 2 to 9; the 1 before them may be left out. */
function american(digits: string): string | null {
  const national = /^1?([2-9]\d{2}[2-9]\d{6})$/.exec(digits);
  return national === null ? null : `+1${national[1]}`;
}

/** Nine or ten digits after the leading nought, or after the country code that may stand for it. */
function british(digits: string): string | null {
  const national = /^(?:0|0044|44)([12378]\d{8,9})$/.exec(digits);
  return national === null ? null : `+44${national[1]}`;
}
