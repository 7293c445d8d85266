/** The Test Anything Protocol, as pgTAP speaks it: a plan, then one line a test, with remarks between. */

/** How many tests passed and failed. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** What a file's output comes to, and the lines that say what went wrong. */
export interface TapResult extends Count {
  readonly complaints: string[];
}

/** Reads the output of one file. A test that was planned and never ran has failed. */
export function readTap(lines: readonly string[]): TapResult {
  let planned: number | undefined;
  let passed = 0;
  let failed = 0;
  let complaining = false;
  const complaints: string[] = [];
  for (const line of lines) {
    const plan = /^1\.\.(\d+)/.exec(line);
    const test = /^(not )?ok\b(.*)$/.exec(line);
    if (plan) planned = Number(plan[1]);
    else if (test) {
      const expected = /# (TODO|SKIP)\b/i.test(test[2] ?? "");
      complaining = test[1] !== undefined && !expected;
      if (complaining) failed += 1;
      else passed += 1;
    }
    if (test ? complaining : complaining && line.startsWith("#")) complaints.push(line);
  }
  const ran = passed + failed;
  if (planned === undefined) {
    complaints.push("# The file made no plan.");
    failed += 1;
  } else if (ran < planned) {
    complaints.push(`# ${planned} tests were planned and ${ran} ran.`);
    failed += planned - ran;
  } else if (ran > planned) {
    complaints.push(`# ${planned} tests were planned and ${ran} ran.`);
    failed += 1;
  }
  return { passed, failed, complaints };
}
