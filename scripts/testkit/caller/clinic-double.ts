/** A tiny clinic for the tests: answers each webhook with TwiML of the test's choosing and remembers what it was asked. */
import twilioWebhooks from "twilio/lib/webhooks/webhooks.js";
import { type Answering, scripted } from "./answers.ts";
import { type Line, openLine } from "./line.ts";
import { type CallOptions, placeCall } from "./place-call.ts";
import type { Call } from "./turns.ts";

export interface Received {
  readonly method: string;
  /** The path below the functions' address, with the query. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly headers: Headers;
  /** The verdict of the twilio library on the signature. */
  readonly signed: boolean;
}

type Answered = string | Response | Promise<string | Response>;
/** By function name; a string is the inside of a <Response>. */
export type Script = Readonly<Record<string, (received: Received) => Answered>>;

const TOKEN = "0123456789abcdef0123456789abcdef";
const PUBLIC = "https://frontdesk.example/functions/v1";

export interface ClinicDouble extends AsyncDisposable {
  readonly line: Line;
  readonly received: readonly Received[];
  /** The requests to one function. */
  at(name: string): readonly Received[];
}

/**
 * Opens a clinic on a free loopback port, and a line to it. As in production, the address that is signed is not the
 * one that is dialled.
 */
export function openClinic(script: Script, changes: Partial<Line> = {}): ClinicDouble {
  const received: Received[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    const path = pathname.replace("/functions/v1/", "");
    const posted = Object.fromEntries(new URLSearchParams(await request.text()));
    const signature = request.headers.get("x-twilio-signature") ?? "";
    const entry = {
      method: request.method,
      path: path + search,
      params: posted,
      headers: request.headers,
      signed: twilioWebhooks.validateRequest(TOKEN, signature, `${PUBLIC}/${path}${search}`, posted),
    };
    received.push(entry);
    const answer = script[path] ?? (() => new Response(null, { status: path === "voice-status" ? 204 : 404 }));
    const answered = await answer(entry);
    return typeof answered === "string" ? twiml(`<Response>${answered}</Response>`) : answered;
  });
  const stack = {
    functionsUrl: `http://127.0.0.1:${server.addr.port}/functions/v1`,
    publicFunctionsUrl: PUBLIC,
    twilioAuthToken: TOKEN,
    twilioAccountSid: null,
  };
  return {
    line: openLine(stack, changes),
    received,
    at: (name) => received.filter(({ path }) => path.split("?", 1)[0] === name),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** A whole document as it stands. */
export function twiml(document: string, type = "text/xml"): Response {
  return new Response(document, { headers: { "content-type": type } });
}

/** The demo numbers of the tests. */
export const NUMBERS = { to: "+12125550100", from: "+12125550123" } as const;

/** Calls the clinic with these answers. */
export function call(
  clinic: ClinicDouble,
  answers: readonly string[] | Answering,
  more: Partial<CallOptions> = {},
): Promise<Call> {
  const answer = typeof answers === "function" ? answers : scripted(answers);
  return placeCall(clinic.line, { ...NUMBERS, answer, ...more });
}
