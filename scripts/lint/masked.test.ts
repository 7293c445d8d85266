import assert from "node:assert/strict";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import masked from "./masked.ts";
import { sources } from "../testkit/sources.ts";

const FUNCTIONS = new URL("../../supabase/functions/", import.meta.url);

function rulesBrokenBy(source: string, file = "voice/turn.ts"): string[] {
  return Deno.lint.runPlugin(masked, `/repo/supabase/functions/${file}`, source).map(({ id }) => id);
}

const LEAKING = {
  "an error's message": "try { f(); } catch (e) { return new Response(e.message); }",
  "an error's stack": "try { f(); } catch (why) { return Response.json({ trace: why.stack }); }",
  "a message kept for later": "const text = failure.message; return new Response(text);",
  "a message by its name in brackets": 'return new Response(x["message"]);',
  "a message taken apart": "const { message } = await ask(); return new Response(message);",
  "a Postgrest error": "const { data, error } = await rpc(); if (error) return Response.json(error);",
  "a Postgrest error inside an object": "return Response.json({ success: false, why: [error] });",
  "a Postgrest error spread out": "return Response.json({ ...error });",
  "a Postgrest error of a result": "return Response.json(result.error);",
  "a Postgrest error's details": "say(error.details);",
  "a Postgrest error's hint": "say(result.error.hint);",
  "an error in a template": "return twimlAnswer(`<Say>${error}</Say>`);",
  "an error added to a text": 'return new Response("sorry: " + err);',
  "an error as a string": "say(String(thrown));",
  "an error that turns itself into a string": "say(thrown.toString());",
  "an error as JSON": "say(JSON.stringify({ thrown }));",
  "what an error was caused by": "say(error.cause);",
  "an error made one": "say(asError(x).message);",
  "one of two": "return new Response(ok ? text : error);",
  "what was caught, whatever it is called": "try { f(); } catch (x) { return Response.json({ x }); }",
  "what was caught, as a string": "try { f(); } catch (oops) { return new Response(String(oops)); }",
  "what was caught, in a template": "try { f(); } catch (oops) { return new Response(`sorry: ${oops}`); }",
  "what a promise was rejected with": "return await f().catch((x) => new Response(x));",
  "a rejection, handed over": "return await f().then(answer, (x) => Response.json(x));",
  "a Postgrest error by another name": "const { error: x } = await rpc(); return Response.json(x);",
};
for (const [what, source] of Object.entries(LEAKING)) {
  Deno.test(`lint forbids ${what} in an answer`, () => {
    assert.ok(rulesBrokenBy(source).includes("masked/no-error-in-answer"), source);
  });
}

Deno.test("lint allows what tells nothing of an error", () => {
  const harmless = [
    "try { f(); } catch (thrown) { context.report(thrown); return maskedAnswer(channel); }",
    'twiml.message("See you then.");',
    "throw new DatabaseError(operation, error.code);",
    "const message: Step = { ask };",
    'return Response.json({ success: false, error: "I\'m having trouble." });',
    "if (thrown instanceof Error) log(thrown.name);",
  ];
  for (const source of harmless) assert.deepEqual(rulesBrokenBy(source), [], source);
  assert.deepEqual(Deno.lint.runPlugin(masked, "/repo/scripts/call.ts", "console.error(error.message);"), []);
});

Deno.test("lint lets only those read errors who answer nobody", () => {
  assert.deepEqual(rulesBrokenBy("console.error(error.message);", "_shared/watch.ts"), []);
  assert.deepEqual(rulesBrokenBy("return new Response(error.message);", "_shared/watch.ts"), [
    "masked/no-error-in-answer",
  ]);
});

const WRAPPED =
  'import { webhook } from "../_shared/webhook.ts";\nexport default { fetch: webhook({ name: "voice" }) };';

Deno.test("lint finds a function that is served outside the wrapper", () => {
  const unwrapped = [
    "export default { fetch: () => new Response() };",
    "export default { fetch: webhook({}) };",
    'import { webhook } from "./webhook.ts"; export default { fetch: webhook({}) };',
    "Deno.serve(() => new Response());",
    `${WRAPPED} Deno.serve(handler);`,
    `${WRAPPED} export const other = 1;`,
    `${WRAPPED} addEventListener("fetch", handler);`,
    'import { webhook } from "../_shared/webhook.ts"; export default { fetch: other(webhook({})) };',
    'import { webhook } from "../_shared/webhook.ts"; export default { fetch: webhook({}), port: 1 };',
    "",
  ];
  for (const source of unwrapped) {
    assert.ok(rulesBrokenBy(source, "voice/index.ts").includes("masked/served-by-webhook"), source);
  }
  assert.deepEqual(rulesBrokenBy(WRAPPED, "voice/index.ts"), []);
});

Deno.test("no function of ours is served outside the wrapper, and none tells of an error", () => {
  const entries: string[] = [];
  for (const file of sources(fileURLToPath(FUNCTIONS))) {
    const source = Deno.readTextFileSync(file);
    const path = relative(fileURLToPath(FUNCTIONS), file);
    assert.deepEqual(rulesBrokenBy(source, path), [], path);
    if (path.endsWith("/index.ts")) entries.push(path.replace("/index.ts", ""));
  }
  const folders = [...Deno.readDirSync(FUNCTIONS)]
    .filter(({ name, isDirectory }) => isDirectory && !name.startsWith("_") && name !== "node_modules");
  assert.deepEqual(entries.sort(), folders.map(({ name }) => name).sort());

  const config = Deno.readTextFileSync(new URL("../config.toml", FUNCTIONS));
  const listed = [...config.matchAll(/^\[functions\.([\w-]+)\]$/gm)].map(([, name = ""]) => name);
  assert.deepEqual(listed.sort(), entries);
});
