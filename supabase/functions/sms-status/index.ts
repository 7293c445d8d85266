import { twilio } from "../_shared/twilio-auth.ts";
import { webhook } from "../_shared/webhook.ts";
import { DeliveryReport, takeReport } from "./report.ts";

export default {
  fetch: webhook({
    name: "sms-status",
    authenticate: twilio,
    input: DeliveryReport,
    deadlineMs: 3000,
    channel: "json",
    answer: takeReport,
  }),
};
