/** Random numbers that can be had again: the same seed gives the same. */

/** Numbers from 0 to just below 1. */
export type Random = () => number;

/** A generator for a seed and a name, so that each race and round has its own (mulberry32 over an FNV-1a hash). */
export function randomOf(seed: number, name: string): Random {
  let state = 2166136261 ^ seed;
  for (const character of name) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 16777619);
  return () => {
    state = (state + 0x6D2B79F5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A whole number from 0 to just below the limit. */
export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}
