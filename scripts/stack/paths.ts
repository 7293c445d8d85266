/** Paths, from Deno's own copy of Node's modules, since nothing here may come from outside the npm registry. */
export { basename, dirname, join, relative, resolve } from "node:path";
export { fileURLToPath as fromFileUrl, pathToFileURL as pathToFileUrl } from "node:url";

/** Whether there is a file or folder of this name. */
export function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
