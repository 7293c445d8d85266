/**
 * What Twilio knows of calls, their recordings, and texts to us, and how its REST API lists them. Whoever plays Twilio on this machine
 * tells it of each (`PUT /twilio/line`); what was told again under the same sid is news of the same call.
 * `DELETE /twilio/line` with `to` or `call` makes it forget.
 */
import { z } from "zod";
import { localKeys } from "./settings.ts";

const moment = z.iso.datetime({ offset: true });
const lineSchema = z.object({
  calls: z.array(z.object({
    sid: z.string().regex(/^CA[0-9a-f]{32}$/),
    to: z.string(),
    from: z.string(),
    status: z.string(),
    direction: z.string().default("inbound"),
    start_time: moment,
    end_time: moment.nullable().default(null),
    duration: z.number().int().nullable().default(null),
  })).default([]),
  recordings: z.array(z.object({
    sid: z.string().regex(/^RE[0-9a-f]{32}$/),
    call_sid: z.string(),
    date_created: moment,
    duration: z.number().int(),
    status: z.string().default("completed"),
    source: z.string().default("RecordVerb"),
  })).default([]),
  texts: z.array(z.object({
    sid: z.string().regex(/^(?:SM|MM)[0-9a-zA-Z]{32}$/),
    to: z.string(),
    from: z.string(),
    body: z.string().default(""),
    num_media: z.number().int().default(0),
    date_sent: moment,
  })).default([]),
});

type Line = z.infer<typeof lineSchema>;
type Call = Line["calls"][number];
type Recording = Line["recordings"][number];
type Text = Line["texts"][number];
type Resource = Record<string, unknown> & { sid: string };

/** The calls and recordings of one account. */
export class TwilioLine {
  readonly #calls = new Map<string, Call>();
  readonly #recordings = new Map<string, Recording>();
  readonly #texts = new Map<string, Text>();

  constructor(private readonly account: string) {}

  /** Takes news of calls, recordings and texts. */
  async tell(request: Request): Promise<Response> {
    const told = lineSchema.safeParse(await request.json());
    if (!told.success) return Response.json({ message: z.prettifyError(told.error) }, { status: 400 });
    for (const call of told.data.calls) this.#calls.set(call.sid, call);
    for (const recording of told.data.recordings) this.#recordings.set(recording.sid, recording);
    for (const text of told.data.texts) this.#texts.set(text.sid, text);
    return this.#told();
  }

