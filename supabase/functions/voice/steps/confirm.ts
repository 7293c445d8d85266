import type { Failure } from "../../_shared/contracts.ts";
import { askToConfirm, readBack, sayDone } from "../asking/confirm.ts";
import { recordMessage } from "../asking/message.ts";
import { ask, type Plan, type Question, type Reply, type Step } from "../conversation.ts";
import { hearYesNo } from "../hearing/choices.ts";
import { sentencesIn } from "../saying/sentences.ts";
import { type Booked, searchOf, type StateOf } from "../state.ts";
import { holdIsOver } from "./hold.ts";

const MOVE = /\b(?:move|change|reschedule)(?: (?:it|that|the appointment|my appointment))?\b/;

/** Shall it be booked, or moved? */
export const confirm: Step<StateOf<"confirm">> = {
  ask(state): Plan {
    if (state.tries > 0) return askToConfirm(state);
    // Noting nothing reads what is held, which no URL may carry.
    return ask(
      "set_hold_contact",
      { p_org_id: state.org, p_hold_id: state.hold, p_contact: null },
      (answer) => answer.success ? readBack(state, answer) : holdIsOver(state, "set_hold_contact", answer),
    );
  },

  hear(state, { keys, words }, caller) {
    const yes = hearYesNo(keys, words, state.moving === undefined ? undefined : MOVE);
    if (yes === null) return null;
    if (!yes) return letGo(state);
    return state.moving === undefined ? book(state, caller.phone) : move(state, state.moving);
  },
};

function book(state: StateOf<"confirm">, phone: string | null): Question {
  return ask(
    "confirm_hold",
    {
      p_org_id: state.org,
      p_hold_id: state.hold,
      p_contact: phone === null ? {} : { phone },
    },
    (answer) => answer.success ? sayDone(state, answer.slot, answer.code) : holdIsOver(state, "confirm_hold", answer),
  );
}

/** Until this moment the appointment has its old time. */
function move(state: StateOf<"confirm">, { appointment }: Booked): Question {
  return ask(
    "reschedule_appointment",
    { p_org_id: state.org, p_appointment_id: appointment, p_hold_id: state.hold },
    (answer) => answer.success ? sayDone(state, answer.slot, answer.code) : notMoved(state, answer),
  );
}

function notMoved(state: StateOf<"confirm">, answer: Failure): Reply {
  // Staff have cancelled it meanwhile, or it has begun.
  if (answer.reason === "not_found") return recordMessage(state, "move");
  return holdIsOver(state, "reschedule_appointment", answer);
}

function letGo(state: StateOf<"confirm">): Question {
  const { after: _heardBefore, ...search } = searchOf(state);
  return ask("release_hold", { p_org_id: state.org, p_hold_id: state.hold }, () => ({
    locale: state.locale,
    say: [sentencesIn(state.locale).letGo],
    then: { verb: "go", state: { step: "search", ...search } },
  }));
}
