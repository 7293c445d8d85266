import { confirmHold, releaseHold, rescheduleAppointment, setHoldContact } from "../../_desk/operations/booking.ts";
import type { Failure } from "../../_desk/operations/operation.ts";
import { askToConfirm, readBack, sayDone } from "../asking/confirm.ts";
import { recordMessage } from "../asking/endings.ts";
import { type Invocation, invoke, type Plan, type Reply, type Step } from "../conversation.ts";
import { hearYesNo } from "../hearing/choices.ts";
import { sentencesIn } from "../saying/sentences.ts";
import { type Booked, searchOf, type StateOf } from "../state.ts";
import { holdIsOver } from "./claim.ts";

const MOVE = /\b(?:move|change|reschedule)(?: (?:it|that|the appointment|my appointment))?\b/;

/** Shall it be booked, or moved? */
export const confirm: Step<StateOf<"confirm">> = {
  ask(state): Plan {
    if (state.tries > 0) return askToConfirm(state);
    // Noting nothing reads what is held, which no URL may carry.
    return invoke(
      setHoldContact,
      { p_org_id: state.org, p_hold_id: state.hold, p_contact: null },
      (answer) => answer.success ? readBack(state, answer) : holdIsOver(state, setHoldContact, answer),
    );
  },

  hear(state, { keys, words }, caller) {
    const yes = hearYesNo(keys, words, state.moving === undefined ? undefined : MOVE);
    if (yes === null) return null;
    if (!yes) return releaseTime(state);
    return state.moving === undefined ? book(state, caller.phone) : move(state, state.moving);
  },
};

function book(state: StateOf<"confirm">, phone: string | null): Invocation {
  return invoke(confirmHold, {
    p_org_id: state.org,
    p_hold_id: state.hold,
    p_contact: phone === null ? {} : { phone },
  }, (answer) => answer.success ? sayDone(state, answer.slot, answer.code) : holdIsOver(state, confirmHold, answer));
}

/** Until this moment the appointment has its old time. */
function move(state: StateOf<"confirm">, { appointment }: Booked): Invocation {
  return invoke(
    rescheduleAppointment,
    { p_org_id: state.org, p_appointment_id: appointment, p_hold_id: state.hold },
    (answer) => answer.success ? sayDone(state, answer.slot, answer.code) : notMoved(state, answer),
  );
}

function notMoved(state: StateOf<"confirm">, answer: Failure): Reply {
  // Staff have cancelled it meanwhile, or it has begun.
  if (answer.reason === "not_found") return recordMessage(state, "move");
  return holdIsOver(state, rescheduleAppointment, answer);
}

function releaseTime(state: StateOf<"confirm">): Invocation {
  const { after: _heardBefore, ...search } = searchOf(state);
  return invoke(releaseHold, { p_org_id: state.org, p_hold_id: state.hold }, () => ({
    locale: state.locale,
    say: [sentencesIn(state.locale).released],
    then: { verb: "go", state: { step: "search", ...search } },
  }));
}
