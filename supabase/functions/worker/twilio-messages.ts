import { twilioClient } from "./twilio-client.ts";

/** Twilio's clock and ours may differ a little. */
const CLOCK_TOLERANCE_MS = 2 * 60_000;

/** A text as Twilio is asked to send it. */
export interface OutgoingText {
  to: string;
  from: string | null;
  messagingServiceSid: string | null;
  body: string;
  /** Where Twilio reports how far the text has come. */
  statusCallback: string;
}

/** What Twilio has accepted. */
export interface AcceptedText {
  sid: string;
  status: string;
}

/** What the worker needs of Twilio. */
export interface Messages {
  send(text: OutgoingText): Promise<AcceptedText>;
  /** The messages that Twilio has accepted for a number since a moment with these words, oldest first. */
  findAccepted(to: string, body: string, since: Date): Promise<AcceptedText[]>;
}

/** Twilio's messages, through its own library. */
export function twilioMessages(): Messages {
  const { messages } = twilioClient();
  return {
    async send({ to, from, messagingServiceSid, body, statusCallback }) {
      const { sid, status } = await messages.create({
        to,
        body,
        statusCallback,
        ...(messagingServiceSid !== null ? { messagingServiceSid } : from !== null ? { from } : {}),
        // By default Twilio holds a text back for up to ten hours: by then it may be night, or too late.
        validityPeriod: 15 * 60,
      });
      return { sid, status };
    },
    async findAccepted(to, body, since) {
      // Without a date: Twilio filters by the date of sending, which a text that still waits there does not have.
      const recent = await messages.list({ to, limit: 100, pageSize: 100 });
      return recent
        .filter((one) => one.direction.startsWith("outbound") && one.body.includes(body))
        .filter((one) => one.dateCreated.getTime() >= since.getTime() - CLOCK_TOLERANCE_MS)
        .sort((a, b) => a.dateCreated.getTime() - b.dateCreated.getTime())
        .map(({ sid, status }) => ({ sid, status }));
    },
  };
}
