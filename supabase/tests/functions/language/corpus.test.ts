/** What callers say, against what it means. A quarter of each file is held apart and was never tuned on. */
import assert from "node:assert/strict";
import { hear } from "../../../functions/_language/en/hear/hear.ts";
import type { Asked, Findings } from "../../../functions/_language/findings.ts";
import { CLINIC, NOW } from "./clinics.ts";
import { daysReading, errandReading, nameReading, numberReading, timeReading } from "./readings.ts";

type Country = "US" | "GB";
type Line<Reading> = { said: string; held?: true; country?: Country; want: Reading };
type Outcome = { said: string; isHeld: boolean; want: unknown; got: unknown };

function corpus<File>(name: string): File {
  return JSON.parse(Deno.readTextFileSync(new URL(`../corpus/en/${name}.json`, import.meta.url)));
}

function outcomes<One extends Line<unknown>>(
  lines: readonly One[],
  read: (findings: Findings, line: One) => unknown,
  asked: (line: One) => Asked,
): Outcome[] {
  return lines.map((line) => {
    const findings = hear(line.said, asked(line), { ...CLINIC, country: line.country ?? "US" }, NOW);
    return { said: line.said, isHeld: line.held === true, want: line.want, got: read(findings, line) };
  });
}

function shareOf(all: readonly Outcome[], isCounted: (one: Outcome) => boolean): number {
  return all.filter(isCounted).length / all.length;
}

const isRight = ({ want, got }: Outcome) => want === got;

/** Prints the share that is right, of all and of the part kept apart, and sees that each is high enough. */
function expectRight(what: string, all: readonly Outcome[], least: { all: number; held: number }): void {
  const held = all.filter(({ isHeld }) => isHeld);
  const [share, heldShare] = [shareOf(all, isRight), shareOf(held, isRight)];
  console.log(
    `${what}: ${percent(share)} of ${all.length} right, ${percent(heldShare)} of the ${held.length} kept apart`,
  );
  const wrong = all.filter((one) => !isRight(one)).map(({ said, want, got }) => `"${said}" is ${want}, not ${got}`)
    .join("\n");
  assert.ok(share >= least.all, wrong);
  assert.ok(heldShare >= least.held, wrong);
  assert.ok(held.length >= all.length / 5, `${what}: too few lines are kept apart`);
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

type DayLine = { said: string; held?: true; reference?: string; on: Record<string, string> };

function dayOutcomes(): Outcome[] {
  const { todays, lines } = corpus<{ todays: Record<string, { country: Country; now: string }>; lines: DayLine[] }>(
    "days",
  );
  return lines.flatMap(({ said, held, reference, on }) =>
    Object.entries(on).map(([today, want]): Outcome => {
      const { country = "US", now = NOW } = todays[today] ?? {};
      const asked: Asked = { kind: "day", ...(reference !== undefined && { reference }) };
      const got = daysReading(hear(said, asked, { ...CLINIC, country }, now));
      return { said: `${said} (${now})`, isHeld: held === true, want: inOrder(want), got };
    })
  );
}

/** Two readings to be asked have no order. */
function inOrder(reading: string): string {
  return reading.startsWith("? ") ? `? ${reading.slice(2).split(" / ").sort().join(" / ")}` : reading;
}

Deno.test("a day is understood rightly, or asked for, and hardly ever wrongly", () => {
  const all = dayOutcomes();
  expectRight("days", all, { all: 0.98, held: 0.95 });
  const isWrong = (one: Outcome) => !isRight(one) && one.got !== "-" && !String(one.got).startsWith("?");
  console.log(`days understood wrongly: ${percent(shareOf(all, isWrong))}`);
  assert.ok(shareOf(all, isWrong) < 0.005);
});

Deno.test("a time of day is understood as it was said", () => {
  const { lines } = corpus<{ lines: Line<string>[] }>("times");
  expectRight("times", outcomes(lines, timeReading, () => ({ kind: "day" })), { all: 0.98, held: 0.93 });
});

Deno.test("a name is taken out of what it was said in, and nothing else is taken for one", () => {
  const { lines } = corpus<{ lines: (Line<string | null> & { asked?: Asked["kind"] })[] }>("names");
  expectRight("names", outcomes(lines, nameReading, ({ asked = "name" }) => ({ kind: asked })), {
    all: 0.96,
    held: 0.9,
  });
});

Deno.test("phone numbers, codes and dates of birth are understood in every usual way of saying them", () => {
  const { lines } = corpus<{ lines: (Line<string | null> & { asked: Asked["kind"] })[] }>("numbers");
  const all = outcomes(
    lines,
    (findings, { asked }) => numberReading(findings, asked),
    ({ asked }) => ({ kind: asked }),
  );
  expectRight("numbers", all, { all: 0.98, held: 0.93 });
});

Deno.test("yes and no are heard in many words, and doubt as neither", () => {
  const { lines } = corpus<{ lines: (Line<boolean | null> & { deed?: Asked["deed"] })[] }>("yes-no");
  const asked = ({ deed }: { deed?: Asked["deed"] }): Asked => ({
    kind: "yes or no",
    ...(deed !== undefined && { deed }),
  });
  expectRight("yes and no", outcomes(lines, ({ yes }) => yes ?? null, asked), { all: 0.98, held: 0.95 });
});

Deno.test("what a caller calls for is heard in many words", () => {
  const { lines } = corpus<{ lines: Line<string>[] }>("errands");
  expectRight("errands", outcomes(lines, errandReading, () => ({ kind: "help" })), { all: 0.97, held: 0.93 });
});

Deno.test("an emergency is heard in any words, whatever was asked, and a story is none", () => {
  const { lines } = corpus<{ lines: Line<boolean>[] }>("emergencies");
  const kinds: Asked["kind"][] = ["help", "day", "name", "choice", "yes or no", "question"];
  for (const kind of kinds) {
    const all = outcomes(lines, ({ emergency }) => emergency ?? false, () => ({ kind }));
    expectRight(`emergencies, asked for ${kind}`, all, { all: 0.98, held: 0.95 });
    assert.deepEqual(all.filter(({ want, got, isHeld }) => want === true && got === false && !isHeld), []);
  }
});
