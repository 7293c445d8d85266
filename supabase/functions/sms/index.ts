import { twilio } from "../_shared/twilio-auth.ts";
import { webhook } from "../_shared/webhook.ts";
import { InboundText, receive } from "./receive.ts";

export default {
  fetch: webhook({
    name: "sms",
    authenticate: twilio,
    input: InboundText,
    deadlineMs: 4000,
    channel: "sms",
    answer: receive,
  }),
};
