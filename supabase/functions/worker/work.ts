import { z } from "zod";
import { askDatabase } from "../_shared/database.ts";
import type { Context } from "../_shared/webhook.ts";
import { WORKER_ANSWERS } from "./contracts.ts";
import { sendTexts } from "./send-texts.ts";
import { twilioMessages } from "./twilio-messages.ts";

/** One run takes at most so long, so that a worker whose outside is slow does not pile up on the next. */
const RUN_MS = 20_000;

/** A poke says nothing but "look". */
export const Poke = z.object({ body: z.object({}) });

/**
 * Does what is due: ends holds, sends texts. Every part is safe to run twice at once and to be cut off at any point, so
 * a poke that gets lost only delays, and one too many does no harm. A part that fails does not keep the others.
 */
export async function work(_poke: z.output<typeof Poke>, context: Context): Promise<Response> {
  const until = performance.now() + RUN_MS;
  const parts = {
    holds: () => askDatabase("expire_holds", WORKER_ANSWERS.expire_holds, {}, context.signal),
    texts: () => sendTexts(twilioMessages, until, context),
  };
  const done: Record<string, unknown> = {};
  let success = true;
  for (const [name, part] of Object.entries(parts)) {
    try {
      done[name] = await part();
    } catch (thrown) {
      success = false;
      context.report(thrown);
    }
  }
  return Response.json({ success, ...done }, { status: success ? 200 : 503 });
}
