/**
 * Runs one edge function in a process of its own, as the edge runtime does: `function-host.ts ENTRY PORT [when-called]`.
 * Both ways of writing a function work: a module that exports `{ fetch }`, and one that calls `Deno.serve`.
 */
import { leaveWithTheStack } from "./child.ts";
import { pathToFileUrl } from "./paths.ts";

type Handler = (request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>) => Response | Promise<Response>;

leaveWithTheStack();

const [entry, port, when] = Deno.args;
if (!entry || !port) throw new Error("function-host.ts needs a function's entry and a port.");

const serve = Deno.serve;
let loading: Promise<Handler> | undefined;
if (when !== "when-called") await load();
serve({ hostname: "127.0.0.1", port: Number(port), onListen: () => {} }, async (request, info) => {
  const handler = await load();
  return handler(request, info);
});

/** Loads the function once. One that cannot be loaded ends the process, which is how the stack learns of it. */
function load(): Promise<Handler> {
  loading ??= importFunction(String(entry)).catch((error) => {
    console.error(error);
    Deno.exit(1);
  });
  return loading;
}

async function importFunction(path: string): Promise<Handler> {
  let served: Handler | undefined;
  // A function that calls Deno.serve names no port, or the one that it has on Supabase: only its handler is wanted.
  const serveHere = (...args: unknown[]) => {
    served = args.flatMap((argument) => [argument, Object(argument).handler]).find(isHandler);
  };
  Object.defineProperty(Deno, "serve", { value: serveHere });
  const module: { default?: { fetch?: unknown } } = await import(pathToFileUrl(path).href);
  const fetch = module.default?.fetch;
  const handler = isHandler(fetch) ? fetch.bind(module.default) : served;
  if (!handler) throw new Error(`${path} neither exports { fetch } nor calls Deno.serve.`);
  return handler;
}

function isHandler(value: unknown): value is Handler {
  return typeof value === "function";
}
