import { inDigits } from "./digits.ts";

/** An appointment's code: six digits, keyed or said one by one. Null when there is none. */
export function hearCode(keys: string, words: string): string | null {
  if (keys !== "") return /^\d{6}$/.test(keys) ? keys : null;
  const heard = inDigits(words.slice(0, MOST_CHARACTERS).toLowerCase().match(/\p{L}+|\d+/gu) ?? []);
  return /^\D*(\d{6})\D*$/.exec(heard)?.[1] ?? null;
}

const MOST_CHARACTERS = 100;
