import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { asTyped, BadArguments, exitCodeOf, Refused, wholeNumber } from "./command.ts";

const usage = "deno task greet [--loudly]\n";
const typed = asTyped(usage.trimEnd());
const never = new AbortController().signal;

/** A command that does what it is given, and what it says while it runs. */
async function ending(run: (args: readonly string[]) => number, args: string[] = [], signal = never) {
  const said: string[] = [];
  const { log, error } = console;
  console.log = console.error = (text: string) => said.push(text);
  try {
    const code = await exitCodeOf({ usage, run: (args) => Promise.resolve().then(() => run(args)) }, args, signal);
    return { code, said: said.join("\n") };
  } finally {
    Object.assign(console, { log, error });
  }
}

Deno.test("a command ends as it says itself", async () => {
  assert.deepEqual(await ending(() => 0), { code: 0, said: "" });
  assert.deepEqual(await ending(() => 1), { code: 1, said: "" });
});

Deno.test("asked for help, it tells how it is used and does nothing", async () => {
  for (const help of ["--help", "-h"]) {
    assert.deepEqual(await ending(() => assert.fail("it ran"), [help]), { code: 0, said: typed });
  }
});

Deno.test("an option that it does not know ends in a sentence and the usage", async () => {
  const { code, said } = await ending((args) => {
    parseArgs({ args: [...args], options: { loudly: { type: "boolean" } } });
    return 0;
  }, ["--quietly"]);
  assert.equal(code, 2);
  assert.match(said, /^Unknown option '--quietly'/);
  assert.ok(said.endsWith(`\n\n${typed}`));
});

Deno.test("what it refuses is said in a sentence, without the usage", async () => {
  const refused = await ending(() => {
    throw new Refused("There is no stack.");
  });
  assert.deepEqual(refused, { code: 1, said: "There is no stack." });
});

Deno.test("stopped, it says so, whatever was thrown on the way out", async () => {
  const stopped = await ending(
    () => {
      throw new TypeError("cut off");
    },
    [],
    AbortSignal.abort(),
  );
  assert.deepEqual(stopped, { code: 130, said: "Stopped; nothing is left running." });
});

Deno.test("what nobody foresaw is not hidden", async () => {
  await assert.rejects(
    ending(() => {
      throw new TypeError("unforeseen");
    }),
    /unforeseen/,
  );
});

Deno.test("a number is whole and within its limits, or refused in a sentence", () => {
  assert.equal(wholeNumber("rounds", undefined, 3, 1, 4000), 3);
  assert.equal(wholeNumber("rounds", "12", 3, 1, 4000), 12);
  for (const bad of ["0", "4001", "1.5", "many", "", " "]) {
    assert.throws(
      () => wholeNumber("rounds", bad, 3, 1, 4000),
      new BadArguments(`--rounds takes a whole number from 1 to 4,000, not "${bad}".`),
    );
  }
});

Deno.test("whoever has only Node is told commands by npx, and whoever has Deno the short ones", () => {
  const told = (startedBy: string) => {
    const before = Deno.env.get("npm_lifecycle_event");
    Deno.env.set("npm_lifecycle_event", startedBy);
    try {
      return asTyped('Start it with "deno task start".');
    } finally {
      if (before === undefined) Deno.env.delete("npm_lifecycle_event");
      else Deno.env.set("npm_lifecycle_event", before);
    }
  };
  assert.equal(told("npx"), `Start it with "npx -y deno@${Deno.version.deno} task start".`);
  assert.equal(told(""), 'Start it with "deno task start".');
});
