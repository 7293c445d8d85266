import { cancelAppointment } from "../../_desk/operations/booking.ts";
import { UnexpectedReasonError } from "../../_shared/errors.ts";
import { askCancel, sayCancelled } from "../asking/cancel.ts";
import { askMenu } from "../asking/menu.ts";
import { recordMessage } from "../asking/endings.ts";
import { type Caller, type Invocation, invoke, type Step } from "../conversation.ts";
import { hearYesNo } from "../hearing/choices.ts";
import { sentencesIn } from "../saying/sentences.ts";
import { clinicOf, type StateOf } from "../state.ts";

const CANCEL = /\bcancel(?: (?:it|that|the appointment|my appointment))?\b/;

/** Shall it be cancelled? */
export const cancel: Step<StateOf<"cancel">> = {
  ask: (state) => askCancel(state),

  hear(state, { keys, words }, caller) {
    const yes = hearYesNo(keys, words, CANCEL);
    if (yes === null) return null;
    return yes
      ? cancelBooked(state, caller)
      : askMenu({ step: "menu", ...clinicOf(state), tries: 0 }, [sentencesIn(state.locale).kept]);
  },
};

function cancelBooked(state: StateOf<"cancel">, caller: Caller): Invocation {
  return invoke(cancelAppointment, {
    p_org_id: state.org,
    p_appointment_id: state.booked.appointment,
    p_reason: "by phone",
    p_call_sid: caller.callSid,
  }, (answer) => {
    if (answer.success) return sayCancelled(state, answer.slot);
    // Staff have changed it meanwhile, or it has begun.
    if (answer.reason === "not_found") return recordMessage(state, "cancel");
    throw new UnexpectedReasonError(cancelAppointment.rpc, answer.reason);
  });
}
