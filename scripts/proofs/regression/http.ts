/** Requests to the Data API as various people send them, and what came back. */
import { z } from "zod";
import type { Target } from "./target.ts";

/** Somebody who sends requests: the key and the token that they hold. */
export interface Actor {
  readonly name: string;
  readonly key: string | undefined;
  readonly token: string | undefined;
}

export type Method = "GET" | "HEAD" | "POST" | "PATCH" | "DELETE";

/** A request under /rest/v1. */
export interface DataRequest {
  readonly method: Method;
  /** Path and query. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What came back, as far as it could tell anything. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly contentRange: string;
  /** The SQLSTATE or code of an error. */
  readonly code: string;
  /** Rows in the body; undefined when it holds no rows. */
  readonly rows: number | undefined;
}

const errorSchema = z.looseObject({ code: z.string().nullish() });

/** Sends a request as somebody. */
export async function send({ restUrl }: Target, actor: Actor, request: DataRequest): Promise<Answer> {
  const response = await fetch(`${restUrl}/${request.path}`, {
    method: request.method,
    headers: {
      ...(actor.key !== undefined && { apikey: actor.key }),
      ...(actor.token !== undefined && { authorization: `Bearer ${actor.token}` }),
      ...(request.body !== undefined && { "content-type": "application/json" }),
      ...request.headers,
    },
    ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
  });
  const text = await response.text();
  const body = parsed(text);
  return {
    status: response.status,
    text,
    contentRange: response.headers.get("content-range") ?? "",
    code: response.ok ? "" : errorSchema.safeParse(body).data?.code ?? "",
    rows: Array.isArray(body) ? body.length : undefined,
  };
}

/** In a few words. */
export function summary({ status, code, rows, contentRange }: Answer): string {
  const range = contentRange ? ` of ${contentRange.split("/").at(-1)}` : "";
  return [status, code, rows === undefined ? "" : `${rows} rows${range}`].filter((part) => part !== "").join(" ");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const sessionSchema = z.object({ access_token: z.string(), user: z.object({ id: z.string() }) });

/** Signs somebody in, as their browser would. */
export async function signIn(
  { authUrl, publishableKey }: Target,
  email: string,
  password: string,
): Promise<{ actor: Actor; userId: string }> {
  const response = await fetch(`${authUrl}/token?grant_type=password`, {
    method: "POST",
    headers: { apikey: publishableKey, "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  if (!response.ok) throw new Error(`${email} could not sign in: ${response.status} ${await response.text()}`);
  const session = sessionSchema.parse(await response.json());
  return { actor: { name: email, key: publishableKey, token: session.access_token }, userId: session.user.id };
}
