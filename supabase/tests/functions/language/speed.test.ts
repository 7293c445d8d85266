import assert from "node:assert/strict";
import { hear } from "../../../functions/_language/en/hear/hear.ts";
import { CLINIC, NOW } from "./clinics.ts";

/** What makes an expression that backtracks look again and again. */
const HOSTILE: Record<string, (length: number) => string> = {
  blanks: (length) => " ".repeat(length),
  "one letter": (length) => "a".repeat(length),
  "one word": (length) => "tuesday ".repeat(length / 8),
  numbers: (length) => "twenty ".repeat(length / 7),
  digits: (length) => "1".repeat(length),
  "spelled letters": (length) => "b-".repeat(length / 2),
  "signs without a word": (length) => ".-':/".repeat(length / 5),
  "a sentence without an end": (length) =>
    "i can't do any day but not before the week after next or ".repeat(length / 56),
  "signs of an emergency that are none": (length) => "no chest pain not bleeding no trouble ".repeat(length / 38),
  "accents": (length) => "é̂".repeat(length / 2),
};

/** The quickest of some runs: whatever else the machine does only makes it slower. */
function quickest(said: string): number {
  return Math.min(...Array.from({ length: 5 }, () => {
    const began = performance.now();
    hear(said, { kind: "day" }, CLINIC, NOW);
    return performance.now() - began;
  }));
}

for (const [what, write] of Object.entries(HOSTILE)) {
  Deno.test(`${what} without end take no longer than their length`, () => {
    quickest(write(1_000));
    // Eight times as long: eight times the work in a straight line, 64 times when each place looks at all the others.
    const [short, long] = [quickest(write(8_000)), quickest(write(64_000))];
    assert.ok(long < 24 * Math.max(short, 0.5), `${long} ms after ${short} ms`);
  });
}
