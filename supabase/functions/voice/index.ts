import { twilio } from "../_shared/senders.ts";
import { webhook } from "../_shared/webhook.ts";
import { answerTurn, maskTurn, TurnRequest } from "./turn.ts";

export default {
  fetch: webhook({
    name: "voice",
    sender: twilio,
    input: TurnRequest,
    // The database has 2.5 s of them; Twilio would wait 15 s, but no caller does.
    deadlineMs: 3000,
    channel: "voice",
    answer: answerTurn,
    mask: maskTurn,
  }),
};
