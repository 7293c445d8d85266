/**
 * The API port, as a process of its own: /rest/v1 and /auth/v1 by the Data API, /functions/v1/NAME by the function's
 * process. Being apart from the process that supervises, a fault in a library here is one restart and not the stack's end.
 */
import { jwtVerify } from "jose";
import { z } from "zod";
import { createDataApi } from "./data-api.ts";
import { leaveWithTheStack } from "./child.ts";
import { stopLeftoverServer } from "./postgres-leftovers.ts";
import { envFile } from "./env-file.ts";
import { openLog } from "./log-file.ts";
import { exists, join } from "./paths.ts";

/** What the gateway is started with, as JSON in its environment. */
const gatewaySettingsSchema = z.object({
  port: z.number(),
  stackDir: z.string(),
  adminUrl: z.string(),
  requestUrl: z.string(),
  siteUrl: z.string(),
  isSignUpOpen: z.boolean(),
  jwtSecret: z.string(),
  publishableKey: z.string(),
  secretKey: z.string(),
  functions: z.array(z.object({ name: z.string(), verifyJwt: z.boolean(), port: z.number() })),
});

/** See the schema. */
export type GatewaySettings = z.infer<typeof gatewaySettingsSchema>;

/** Serves until the process is stopped. */
function serveGateway(settings: GatewaySettings): void {
  const dataApi = createDataApi(settings);
  const functions = new Map(settings.functions.map((fn) => [fn.name, fn]));
  const jwtKey = new TextEncoder().encode(settings.jwtSecret);

  const callFunction = async (request: Request, name: string, rest: string, peer: string): Promise<Response> => {
    const fn = functions.get(name);
    if (!fn) return Response.json({ code: "NOT_FOUND", message: "Requested function was not found" }, { status: 404 });
    if (fn.verifyJwt && request.method !== "OPTIONS" && !await hasValidJwt(request, jwtKey)) {
      return Response.json({ code: 401, message: "Invalid JWT" }, { status: 401 });
    }
    const url = new URL(request.url);
    const headers = new Headers(request.headers);
    headers.set("x-forwarded-for", [request.headers.get("x-forwarded-for"), peer].filter(Boolean).join(", "));
    headers.set("x-forwarded-host", url.hostname);
    headers.set("x-forwarded-port", url.port);
    headers.set("x-forwarded-proto", "http");
    try {
      return await fetch(`http://127.0.0.1:${fn.port}/${name}${rest}`, {
        method: request.method,
        headers,
        body: request.body,
        redirect: "manual",
      });
    } catch (error) {
      console.error(`function ${name}:`, error);
      return new Response(null, { status: 502 });
    }
  };

  const answer = async (request: Request, target: string, peer: string): Promise<Response> => {
    const called = /^\/functions\/v1\/([A-Za-z][A-Za-z0-9_-]*)(.*)$/s.exec(target);
    if (called) return await callFunction(request, called[1] ?? "", called[2] ?? "", peer);
    if (/^\/(rest|auth)\/v1(\/|$|\?)/.test(target)) return await dataApi(request, peer);
    return Response.json({ message: "no Route matched with those values" }, { status: 404 });
  };
  const logs = {
    api: openLog(join(settings.stackDir, "api.log")),
    functions: openLog(join(settings.stackDir, "functions.log")),
  };
  Deno.serve({ hostname: "127.0.0.1", port: settings.port, onListen: () => {} }, async (request, { remoteAddr }) => {
    const began = performance.now();
    // Not through URL, which would rewrite what it finds odd: a signature covers the query as it was sent.
    const target = request.url.replace(/^https?:\/\/[^/?#]*/, "");
    const answered = withRequestId(await answer(request, target, remoteAddr.hostname));
    const log = target.startsWith("/functions/") ? logs.functions : logs.api;
    log.write(new TextEncoder().encode(requestLine(request.method, target, answered, performance.now() - began)));
    return answered;
  });
}

/** A function names its request itself, as it does to Sentry. */
function withRequestId(answer: Response): Response {
  if (answer.headers.has("x-request-id")) return answer;
  const headers = new Headers(answer.headers);
  headers.set("x-request-id", crypto.randomUUID());
  return new Response(answer.body, { status: answer.status, statusText: answer.statusText, headers });
}

/** When, what, how it was answered, how long that took, which one. No query: it may tell who calls, and what they said. */
export function requestLine(method: string, target: string, answer: Response, ms: number): string {
  const path = target.replace(/[?#].*$/s, "");
  const id = answer.headers.get("x-request-id");
  return `${new Date().toISOString()} ${method} ${path} ${answer.status} ${Math.round(ms)} ms ${id}\n`;
}

async function hasValidJwt(request: Request, key: Uint8Array): Promise<boolean> {
  const token = /^Bearer\s+(.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (!token) return false;
  try {
    await jwtVerify(token, key);
    return true;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  const settings = gatewaySettingsSchema.parse(JSON.parse(Deno.env.get("GATEWAY_SETTINGS") ?? "{}"));
  leaveWithTheStack(async () => {
    // The stack was killed: Postgres would run on, and the file would tell of a stack that is gone.
    const env = envFile(settings.stackDir);
    if (exists(env)) Deno.removeSync(env);
    await stopLeftoverServer(settings.stackDir);
  });
  serveGateway(settings);
}
