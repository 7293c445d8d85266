/** `deno task bundles`: how large each function is when it is deployed. */
import { build } from "@deno/eszip";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { brotliCompressSync, constants } from "node:zlib";
import { runCommand } from "./command/command.ts";
import { z } from "zod";
import { readFunctions } from "./stack/project.ts";
import { repositoryDir } from "./stack/settings.ts";

const usage = `deno task bundles

Packs each function as a deployment does, its modules and all of each npm package behind them, and says how large that is.
Fails when one is larger than Supabase takes for bundling on its servers.`;

/** https://supabase.com/docs/guides/functions/limits, as of November 2026. */
const MOST_PACKED = 5_000_000;

/** What a deployment compresses with. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 6, [constants.BROTLI_PARAM_LGWIN]: 22 } };

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  parseArgs({ args: [...args], options: {} });
  let isTooLarge = false;
  for (const { name, entry } of readFunctions(join(repositoryDir, "supabase"))) {
    signal.throwIfAborted();
    const modules = await packModules(entry);
    const packages = await readPackages(entry);
    const files = packages.map(({ bytes }) => bytes);
    const packed = brotliCompressSync(Buffer.concat([modules, ...files]), BROTLI).byteLength;
    isTooLarge ||= packed > MOST_PACKED;
    const largest = packages.slice(0, 4).map((one) => `${one.name} ${megabytes(one.bytes.byteLength)}`);
    console.log(
      `${name.padEnd(15)} ${megabytes(packed)} packed: modules ${megabytes(modules.byteLength)}, ` +
        `${packages.length} packages (${largest.join(", ")}, …)`,
    );
  }
  console.log(
    isTooLarge ? `\nOne is larger than ${megabytes(MOST_PACKED)}.` : `\nAll are below ${megabytes(MOST_PACKED)}.`,
  );
  return isTooLarge ? 1 : 0;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}

/** Our own modules as an eszip; packages are put beside them as they are. */
function packModules(entry: string): Promise<Uint8Array> {
  return build([pathToFileURL(entry).href], (specifier) => {
    if (!specifier.startsWith("file:")) return Promise.resolve({ kind: "external", specifier });
    return Promise.resolve({ kind: "module", specifier, content: Deno.readTextFileSync(new URL(specifier)) });
  }, pathToFileURL(join(repositoryDir, "supabase/functions/deno.json")).href);
}

/** What of `deno info --json` says which code leads to which packages. */
const Graph = z.object({
  modules: z.array(z.object({
    specifier: z.string(),
    npmPackage: z.string().optional(),
    dependencies: z.array(z.object({ code: z.object({ specifier: z.string() }).optional() })).default([]),
  })),
  redirects: z.record(z.string(), z.string()),
  npmPackages: z.record(
    z.string(),
    z.object({ name: z.string(), dependencies: z.array(z.string()), localPath: z.string() }),
  ),
});

/**
 * The packages that a function's code leads to, at once or later, each with all its files: types and source maps are
 * deployed too. What is imported for its types alone is not.
 */
async function readPackages(entry: string): Promise<{ name: string; bytes: Uint8Array }[]> {
  // As on the server, which knows neither the workspace around the functions nor its lock file.
  const importMap = `--import-map=${join(repositoryDir, "supabase/functions/deno.json")}`;
  const alone = ["--no-config", "--no-lock", "--quiet", importMap, entry];
  await deno("cache", ...alone);
  const { modules, redirects, npmPackages } = Graph.parse(JSON.parse(await deno("info", "--json", ...alone)));

  const moduleAt = new Map(modules.map((module) => [module.specifier, module]));
  const found = new Set([pathToFileURL(entry).href]);
  const names = new Set<string>();
  for (const specifier of found) {
    const { npmPackage, dependencies = [] } = moduleAt.get(specifier) ?? {};
    if (npmPackage !== undefined) names.add(npmPackage);
    for (const { code } of dependencies) {
      if (code !== undefined) found.add(redirects[code.specifier] ?? code.specifier);
    }
  }
  for (const name of names) npmPackages[name]?.dependencies.forEach((behind) => names.add(behind));
  return [...names].flatMap((id) => npmPackages[id] ?? [])
    .map(({ name, localPath }) => ({ name, bytes: Buffer.concat([...filesIn(localPath)]) }))
    .sort((one, other) => other.bytes.byteLength - one.bytes.byteLength);
}

function* filesIn(folder: string): Generator<Uint8Array> {
  for (const { name, isDirectory, isFile } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* filesIn(join(folder, name));
    if (isFile) yield Deno.readFileSync(join(folder, name));
  }
}

async function deno(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

await runCommand({ usage, run: main });
