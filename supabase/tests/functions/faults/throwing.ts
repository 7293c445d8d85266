/** A function as ours are, except that it throws what it is told to, where it is told to. */
import { z } from "zod";
import { FrontdeskError } from "../../../functions/_shared/errors.ts";
import { type Channel, fallbackAnswer } from "../../../functions/_shared/fallbacks.ts";
import { anyone } from "../../../functions/_shared/auth.ts";
import { type Context, webhook } from "../../../functions/_shared/webhook.ts";

/** Words that must never come out. */
export const SECRET = "Zebulon of +12125550142 said hunter2";

class Unreadable extends Error {
  override get message(): string {
    throw new Error(SECRET);
  }
}

/** What may be thrown, by name. */
export const THROWN: Readonly<Record<string, () => unknown>> = {
  "null": () => null,
  "undefined": () => undefined,
  "a string": () => SECRET,
  "a number": () => 42,
  "a symbol": () => Symbol(SECRET),
  "an object": () => ({ message: SECRET, code: SECRET, stack: SECRET }),
  "a function": () => () => SECRET,
  "an error": () => new Error(SECRET),
  "an error with a cause": () => new Error("outer", { cause: new Error(SECRET, { cause: SECRET }) }),
  "an error with more in it": () =>
    Object.assign(new Error("x"), { details: SECRET, hint: SECRET, request: { SECRET } }),
  "one of ours with a cause": () => Object.assign(new FrontdeskError("ours", "ours"), { cause: new Error(SECRET) }),
  "several errors": () => new AggregateError([new Error(SECRET), SECRET], SECRET),
  "an error that is called as ours are": () => Object.assign(new Error(SECRET), { name: "FrontdeskError" }),
  "an error with a telling name": () => Object.assign(new Error("x"), { name: SECRET }),
  "an error with a telling stack": () =>
    Object.assign(new Error("x"), { stack: `Error: x\n    at ${SECRET} (a.ts:1:1)` }),
  "an error that cannot be read": () => new Unreadable(),
  "something that cannot be looked at": () =>
    new Proxy({}, {
      get: () => {
        throw new Error(SECRET);
      },
      getPrototypeOf: () => {
        throw new Error(SECRET);
      },
    }),
  "what the runtime complains of": () => complaint(() => Reflect.get(Object(null), "x").y),
  "what a parser complains of": () => complaint(() => JSON.parse(`{"${SECRET}"`)),
  "a word that was looked up in nothing": () =>
    complaint(() => Function(`"use strict"; return undefined["${SECRET}"]`)()),
  "an answer": () => new Response(SECRET, { status: 200 }),
  "a promise": () => Promise.resolve(SECRET),
};

/** What the runtime throws when this is done. */
function complaint(mistake: () => unknown): unknown {
  try {
    return mistake();
  } catch (thrown) {
    return thrown;
  }
}

/** Where it is thrown. */
export const PLACES = [
  "handler",
  "later",
  "after the deadline",
  "authenticate",
  "input",
  "fallback",
  "report",
] as const;

function serve(channel: Channel): (request: Request) => Promise<Response> {
  return webhook({
    name: "throwing",
    authenticate(request, name) {
      if (asked(request).place === "authenticate") throw thing(asked(request).what);
      return anyone(request).then((admitted) =>
        admitted instanceof Response ? admitted : { ...admitted, body: { ...asked(request), name } }
      );
    },
    input: z.object({
      body: z.object({ place: z.string(), what: z.string() }).transform((wanted) => {
        if (wanted.place === "input") throw thing(wanted.what);
        return wanted;
      }),
    }),
    deadlineMs: 300,
    channel,
    async answer({ body: { place, what } }, context) {
      context.label({ step: "told", clinic: "a0000000-0000-4000-8000-000000000001" });
      return await act(place, what, context);
    },
    fallback({ body: { place, what } }) {
      if (place === "fallback") throw thing(what);
      return fallbackAnswer(channel);
    },
  });
}

async function act(place: string, what: string, context: Context): Promise<Response> {
  if (place === "later") await pause(20);
  // Nobody listens any more when this one throws.
  if (place === "after the deadline") await pause(500);
  if (place === "report") {
    context.report(thing(what));
    return new Response("all is well");
  }
  throw thing(what);
}

function thing(what: string): unknown {
  return THROWN[what]?.();
}

function asked(request: Request): { place: string; what: string } {
  const { searchParams } = new URL(request.url);
  return { place: searchParams.get("place") ?? "", what: searchParams.get("what") ?? "" };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

const channels: Readonly<Record<Channel, (request: Request) => Promise<Response>>> = {
  voice: serve("voice"),
  sms: serve("sms"),
  json: serve("json"),
};

export default {
  fetch(request: Request): Promise<Response> {
    const channel = new URL(request.url).searchParams.get("channel");
    return channel === "sms" || channel === "json" ? channels[channel](request) : channels.voice(request);
  },
};
