/** A part of all layers, when there is no time for all: some of every kind. */
import type { Layer } from "./layers.ts";

/** The first objects of each kind, from a place that differs from kind to kind, so that together they touch many tables. */
export function chooseLayers(layers: readonly Layer[], perKind: number): Layer[] {
  const kinds = Map.groupBy(layers, ({ kind }) => kind);
  return [...kinds.values()].flatMap((ofKind, at) => {
    const from = (at * 7) % ofKind.length;
    return [...ofKind.slice(from), ...ofKind.slice(0, from)].slice(0, perKind);
  });
}
