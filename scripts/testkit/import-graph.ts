/** Which module imports which, as Deno itself reads and resolves it. */
import { pathToFileUrl } from "../stack/paths.ts";
import { repositoryDir } from "../stack/settings.ts";

/** One import of a module. */
export type Import = {
  /** The address of what is imported: a file's, or an npm package's. */
  specifier: string;
  /** Whether it is loaded before the module runs: not only for its types, and not later, when it is asked for. */
  isLoadedFirst: boolean;
};

/** Each module that the files lead to, by its address, with what it imports. */
export type ImportGraph = ReadonlyMap<string, readonly Import[]>;

type Told = {
  modules: {
    specifier: string;
    error?: string;
    dependencies?: { isDynamic?: boolean; code?: { specifier?: string }; type?: { specifier?: string } }[];
  }[];
};

/** Reads what the files import, for types and at a later moment too, and what those import in turn. */
export async function readImports(paths: readonly string[]): Promise<ImportGraph> {
  // Deno takes one file at a time, which costs a second; one that imports them all costs the same for all.
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(entry, paths.map((path) => `import "${pathToFileUrl(path)}";\n`).join(""));
  try {
    const args = ["info", "--json", "--config", `${repositoryDir}/deno.json`, entry];
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    const { modules }: Told = JSON.parse(new TextDecoder().decode(stdout));
    const broken = modules.find(({ error }) => error !== undefined);
    if (broken !== undefined) throw new Error(`${broken.specifier}: ${broken.error}`);
    const graph = modules.map(({ specifier, dependencies = [] }): [string, Import[]] => [
      specifier,
      dependencies.flatMap(({ isDynamic, code, type }) => [
        ...(code?.specifier === undefined ? [] : [{ specifier: code.specifier, isLoadedFirst: isDynamic !== true }]),
        ...(type?.specifier === undefined ? [] : [{ specifier: type.specifier, isLoadedFirst: false }]),
      ]),
    ]);
    return new Map(graph.filter(([specifier]) => specifier !== pathToFileUrl(entry).href));
  } finally {
    await Deno.remove(entry);
  }
}

/** The npm packages that a file loads before it runs. */
export async function packagesLoadedBy(path: string): Promise<string[]> {
  const graph = await readImports([path]);
  const loaded = new Set([pathToFileUrl(path).href]);
  for (const module of loaded) {
    for (const { specifier, isLoadedFirst } of graph.get(module) ?? []) {
      if (isLoadedFirst) loaded.add(specifier);
    }
  }
  return [...loaded].filter((specifier) => specifier.startsWith("npm:"))
    .map((specifier) => specifier.replace(/^npm:\/?/, "").replace(/(?<=.)@[^/]*/, ""));
}

/** Every circle that is come upon in following the arrows, each as the way around it: a, b, a. */
export function findCircles(arrows: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const follow = (from: string, way: readonly string[]) => {
    const at = way.indexOf(from);
    if (at >= 0) circles.push([...way.slice(at), from]);
    if (at >= 0 || done.has(from)) return;
    for (const to of arrows.get(from) ?? []) follow(to, [...way, from]);
    done.add(from);
  };
  for (const from of arrows.keys()) follow(from, []);
  return circles;
}
