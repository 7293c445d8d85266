/** docs/environment.md names every variable that is read, and no other. */
import assert from "node:assert/strict";
import { sources } from "../testkit/sources.ts";

const repositoryDir = new URL("../..", import.meta.url).pathname;

/** How a variable is read: by name, or as a member of whatever the environment is called there. */
const reads = [
  /(?:setting|Setting|env\.get|port|needed)\((?:\w+, )?"([A-Z][A-Z_]+)"/g,
  /\b(?:env|environment|settings)\.([A-Z][A-Z_]+)\b/g,
];

/** What one of the stack's processes tells another. */
const internal = ["GATEWAY_SETTINGS"];

Deno.test("every environment variable is documented, and nothing is documented that nobody reads", () => {
  const texts = ["scripts", "supabase"].flatMap((folder) =>
    [...sources(repositoryDir + folder)].map((path) => Deno.readTextFileSync(path))
  );
  const read = texts.flatMap((text) => reads.flatMap((pattern) => [...text.matchAll(pattern)].map(([, name]) => name)));
  const page = Deno.readTextFileSync(`${repositoryDir}docs/environment.md`);
  const documented = [...page.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => `${name}`);
  const missing = read.filter((name) => ![...documented, ...internal].includes(`${name}`));
  const idle = documented.filter((name) => !texts.some((text) => new RegExp(`\\b${name}\\b`).test(text)));
  assert.deepEqual({ missing, idle }, { missing: [], idle: [] });
});