  /** Forgets one call (`call`) and not its recordings, or all calls and texts to a number (`to`). */
  forget({ searchParams }: URL): Response {
    const [one, to] = [searchParams.get("call"), searchParams.get("to")];
    for (const call of [...this.#calls.values()]) {
      if (call.sid === one || call.to === to) this.#calls.delete(call.sid);
      if (call.to !== to) continue;
      for (const recording of [...this.#recordings.values()]) {
        if (recording.call_sid === call.sid) this.#recordings.delete(recording.sid);
      }
    }
    for (const text of [...this.#texts.values()]) if (text.to === to) this.#texts.delete(text.sid);
    return this.#told();
  }

  #told(): Response {
    return Response.json({ calls: this.#calls.size, recordings: this.#recordings.size, texts: this.#texts.size });
  }

  /** The texts to us, as the API lists them with those that we sent. */
  texts(query: URLSearchParams): Record<string, unknown>[] {
    return [...this.#texts.values()]
      .filter((text) => passes(query, { To: text.to, From: text.from }, { DateSent: text.date_sent }))
      .sort((one, other) => Date.parse(other.date_sent) - Date.parse(one.date_sent))
      .map((text) => ({
        sid: text.sid,
        account_sid: localKeys.twilioAccountSid,
        api_version: "2010-04-01",
        body: text.body,
        date_created: rfc2822(text.date_sent),
        date_sent: rfc2822(text.date_sent),
        date_updated: rfc2822(text.date_sent),
        direction: "inbound",
        error_code: null,
        error_message: null,
        from: text.from,
        messaging_service_sid: null,
        num_media: String(text.num_media),
        num_segments: "1",
        price: null,
        price_unit: "USD",
        status: "received",
        subresource_uris: { media: `${this.account}/Messages/${text.sid}/Media.json` },
        to: text.to,
        uri: `${this.account}/Messages/${text.sid}.json`,
      }));
  }

  /** The resource as the API shows it, or null when there is none of this name. */
  read(resource: string, query: URLSearchParams): Record<string, unknown> | null {
    if (resource === "Calls.json") {
      const calls = [...this.#calls.values()].filter((call) =>
        passes(query, { To: call.to, From: call.from, Status: call.status }, {
          StartTime: call.start_time,
          EndTime: call.end_time,
        })
      );
      const newestFirst = calls.sort((one, other) => Date.parse(other.start_time) - Date.parse(one.start_time));
      return this.#page("calls", newestFirst.map((call) => this.#callResource(call)), query);
    }
    if (resource === "Recordings.json") {
      const recordings = [...this.#recordings.values()].filter((recording) =>
        passes(query, { CallSid: recording.call_sid }, { DateCreated: recording.date_created })
      );
      const newestFirst = recordings.sort((one, other) =>
        Date.parse(other.date_created) - Date.parse(one.date_created)
      );
      return this.#page("recordings", newestFirst.map((one) => this.#recordingResource(one)), query);
    }
    const call = this.#calls.get(/^Calls\/(\w+)\.json$/.exec(resource)?.[1] ?? "");
    return call === undefined ? null : this.#callResource(call);
  }

  #callResource(call: Call): Resource {
    return {
      sid: call.sid,
      account_sid: localKeys.twilioAccountSid,
      api_version: "2010-04-01",
      answered_by: null,
      caller_name: "",
      date_created: rfc2822(call.start_time),
      date_updated: rfc2822(call.end_time ?? call.start_time),
      direction: call.direction,
      duration: call.duration === null ? null : String(call.duration),
      end_time: call.end_time === null ? null : rfc2822(call.end_time),
      forwarded_from: null,
      from: call.from,
      from_formatted: call.from,
      group_sid: null,
      parent_call_sid: null,
      phone_number_sid: null,
      price: null,
      price_unit: "USD",
      queue_time: "0",
      start_time: rfc2822(call.start_time),
      status: call.status,
      subresource_uris: { recordings: `${this.account}/Calls/${call.sid}/Recordings.json` },
      to: call.to,
      to_formatted: call.to,
      trunk_sid: null,
      uri: `${this.account}/Calls/${call.sid}.json`,
    };
  }

  #recordingResource(recording: Recording): Resource {
    return {
      sid: recording.sid,
      account_sid: localKeys.twilioAccountSid,
      api_version: "2010-04-01",
      call_sid: recording.call_sid,
      channels: 1,
      conference_sid: null,
      date_created: rfc2822(recording.date_created),
      date_updated: rfc2822(recording.date_created),
      duration: String(recording.duration),
      encryption_details: null,
      error_code: null,
      media_url: `https://api.twilio.com${this.account}/Recordings/${recording.sid}`,
      price: null,
      price_unit: "USD",
      source: recording.source,
      start_time: rfc2822(recording.date_created),
      status: recording.status,
      subresource_uris: {},
      uri: `${this.account}/Recordings/${recording.sid}.json`,
    };
  }

  /** A page begins after the resource that its token names, so that what has come since does not shift it. */
  #page(name: "calls" | "recordings", all: Resource[], query: URLSearchParams): Record<string, unknown> {
    const path = `${this.account}/${name === "calls" ? "Calls" : "Recordings"}.json`;
    const size = Math.min(Math.max(Number(query.get("PageSize") ?? 50), 1), 1000);
    const page = Number(query.get("Page") ?? 0);
    const after = all.findIndex(({ sid }) => query.get("PageToken") === `PA${sid}`);
    const items = all.slice(after + 1, after + 1 + size);
    const last = items.at(-1);
    const next = new URLSearchParams(query);
    next.set("PageSize", String(size));
    next.set("Page", String(page + 1));
    next.set("PageToken", `PA${last?.sid}`);
    return {
      [name]: items,
      first_page_uri: `${path}?PageSize=${size}&Page=0`,
      next_page_uri: after + 1 + size < all.length ? `${path}?${next}` : null,
      previous_page_uri: null,
      start: page * size,
      end: page * size + Math.max(0, items.length - 1),
      page,
      page_size: size,
      uri: `${path}?${query}`,
    };
  }
}

/** Of a filter's moment only the date counts, as Twilio documents it: "on or after midnight of this date". */
function passes(
  query: URLSearchParams,
  texts: Record<string, string>,
  times: Record<string, string | null>,
): boolean {
  return [...query].every(([name, wanted]) => {
    const text = texts[name];
    if (text !== undefined) return text === wanted;
    const time = times[name.replace(/[<>]$/, "")];
    if (time === undefined) return true;
    if (time === null) return false;
    const midnight = `${wanted.slice(0, 10)}T00:00:00Z`;
    if (name.endsWith(">")) return Date.parse(time) >= Date.parse(midnight);
    if (name.endsWith("<")) return Date.parse(time) <= Date.parse(midnight);
    return new Date(time).toISOString().startsWith(wanted.slice(0, 10));
  });
}

function rfc2822(time: string): string {
  return new Date(time).toUTCString().replace("GMT", "+0000");
}
