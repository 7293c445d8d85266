import { z } from "zod";
import { localeOfNumber } from "../_language/locale.ts";
import { publicUrl } from "../_shared/environment.ts";
import { FrontdeskError } from "../_shared/errors.ts";
import { apology, twimlAnswer } from "../_shared/fallbacks.ts";
import { callFields } from "../_shared/twilio-call.ts";
import type { Context } from "../_shared/webhook.ts";

/** A call that Twilio could not carry on with `voice`, and the number that Twilio gives the reason. */
export const FallbackRequest = z.object({
  body: z.object({ ...callFields, ErrorCode: z.string().regex(/^\d{1,6}$/).optional() }),
});

/** Takes a message instead. It needs nothing that `voice` needs, since that is what may have failed. */
export function apologise({ body }: z.output<typeof FallbackRequest>, context: Context): Promise<Response> {
  context.report(new FrontdeskError("Twilio turned to the fallback", `twilio_${body.ErrorCode ?? "unknown"}`));
  const messageUrl = `${publicUrl("voice")}?step=message&reason=trouble`;
  return Promise.resolve(twimlAnswer(apology(localeOfNumber(body.To), messageUrl)));
}
