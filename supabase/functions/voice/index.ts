import { twilio } from "../_shared/twilio-auth.ts";
import { webhook } from "../_shared/webhook.ts";
import { answerTurn, fallbackOfTurn, TurnRequest } from "./turn.ts";

export default {
  fetch: webhook({
    name: "voice",
    authenticate: twilio,
    input: TurnRequest,
    // The database has 2.5 s of them; Twilio would wait 15 s, but no caller does.
    deadlineMs: 3000,
    channel: "voice",
    answer: answerTurn,
    fallback: fallbackOfTurn,
  }),
};
