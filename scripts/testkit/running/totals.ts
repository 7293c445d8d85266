/** The last line of every proof: "N passed, N failed". */
import type { Count } from "./tap.ts";

export type { Count };

/** Reads it. A run that ended badly without a failure in its total has failed once, as has one without a total. */
export function readTotal(output: string, success: boolean): Count {
  const last = [...output.matchAll(/^(\d[\d,]*) passed, (\d[\d,]*) failed$/gm)].at(-1);
  const number = (digits = "0") => Number(digits.replaceAll(",", ""));
  const count = { passed: number(last?.[1]), failed: number(last?.[2]) };
  const isSound = success && last !== undefined;
  return isSound || count.failed > 0 ? count : { ...count, failed: 1 };
}

/** Prints the last line of a proof, and gives its exit code. */
export function conclude({ passed, failed }: Count): number {
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

/** All of them together. */
export function sumOf(counts: readonly Count[]): Count {
  return counts.reduce((sum, { passed, failed }) => ({ passed: sum.passed + passed, failed: sum.failed + failed }), {
    passed: 0,
    failed: 0,
  });
}
