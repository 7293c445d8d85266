import { join } from "../stack/paths.ts";

/** Every TypeScript file of ours under a folder. */
export function* sources(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory && name !== "node_modules") yield* sources(join(folder, name));
    else if (name.endsWith(".ts")) yield join(folder, name);
  }
}
