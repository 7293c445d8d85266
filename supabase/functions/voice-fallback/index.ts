import { twilio } from "../_shared/twilio-auth.ts";
import { webhook } from "../_shared/webhook.ts";
import { apologise, FallbackRequest } from "./apologise.ts";

export default {
  fetch: webhook({
    name: "voice-fallback",
    authenticate: twilio,
    input: FallbackRequest,
    deadlineMs: 3000,
    channel: "voice",
    answer: apologise,
  }),
};
