import { twilio } from "../_shared/senders.ts";
import { webhook } from "../_shared/webhook.ts";
import { InboundText, receive } from "./receive.ts";

export default {
  fetch: webhook({
    name: "sms",
    sender: twilio,
    input: InboundText,
    deadlineMs: 4000,
    channel: "sms",
    answer: receive,
  }),
};
