/** The requests that are no turns of a call, and what each must be answered while its world is broken. */
import type postgres from "postgres";
import { inboundCall, newSid } from "../../testkit/caller/call-parameters.ts";
import { type Line, type Parameters, sign } from "../../testkit/caller/line.ts";
import { rfc2822 } from "../../testkit/caller/status-callbacks.ts";
import { transmit } from "../../testkit/caller/transport.ts";
import { type Answered, whyNotTwiml } from "../../testkit/answers.ts";

/** Where an event comes from. */
export interface EventSource {
  readonly line: Line;
  readonly secretKey: string;
  readonly to: string;
  readonly from: string;
  /** Names the text, of a request that brings one. */
  readonly messageSid: string;
}

/** A request to one function. */
export interface EventKind {
  readonly name: string;
  /** What it asks the database first; null when it asks nothing. */
  readonly operation: string | null;
  send(source: EventSource): Promise<Answered>;
  /** Makes sure that it asks. */
  prepare?(sql: postgres.Sql): Promise<void>;
  /** What is wrong with an answer that had to be masked; null when it is well. */
  judge(answer: Answered): string | null;
}

const JSON_MASK = {
  success: false,
  error: "I'm having trouble accessing the schedule right now. Let me try another way to help you.",
};

export const EVENTS: readonly EventKind[] = [
  {
    name: "voice-status",
    operation: "record_call_event",
    send: ({ line, to, from }) =>
      post(line, "voice-status", {
        ...inboundCall({ callSid: newSid("CA"), accountSid: line.accountSid, to, from }),
        CallStatus: "ringing",
        SequenceNumber: "0",
        Timestamp: rfc2822(new Date()),
      }),
    judge: jsonMask,
  },
  {
    name: "sms",
    operation: "receive_text",
    send: ({ line, to, from, messageSid }) =>
      post(line, "sms", {
        MessageSid: messageSid,
        AccountSid: line.accountSid,
        To: to,
        From: from,
        Body: "2",
        NumMedia: "0",
      }),
    judge: (answer) =>
      answer.status === 200 && /^<\?xml [^>]*\?><Response ?\/>$/.test(answer.body) ? null : "it is no empty TwiML",
  },
  {
    name: "sms-status",
    operation: "record_text_status",
    send: ({ line, to, from, messageSid }) =>
      post(line, `sms-status?text=${crypto.randomUUID()}`, {
        MessageSid: messageSid,
        MessageStatus: "delivered",
        To: from,
        From: to,
      }),
    judge: jsonMask,
  },
  {
    name: "health",
    operation: "check_health",
    send: ({ line }) => request(line, "health", { method: "GET", headers: {}, body: "" }),
    judge: (answer) =>
      answer.status === 503 && isJson(answer) ? null : `status ${answer.status} where health is not well`,
  },
  { name: "worker", operation: "claim_chores", send: poke, judge: jsonMask },
  ...["expire_holds", "evaluate_alerts", "tidy_counts", "claim_texts", "start_reconciliation", "finish_reconciliation"]
    .map((operation): EventKind => ({
      name: "worker",
      operation,
      async prepare(sql) {
        await sql`update private.jobs set last_started_at = '-infinity'`;
      },
      send: poke,
      // A chore that fails is told; where nobody listens, not even the question what to do gets through.
      judge: (answer) =>
        answer.status === 503 && /^\{"success":false,"done":\{.*\}\}$/.test(answer.body) ? null : jsonMask(answer),
    })),
  {
    name: "voice-fallback",
    operation: null,
    send: ({ line, to, from }) =>
      post(line, "voice-fallback", {
        ...inboundCall({ callSid: newSid("CA"), accountSid: line.accountSid, to, from }),
        CallStatus: "in-progress",
        ErrorCode: "11200",
        ErrorUrl: `${line.publicUrl}/voice`,
      }),
    judge: (answer) =>
      whyNotTwiml(answer) ?? (answer.body.includes("let me help you another way") ? null : "no apology"),
  },
];

function poke({ line, secretKey }: EventSource): Promise<Answered> {
  const headers = { apikey: secretKey, "content-type": "application/json" };
  return request(line, "worker", { method: "POST", headers, body: "{}" });
}

function jsonMask(answer: Answered): string | null {
  if (answer.status !== 503) return `status ${answer.status} instead of 503`;
  return answer.body === JSON.stringify(JSON_MASK) ? null : `it is not the mask: ${answer.body.slice(0, 80)}`;
}

function isJson({ body }: Answered): boolean {
  try {
    return typeof JSON.parse(body) === "object";
  } catch {
    return false;
  }
}

function post(line: Line, path: string, params: Parameters): Promise<Answered> {
  return request(line, path, sign(line, path, params));
}

async function request(
  line: Line,
  path: string,
  outgoing: { method: string; headers: Readonly<Record<string, string>>; body: string },
): Promise<Answered> {
  const url = new URL(`${line.reachedAt}/${path}`);
  await line.permit(url);
  return await transmit(url, outgoing, AbortSignal.timeout(line.limitMs));
}
