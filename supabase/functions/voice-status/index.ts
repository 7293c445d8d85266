import { webhook } from "../_shared/webhook.ts";
import { twilio } from "../_shared/twilio-auth.ts";
import { CallEvent, takeCallEvent } from "./call-event.ts";

export default {
  fetch: webhook({
    name: "voice-status",
    authenticate: twilio,
    input: CallEvent,
    deadlineMs: 3000,
    channel: "json",
    answer: takeCallEvent,
  }),
};
