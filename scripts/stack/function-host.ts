/**
 * Runs one edge function in a process of its own, as the edge runtime does: `function-host.ts ENTRY PORT`. Both ways of
 * writing a function work: a module that exports `{ fetch }`, and one that calls `Deno.serve`.
 */
import { leaveWithTheStack } from "./leave-with-the-stack.ts";
import { pathToFileUrl } from "./paths.ts";

leaveWithTheStack();

const [entry, port] = Deno.args;
if (!entry || !port) throw new Error("function-host.ts needs a function's entry and a port.");
const address = { hostname: "127.0.0.1", port: Number(port), onListen: () => {} };

// A function that calls Deno.serve itself asks for no port, or for the one that it has on Supabase.
const serve = Deno.serve;
let serving = false;
function serveHere(...args: unknown[]): Deno.HttpServer<Deno.NetAddr> {
  const handler = args.find((argument) => typeof argument === "function") ??
    args.find((argument): argument is { handler: unknown } =>
      typeof argument === "object" && argument !== null && "handler" in argument
    )?.handler;
  if (!isHandler(handler)) throw new TypeError("Deno.serve needs a handler.");
  serving = true;
  return serve(address, handler);
}
Object.defineProperty(Deno, "serve", { value: serveHere });

const module: { default?: { fetch?: unknown } } = await import(pathToFileUrl(entry).href);
const fetch = module.default?.fetch;
if (isHandler(fetch)) serve(address, (request) => fetch.call(module.default, request));
else if (!serving) throw new Error(`${entry} neither exports { fetch } nor calls Deno.serve.`);

function isHandler(value: unknown): value is (request: Request) => Response | Promise<Response> {
  return typeof value === "function";
}
