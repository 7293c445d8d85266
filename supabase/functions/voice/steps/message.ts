import { takeMessage } from "../../_desk/operations/calls.ts";
import { UnexpectedReasonError } from "../../_shared/errors.ts";
import { localeOfNumber } from "../../_language/locale.ts";
import { messageTaken, recordAgain } from "../asking/endings.ts";
import { invoke, type Step } from "../conversation.ts";
import type { StateOf } from "../state.ts";

/** A message was recorded; it becomes a task for staff. */
export const message: Step<StateOf<"message">> = {
  ask: (state, caller) => recordAgain(state, state.locale ?? localeOfNumber(caller.dialled)),

  hear(state, heard, caller) {
    if (heard.recordingUrl === null) return null;
    return invoke(takeMessage, {
      p_org_id: state.org ?? null,
      p_call_sid: caller.callSid,
      p_from: caller.phone,
      p_to: caller.dialled,
      p_reason: state.reason,
      p_body: null,
      p_recording_url: heard.recordingUrl,
    }, (answer) => {
      // The fallback of this step says the same to the caller; staff have to hear that the message has no task.
      if (!answer.success) throw new UnexpectedReasonError(takeMessage.rpc, answer.reason);
      return messageTaken(state.locale ?? localeOfNumber(caller.dialled));
    });
  },
};
