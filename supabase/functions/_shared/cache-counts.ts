/** How often what was looked up in memory was there, since the last time that somebody asked. */
export type CacheCounts = { hits: number; misses: number };

let counts: CacheCounts = { hits: 0, misses: 0 };

/** Counts one look into a cache. */
export function countLookup(isHit: boolean): void {
  if (isHit) counts.hits++;
  else counts.misses++;
}

/** Gives the counts away and begins again, so that each lookup is told once. */
export function takeCacheCounts(): CacheCounts {
  const taken = counts;
  counts = { hits: 0, misses: 0 };
  return taken;
}
