import { secretKey } from "../_shared/auth.ts";
import { webhook } from "../_shared/webhook.ts";
import { Poke, work } from "./work.ts";

export default {
  fetch: webhook({
    name: "worker",
    authenticate: secretKey,
    input: Poke,
    deadlineMs: 60_000,
    channel: "json",
    isJob: true,
    answer: work,
  }),
};
