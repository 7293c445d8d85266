import type { CallInstance } from "twilio/lib/rest/api/v2010/account/call.js";
import type { MessageInstance } from "twilio/lib/rest/api/v2010/account/message.js";
import type { RecordingInstance } from "twilio/lib/rest/api/v2010/account/recording.js";
import { z } from "zod";
import { setting } from "../_shared/environment.ts";
import { FrontdeskError } from "../_shared/errors.ts";
import { twilioClient } from "./twilio-client.ts";
import { failureOf } from "./twilio-failures.ts";

/** A call as Twilio lists it. */
export interface ListedCall {
  sid: string;
  to: string;
  from: string;
  status: string;
  startedAt: Date;
  /** Null while it goes on. */
  endedAt: Date | null;
  durationSeconds: number | null;
}

/** A message that somebody recorded. */
export interface ListedRecording {
  sid: string;
  callSid: string;
  /** As the webhook names it. */
  url: string;
  createdAt: Date;
  /** Twilio still works on it, and it may come to nothing. */
  isUnfinished: boolean;
}

/** A text that somebody has sent to us. */
export interface ListedText {
  sid: string;
  to: string;
  from: string;
  body: string;
  /** How many pictures and the like came with it. */
  attached: number;
  sentAt: Date;
}

/** A span of time: from its first moment up to its last. */
export interface Span {
  readonly from: Date;
  readonly to: Date;
}

/** What reconciliation needs of Twilio. */
export interface Lists {
  /** The calls to our numbers that began in a span, oldest first. */
  callsIn(span: Span): Promise<ListedCall[]>;
  /** What was recorded for us in a span, oldest first. */
  recordingsIn(span: Span): Promise<ListedRecording[]>;
  /** The texts that came to our numbers in a span, oldest first. */
  textsIn(span: Span): Promise<ListedText[]>;
  /** One call, or null when there is none. */
  call(sid: string): Promise<ListedCall | null>;
}

const PAGE = 500;
/** More than a day of a thousand clinics; if there is more, something else is wrong. */
const MOST_PAGES = 100;
const DAY_MS = 24 * 60 * 60_000;

const ENDED = ["completed", "busy", "failed", "no-answer", "canceled"];

/** Twilio's calls, recordings and messages, through its own library. */
export function twilioLists(): Lists {
  const { calls, recordings, messages } = twilioClient();
  return {
    callsIn: (span) =>
      reading("calls", async () => {
        const { from: startTimeAfter, to: startTimeBefore } = wholeDays(span);
        const first = await calls.page({ startTimeAfter, startTimeBefore, pageSize: PAGE });
        const listed = await itemsIn(span, first, (call) => call.startTime ?? call.dateCreated);
        return listed.filter(({ direction }) => direction === "inbound").map(toCall);
      }),
    recordingsIn: (span) =>
      reading("recordings", async () => {
        const { from: dateCreatedAfter, to: dateCreatedBefore } = wholeDays(span);
        const first = await recordings.page({ dateCreatedAfter, dateCreatedBefore, pageSize: PAGE });
        const listed = await itemsIn(span, first, (recording) => recording.dateCreated);
        // What <Record> takes down for us, and that it was more than silence.
        return listed
          .filter(({ source }) => source === "RecordVerb")
          .map(toRecording)
          .filter((recording) => recording !== null);
      }),
    textsIn: (span) =>
      reading("messages", async () => {
        const { from: dateSentAfter, to: dateSentBefore } = wholeDays(span);
        const first = await messages.page({ dateSentAfter, dateSentBefore, pageSize: PAGE });
        const listed = await itemsIn(span, first, (message) => message.dateSent ?? message.dateCreated);
        return listed.filter(({ direction }) => direction === "inbound").map(toText);
      }),
    call: (sid) =>
      reading("call", async () => {
        try {
          return toCall(await calls.get(sid).fetch());
        } catch (thrown) {
          if (NotFound.safeParse(thrown).success) return null;
          throw thrown;
        }
      }),
  };
}

const NotFound = z.object({ status: z.literal(404) });

/** Fails as we do: by a code for what happened, and without a word of what Twilio said, which nobody could be shown. */
async function reading<Answer>(what: string, read: () => Promise<Answer>): Promise<Answer> {
  try {
    return await read();
  } catch (thrown) {
    if (thrown instanceof FrontdeskError) throw thrown;
    throw new FrontdeskError(`Twilio's ${what} cannot be read`, failureOf(thrown).problem);
  }
}

/** By its documentation Twilio compares with the midnight of a date: "before" needs the one after. */
function wholeDays({ from, to }: Span): Span {
  return { from, to: new Date(to.getTime() + DAY_MS) };
}

interface Page<Item> {
  instances: Item[];
  nextPage(): Promise<Page<Item>> | undefined;
}

/**
 * Twilio lists the newest first, and whole days: so we read page by page until what comes is older than what we want, and
 * turn it round. Whoever reads on must never take what could not be read for what is not there.
 */
async function itemsIn<Item>({ from, to }: Span, first: Page<Item>, when: (item: Item) => Date): Promise<Item[]> {
  const items: Item[] = [];
  let page: Page<Item> | undefined = first;
  for (let pages = 1; page !== undefined; pages++) {
    if (pages > MOST_PAGES) throw new FrontdeskError("Twilio lists more than can be read", "too_many_pages");
    items.push(...page.instances);
    const oldest = page.instances.at(-1);
    if (oldest !== undefined && when(oldest) < from) break;
    page = await page.nextPage();
  }
  return items
    .filter((item) => when(item) >= from && when(item) <= to)
    .sort((one, other) => when(one).getTime() - when(other).getTime());
}

function toCall(call: CallInstance): ListedCall {
  const startedAt = call.startTime ?? call.dateCreated;
  const hasEnded = ENDED.includes(call.status);
  return {
    sid: call.sid,
    to: call.to,
    from: call.from,
    status: call.status,
    startedAt,
    // A call that failed may be listed without an end: it ended where it began.
    endedAt: hasEnded ? call.endTime ?? startedAt : null,
    durationSeconds: /^\d+$/.test(call.duration ?? "") ? Number(call.duration) : null,
  };
}

function toRecording(recording: RecordingInstance): ListedRecording | null {
  const isUnfinished = ["in-progress", "paused", "stopped", "processing"].includes(recording.status);
  const isMessage = recording.status === "completed" && recording.duration !== "0";
  if (!isUnfinished && !isMessage) return null;
  return {
    sid: recording.sid,
    callSid: recording.callSid,
    url: `https://api.twilio.com/2010-04-01/Accounts/${setting("TWILIO_ACCOUNT_SID")}/Recordings/${recording.sid}`,
    createdAt: recording.dateCreated,
    isUnfinished,
  };
}

function toText(message: MessageInstance): ListedText {
  return {
    sid: message.sid,
    to: message.to,
    from: message.from,
    // Postgres cannot store the null character.
    body: message.body.replaceAll("\0", ""),
    attached: /^\d+$/.test(message.numMedia) ? Number(message.numMedia) : 0,
    sentAt: message.dateSent ?? message.dateCreated,
  };
}
