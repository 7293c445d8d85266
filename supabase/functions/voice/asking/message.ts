import type { Locale } from "../../_language/locale.ts";
import type { Reply } from "../conversation.ts";
import { sentencesIn } from "../saying/sentences.ts";
import type { Clinic, MessageReason, StateOf } from "../state.ts";

/** Records what the caller wants to tell the clinic. */
export function recordMessage(clinic: Pick<Clinic, "org" | "locale">, reason: MessageReason): Reply {
  const { org, locale } = clinic;
  const sentences = sentencesIn(locale);
  return {
    locale,
    say: [sentences.messageLead[reason], sentences.leaveMessage],
    then: { verb: "record", state: { step: "message", org, locale, reason } },
  };
}

/** Asks for the message again, of which there is no recording yet. */
export function recordAgain(state: StateOf<"message">, locale: Locale): Reply {
  return { locale, say: [sentencesIn(locale).leaveMessage], then: { verb: "record", state } };
}

/** What is true as soon as there is a recording, whether or not we could write it down: Twilio keeps it. */
export function messageTaken(locale: Locale): Reply {
  return { locale, say: [sentencesIn(locale).messageTaken], then: { verb: "hang up" } };
}
