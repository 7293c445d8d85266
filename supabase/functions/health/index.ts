import { z } from "zod";
import { anyone } from "../_shared/auth.ts";
import { webhook } from "../_shared/webhook.ts";
import { reportDown, reportHealth } from "./health.ts";

export default {
  fetch: webhook({
    name: "health",
    authenticate: anyone,
    input: z.object({}),
    deadlineMs: 3000,
    channel: "json",
    answer: reportHealth,
    fallback: reportDown,
  }),
};
