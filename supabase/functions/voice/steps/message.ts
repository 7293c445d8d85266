import { UnexpectedReasonError } from "../../_shared/errors.ts";
import { localeOfNumber } from "../../_shared/twilio-call.ts";
import { ask, type Reply, type Step } from "../conversation.ts";
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

/** What is true as soon as there is a recording, whether or not we could write it down: Twilio keeps it. */
export function messageTaken(locale: Reply["locale"]): Reply {
  return { locale, say: [sentencesIn(locale).messageTaken], then: { verb: "hang up" } };
}

/** A message was recorded; it becomes a task for staff. */
export const message: Step<StateOf<"message">> = {
  ask(state, caller) {
    const locale = state.locale ?? localeOfNumber(caller.dialled);
    const sentences = sentencesIn(locale);
    return { locale, say: [sentences.leaveMessage], then: { verb: "record", state } };
  },

  hear(state, heard, caller) {
    if (heard.recordingUrl === null) return null;
    return ask("take_message", {
      p_org_id: state.org ?? null,
      p_call_sid: caller.callSid,
      p_from: caller.phone,
      p_to: caller.dialled,
      p_reason: state.reason,
      p_body: null,
      p_recording_url: heard.recordingUrl,
    }, (answer) => {
      // The mask of this step says the same to the caller; staff have to hear that the message has no task.
      if (!answer.success) throw new UnexpectedReasonError("take_message", answer.reason);
      return messageTaken(state.locale ?? localeOfNumber(caller.dialled));
    });
  },
};
