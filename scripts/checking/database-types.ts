/** The types of the database, as the CLI makes them and `deno fmt` lays them out: the same on every machine. */
import { run } from "../stack/child.ts";
import { join } from "../stack/paths.ts";
import { repositoryDir, type Settings } from "../stack/settings.ts";
import { generateTypes } from "../stack/supabase-cli.ts";

/** Where they lie. */
export const typesFile = join(repositoryDir, "supabase/functions/_shared/database.types.ts");

/** The text that the file should have. */
export async function readDatabaseTypes(settings: Settings, signal: AbortSignal): Promise<string> {
  const generated = await generateTypes(settings, signal);
  const unformatted = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    Deno.writeTextFileSync(unformatted, `// Written by \`deno task types\`; do not edit.\n${generated}`);
    const config = join(repositoryDir, "deno.json");
    await run(Deno.execPath(), { args: ["fmt", "--quiet", "--config", config, unformatted], signal });
    return Deno.readTextFileSync(unformatted);
  } finally {
    Deno.removeSync(unformatted);
  }
}
