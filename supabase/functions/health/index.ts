import { z } from "zod";
import { callDatabase } from "../_shared/database.ts";
import { anyone } from "../_shared/senders.ts";
import { VERSION } from "../_shared/version.ts";
import { type Context, webhook } from "../_shared/webhook.ts";

/** Says whether the database answers, and how fast. */
async function answer(_input: unknown, context: Context): Promise<Response> {
  await callDatabase("check_health", {}, context.signal);
  return told("ok", context);
}

function told(status: "ok" | "down", context: Context): Response {
  return Response.json(
    { status, database: { reachable: status === "ok", ms: context.elapsed() }, version: VERSION },
    { status: status === "ok" ? 200 : 503, headers: { "cache-control": "no-store" } },
  );
}

export default {
  fetch: webhook({
    name: "health",
    sender: anyone,
    input: z.object({}),
    deadlineMs: 3000,
    channel: "json",
    answer,
    mask: (_input, context) => told("down", context),
  }),
};
