/** One function in a process of its own beside the stack, as the stack runs it, with whatever settings. */
import { freePort } from "../stack/claims.ts";
import { spawn } from "../stack/child.ts";
import { LOAD_WHEN_NEEDED, untilItListens } from "../stack/functions.ts";
import { exists, fromFileUrl, join, pathToFileUrl } from "../stack/paths.ts";
import { type EdgeFunction, readFunctions } from "../stack/project.ts";
import { repositoryDir } from "../stack/settings.ts";
import type { StackEnvironment } from "./environment.ts";

const host = fromFileUrl(new URL("../stack/function-host.ts", import.meta.url));

/** Every function of the project, as its configuration lists them. */
export function projectFunctions(): EdgeFunction[] {
  return readFunctions(join(repositoryDir, "supabase"));
}

/** A process that serves one function. */
export interface LoneFunction extends AsyncDisposable {
  readonly url: string;
  /** From the start of the process until it took connections. */
  readonly loadMs: number;
  /** All that it has printed. */
  log(): string;
  /** The processor time of the process so far; null where the system does not tell. Others at work change it little. */
  processorMs(): number | null;
}

/** What a function finds in its environment: that of the stack, changed. */
export function functionEnvironment(
  env: StackEnvironment,
  changes: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const inherited = ["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME", "TMPDIR", "LANG"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  return {
    ...Object.fromEntries(inherited),
    SUPABASE_URL: env.API_URL ?? "",
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: env.SECRET_KEY }),
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: env.PUBLISHABLE_KEY }),
    WORKER_KEY: env.WORKER_KEY ?? "",
    TWILIO_ACCOUNT_SID: env.TWILIO_ACCOUNT_SID ?? "",
    TWILIO_AUTH_TOKEN: env.TWILIO_AUTH_TOKEN ?? "",
    TWILIO_API_URL: env.TWILIO_API_URL ?? "",
    PUBLIC_FUNCTIONS_URL: env.PUBLIC_FUNCTIONS_URL ?? "",
    SB_REGION: "local",
    ...changes,
  };
}

/** Starts one and waits until it listens; an import map takes the place of the functions' own. */
export async function startLoneFunction(
  entry: string,
  environment: Record<string, string>,
  importMap?: string,
): Promise<LoneFunction> {
  const port = freePort();
  // Without the configuration, whose own imports would win over the map's.
  const map = importMap === undefined ? [] : ["--no-config", `--import-map=${importMap}`];
  const began = performance.now();
  const decoder = new TextDecoder();
  let log = "";
  const child = spawn(Deno.execPath(), {
    args: ["run", "--quiet", LOAD_WHEN_NEEDED, "--allow-all", ...map, host, entry, String(port)],
    env: environment,
    clearEnv: true,
    onOutput(bytes) {
      log += decoder.decode(bytes, { stream: true });
    },
  });
  if (!await untilItListens(port, child)) throw new Error(`A function ended while it started:\n${child.lastWords()}`);
  return {
    url: `http://127.0.0.1:${port}`,
    loadMs: performance.now() - began,
    log: () => log,
    processorMs: () => processorTime(child.pid),
    [Symbol.asyncDispose]: () => child.stop("SIGKILL", 1000),
  };
}

/**
 * Writes the functions' own import map to a file that is gone when disposed of, with modules of theirs replaced by
 * others: paths from the root of the repository.
 */
export async function writeImportMap(
  replaced: Readonly<Record<string, string>>,
): Promise<{ readonly path: string } & AsyncDisposable> {
  const urlOf = (path: string) => pathToFileUrl(join(repositoryDir, path)).href;
  const { imports }: { imports: Record<string, string> } = JSON.parse(
    Deno.readTextFileSync(join(repositoryDir, "supabase/functions/deno.json")),
  );
  const urls = Object.entries(replaced).map(([name, by]) => [name in imports ? name : urlOf(name), urlOf(by)]);
  const path = await Deno.makeTempFile({ prefix: "frontdesk-imports-", suffix: ".json" });
  Deno.writeTextFileSync(path, JSON.stringify({ imports: { ...imports, ...Object.fromEntries(urls) } }));
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

/** The sum over its threads, as Linux keeps it in nanoseconds. */
function processorTime(pid: number): number | null {
  const threads = `/proc/${pid}/task`;
  if (!exists(threads)) return null;
  const nanoseconds = [...Deno.readDirSync(threads)].map(({ name }) =>
    Number(Deno.readTextFileSync(`${threads}/${name}/schedstat`).split(" ", 1)[0])
  );
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6;
}
