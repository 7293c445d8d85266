/**
 * What Twilio knows of calls and their recordings, and how its REST API lists them. Whoever plays Twilio on this machine
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
});

type Line = z.infer<typeof lineSchema>;
type Call = Line["calls"][number];
type Recording = Line["recordings"][number];
type Resource = Record<string, unknown> & { sid: string };

/** The calls and recordings of one account. */
export class TwilioLine {
  readonly #calls = new Map<string, Call>();
  readonly #recordings = new Map<string, Recording>();

  constructor(private readonly account: string) {}

  /** Takes news of calls and recordings. */
  async tell(request: Request): Promise<Response> {
    const told = lineSchema.safeParse(await request.json());
    if (!told.success) return Response.json({ message: z.prettifyError(told.error) }, { status: 400 });
    for (const call of told.data.calls) this.#calls.set(call.sid, call);
    for (const recording of told.data.recordings) this.#recordings.set(recording.sid, recording);
    return Response.json({ calls: this.#calls.size, recordings: this.#recordings.size });
  }

  /** Forgets one call (`call`) and not its recordings, or all calls to a number (`to`) with theirs. */
  forget({ searchParams }: URL): Response {
    const [one, to] = [searchParams.get("call"), searchParams.get("to")];
    for (const call of [...this.#calls.values()]) {
      if (call.sid === one || call.to === to) this.#calls.delete(call.sid);
      if (call.to !== to) continue;
      for (const recording of [...this.#recordings.values()]) {
        if (recording.call_sid === call.sid) this.#recordings.delete(recording.sid);
      }
    }
    return Response.json({ calls: this.#calls.size, recordings: this.#recordings.size });
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
