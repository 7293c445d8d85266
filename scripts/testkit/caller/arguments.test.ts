import assert from "node:assert/strict";
import { readArguments, USAGE } from "./arguments.ts";

const DEFAULTS = { kind: "call", to: "+12125550100", from: "+12125550123", answers: null, print: "transcript" };

Deno.test("without options an unknown caller rings the first demo clinic and answers at the keyboard", () => {
  assert.deepEqual(readArguments([]), DEFAULTS);
});

Deno.test("the answers are all arguments up to the next option, silence among them", () => {
  assert.deepEqual(readArguments(["--answers", "1", "", "say:next tuesday", "--to", "+44 20 7946 0100", "--quiet"]), {
    ...DEFAULTS,
    to: "+442079460100",
    answers: ["1", "", "say:next tuesday"],
    print: "summary",
  });
  assert.deepEqual(readArguments(["--answers", "--json"]), { ...DEFAULTS, answers: [], print: "json" });
});

Deno.test("a number can be written as people write it, and a caller can withhold theirs", () => {
  assert.deepEqual(readArguments(["--from=+1 (212) 555-0177"]), { ...DEFAULTS, from: "+12125550177" });
  assert.deepEqual(readArguments(["--from", "Anonymous"]), { ...DEFAULTS, from: "anonymous" });
});

for (
  const [args, because] of [
    [["--to", "12125550100"], '"12125550100" is not a phone number: write it like +12125550100.'],
    [["--from", "Ada"], '"Ada" is not a phone number: write it like +12125550100.'],
    [["--to", "anonymous"], '"anonymous" is not a phone number: write it like +12125550100.'],
    [["--to"], "--to needs a phone number."],
    [["--from", "--quiet"], "--from needs a phone number."],
    [["--loud"], 'There is no option "--loud".'],
    [["1", "2"], 'There is no option "1".'],
    [["--quiet", "--json"], "--quiet and --json exclude each other."],
  ] as const
) {
  Deno.test(`"${args.join(" ")}" is wrong, and a sentence says why`, () => {
    assert.deepEqual(readArguments(args), { kind: "wrong", because });
  });
}

Deno.test("help is given before anything else is looked at, and names every option", () => {
  assert.deepEqual(readArguments(["--help", "--nonsense"]), { kind: "help" });
  for (const option of ["--to", "--from", "--answers", "--quiet", "--json"]) assert.ok(USAGE.includes(option), option);
});
