/** Files that are written from the database: its types, and the page about its API. The same on every machine. */
import { run } from "../stack/child.ts";
import { exists, join, relative } from "../stack/paths.ts";
import { repositoryDir, type Settings } from "../stack/settings.ts";
import { generateTypes } from "../stack/supabase-cli.ts";
import { apiPage } from "./api-page.ts";

/** Each path in the repository, with what its text comes from before `deno fmt` lays it out. */
const generators: Record<string, (settings: Settings, signal: AbortSignal) => Promise<string>> = {
  "supabase/functions/_shared/database.types.ts": async (settings, signal) =>
    `// Written by \`deno task types\`; do not edit.\n${await generateTypes(settings, signal)}`,
  "docs/api.md": apiPage,
};

/** Writes those that are out of date, and gives their paths; with `write` false it only looks. */
export async function generateFiles(settings: Settings, write: boolean, signal: AbortSignal): Promise<string[]> {
  const outdated: string[] = [];
  for (const [path, generate] of Object.entries(generators)) {
    const file = join(repositoryDir, path);
    const text = await formatted(path, await generate(settings, signal), signal);
    if (exists(file) && Deno.readTextFileSync(file) === text) continue;
    outdated.push(relative(repositoryDir, file));
    if (write) Deno.writeTextFileSync(file, text);
  }
  return outdated;
}

async function formatted(path: string, text: string, signal: AbortSignal): Promise<string> {
  const unformatted = await Deno.makeTempFile({ suffix: path.slice(path.lastIndexOf(".")) });
  try {
    Deno.writeTextFileSync(unformatted, text);
    const config = join(repositoryDir, "deno.json");
    await run(Deno.execPath(), { args: ["fmt", "--quiet", "--config", config, unformatted], signal });
    return Deno.readTextFileSync(unformatted);
  } finally {
    Deno.removeSync(unformatted);
  }
}
