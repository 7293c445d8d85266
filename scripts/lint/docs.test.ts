/** What the pages say is there, is there. */
import assert from "node:assert/strict";
import { sources } from "../testkit/sources.ts";

const repositoryDir = new URL("../..", import.meta.url).pathname;

const page = (path: string) => Deno.readTextFileSync(repositoryDir + path);

/** How a variable is read: by name, or as a member of whatever the environment is called there. */
const reads = [
  /(?:setting|Setting|env\.get|port|needed)\((?:\w+, )?"([A-Z][A-Z_]+)"/g,
  /\b(?:env|environment|settings)\.([A-Z][A-Z_]+)\b/g,
];

/** What one of the stack's processes tells another. */
const internal = ["GATEWAY_SETTINGS"];

/** Whether the repository has a file or folder of this name, in which `*` stands for anything. */
function isThere(path: string): boolean {
  const [, folder = "", name = ""] = /^(.*?)([^/]*)\/?$/.exec(path) ?? [];
  const pattern = new RegExp(`^${name.replaceAll(".", "\\.").replaceAll("*", ".*")}$`);
  try {
    return [...Deno.readDirSync(repositoryDir + folder)].some((entry) => pattern.test(entry.name));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

Deno.test("every file and folder that a page names is there", () => {
  const pages = [
    "README.md",
    "CONTRIBUTING.md",
    ...[...Deno.readDirSync(`${repositoryDir}docs`)].map(({ name }) => `docs/${name}`),
  ];
  const named = pages.filter((path) => path.endsWith(".md")).flatMap((path) =>
    [...page(path).matchAll(/`((?:supabase|scripts|docs)\/[\w./*-]+)`/g)].map(([, name]) => `${name}`)
  );
  assert.ok(named.length > 20);
  assert.deepEqual(named.filter((path) => !isThere(path)), []);
});

Deno.test("every environment variable is documented, and nothing is documented that nobody reads", () => {
  const texts = ["scripts", "supabase"].flatMap((folder) =>
    [...sources(repositoryDir + folder)].map((path) => Deno.readTextFileSync(path))
  );
  const read = texts.flatMap((text) => reads.flatMap((pattern) => [...text.matchAll(pattern)].map(([, name]) => name)));
  const documented = [...page("docs/environment.md").matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => `${name}`);
  const missing = read.filter((name) => ![...documented, ...internal].includes(`${name}`));
  const idle = documented.filter((name) => !texts.some((text) => new RegExp(`\\b${name}\\b`).test(text)));
  assert.deepEqual({ missing, idle }, { missing: [], idle: [] });
});
