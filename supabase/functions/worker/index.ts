import { secretKey } from "../_shared/senders.ts";
import { webhook } from "../_shared/webhook.ts";
import { Poke, work } from "./work.ts";

export default {
  fetch: webhook({
    name: "worker",
    sender: secretKey,
    input: Poke,
    deadlineMs: 60_000,
    channel: "json",
    isJob: true,
    answer: work,
  }),
};
