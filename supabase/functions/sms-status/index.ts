import { twilio } from "../_shared/senders.ts";
import { webhook } from "../_shared/webhook.ts";
import { DeliveryReport, takeReport } from "./report.ts";

export default {
  fetch: webhook({
    name: "sms-status",
    sender: twilio,
    input: DeliveryReport,
    deadlineMs: 3000,
    channel: "json",
    answer: takeReport,
  }),
};
