/**
 * A stand-in for Twilio's REST API, at the paths and in the shapes of the real one, so that the real client library works
 * against it. Nothing is sent to anybody. `PUT /twilio/faults` makes the next messages fail, to see what we do about it.
 */
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { localKeys } from "./settings.ts";
import { TwilioLine } from "./sink-twilio-calls.ts";
import type { Sink } from "./ops.ts";

const faultSchema = z.object({
  /** Only messages to this number; to any when absent. */
  to: z.string().optional(),
  /** How many messages fail before all is well again. */
  times: z.number().int().positive().default(1),
  /** Which part of the messages is struck, by chance; one that is spared does not count. */
  share: z.number().min(0).max(1).default(1),
  /** Take the message all the same: the failure that we answer is not the truth. */
  accepted: z.boolean().default(false),
  /** Answer only after this time. With no status the message is then taken after all. */
  delay_ms: z.number().int().nonnegative().default(0),
  /** HTTP status and Twilio's error code, for instance 400 and 21610 for a number that has opted out. */
  status: z.number().int().min(400).max(599).optional(),
  code: z.number().int().default(20500),
  message: z.string().default("Internal Server Error"),
});

type Message = Record<string, unknown> & { sid: string };

/** Takes messages, lists them (To, From and DateSent select), and lists the calls and recordings that it was told of. */
export function twilioStandIn(record: (line: Record<string, unknown>) => void): Sink {
  const account = `/2010-04-01/Accounts/${localKeys.twilioAccountSid}`;
  const line = new TwilioLine(account);
  const sent: Message[] = [];
  let faults: z.infer<typeof faultSchema>[] = [];

  const takeMessage = async (request: Request): Promise<Response> => {
    const params = Object.fromEntries(new URLSearchParams(await request.text()));
    const entry = { received_at: new Date().toISOString(), resource: "Messages", params };
    const fault = faults.find((one) =>
      (one.to === undefined || one.to === params.To) && (one.share === 1 || Math.random() < one.share)
    );
    if (fault) {
      fault.times -= 1;
      faults = faults.filter((one) => one.times > 0);
      await delay(fault.delay_ms);
      if (fault.status !== undefined && fault.accepted) {
        const message = messageResource(account, params);
        sent.push(message);
        record({ ...entry, answer: { status: fault.status, code: fault.code, sid: message.sid } });
        return refusal(fault.status, fault.code, fault.message);
      }
      if (fault.status !== undefined) {
        record({ ...entry, answer: { status: fault.status, code: fault.code } });
        return refusal(fault.status, fault.code, fault.message);
      }
    }
    const missing = ["To", "Body"].find((name) => !params[name]);
    if (missing) {
      const code = missing === "To" ? 21604 : 21619;
      record({ ...entry, answer: { status: 400, code } });
      return refusal(400, code, `A '${missing}' is required.`);
    }
    const message = messageResource(account, params);
    sent.push(message);
    record({ ...entry, answer: { status: 201, sid: message.sid } });
    return Response.json(message, { status: 201 });
  };

  return async (request, path) => {
    if (path === "/faults" && request.method === "PUT") {
      const wanted = z.array(faultSchema).safeParse(await request.json());
      if (!wanted.success) return Response.json({ message: z.prettifyError(wanted.error) }, { status: 400 });
      faults = wanted.data;
      return Response.json(faults);
    }
    if (path === "/line" && request.method === "PUT") return await line.tell(request);
    if (path === "/line" && request.method === "DELETE") {
      return line.forget(new URL(request.url));
    }
    if (!path.startsWith(`${account}/`) || !isAuthenticated(request)) {
      return refusal(401, 20003, "Authenticate");
    }
    const resource = path.slice(account.length + 1);
    if (request.method === "POST" && resource === "Messages.json") return await takeMessage(request);
    if (request.method === "GET") {
      const query = new URL(request.url).searchParams;
      if (resource === "Messages.json") {
        const messages = [...line.texts(query), ...selected(sent, query)];
        return Response.json(page(resource, messages, `${account}/${resource}`));
      }
      const one = sent.find((message) => resource === `Messages/${message.sid}.json`) ?? line.read(resource, query);
      if (one) return Response.json(one);
    }
    return refusal(404, 20404, `The requested resource ${path} was not found`);
  };
}

function isAuthenticated(request: Request): boolean {
  const expected = btoa(`${localKeys.twilioAccountSid}:${localKeys.twilioAuthToken}`);
  return request.headers.get("authorization") === `Basic ${expected}`;
}

function messageResource(account: string, params: Record<string, string>): Message {
  const sid = `SM${crypto.randomUUID().replaceAll("-", "")}`;
  const now = new Date().toUTCString().replace("GMT", "+0000");
  return {
    sid,
    account_sid: localKeys.twilioAccountSid,
    api_version: "2010-04-01",
    body: params.Body ?? "",
    date_created: now,
    date_sent: null,
    date_updated: now,
    direction: "outbound-api",
    error_code: null,
    error_message: null,
    from: params.From ?? null,
    messaging_service_sid: params.MessagingServiceSid ?? null,
    num_media: "0",
    num_segments: "1",
    price: null,
    price_unit: "USD",
    status: "queued",
    subresource_uris: { media: `${account}/Messages/${sid}/Media.json` },
    to: params.To ?? "",
    uri: `${account}/Messages/${sid}.json`,
  };
}

/** Newest first. Nothing here is ever sent on, so none has a date of sending, and a filter by that date finds none. */
function selected(messages: Message[], query: URLSearchParams): Message[] {
  const passes = (message: Message) =>
    [...query].every(([name, value]) =>
      name === "To" ? message.to === value : name === "From" ? message.from === value : !name.startsWith("DateSent")
    );
  return messages.filter(passes).reverse().slice(0, Number(query.get("PageSize") ?? 50));
}

function page(resource: string, items: unknown[], uri: string): Record<string, unknown> {
  return {
    [resource.replace(".json", "").toLowerCase()]: items,
    first_page_uri: `${uri}?PageSize=50&Page=0`,
    next_page_uri: null,
    previous_page_uri: null,
    start: 0,
    end: Math.max(0, items.length - 1),
    page: 0,
    page_size: 50,
    uri,
  };
}

function refusal(status: number, code: number, message: string): Response {
  return Response.json({ code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status }, { status });
}
