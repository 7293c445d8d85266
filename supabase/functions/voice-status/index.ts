import { webhook } from "../_shared/webhook.ts";
import { twilio } from "../_shared/senders.ts";
import { CallEvent, recordCallEvent } from "./call-event.ts";

export default {
  fetch: webhook({
    name: "voice-status",
    sender: twilio,
    input: CallEvent,
    deadlineMs: 3000,
    channel: "json",
    answer: recordCallEvent,
  }),
};
