/** Random choices that can be had again: the same seed makes the same ones. */
import fc from "fast-check";

/** A source of random choices. */
export interface Random {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  /** One of these. */
  pick<Item>(items: readonly Item[]): Item;
  /** The same items in another order. */
  shuffled<Item>(items: readonly Item[]): Item[];
}

/** A source of its own for each seed. */
export function randomOf(seed: number): Random {
  const [draw] = fc.sample(fc.gen(), { seed, numRuns: 1, unbiased: true });
  if (draw === undefined) throw new Error("fast-check gave no generator.");
  const below = (limit: number) => draw(fc.nat, limit - 1);
  return {
    below,
    pick(items) {
      const [item] = items.slice(below(items.length));
      if (item === undefined) throw new RangeError("There is nothing to pick from.");
      return item;
    },
    shuffled(items) {
      const rest = [...items];
      return items.map(() => rest.splice(below(rest.length), 1)).flat();
    },
  };
}
