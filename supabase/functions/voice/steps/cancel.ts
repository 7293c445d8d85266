import { UnexpectedReasonError } from "../../_shared/errors.ts";
import { ask, type Caller, type Question, type Reply, type Step } from "../conversation.ts";
import { hearYesNo } from "../hearing/choices.ts";
import { sentencesIn } from "../saying/sentences.ts";
import { spokenDate, spokenTime } from "../saying/spoken-time.ts";
import { clinicOf, type StateOf } from "../state.ts";
import { worded } from "./again.ts";
import { askMenu } from "./ask-menu.ts";
import { recordMessage } from "./message.ts";

/** Reads back what would be cancelled; `before` has named it already. */
export function askCancel(state: StateOf<"cancel">, before: readonly string[] = []): Reply {
  const sentences = sentencesIn(state.locale);
  const { local } = state.booked;
  const named = sentences.openingWithDate(spokenDate(local, state.locale), spokenTime(local));
  return {
    locale: state.locale,
    say: [
      ...(before.length > 0 ? before : [sentences.thatAppointment(named)]),
      worded(sentences.cancel, state.tries),
    ],
    then: { verb: "listen", state, keys: "one", hints: ["yes", "no", "yes please", "no thank you", "keep it"] },
  };
}

const CANCEL = /\bcancel(?: (?:it|that|the appointment|my appointment))?\b/;

/** Shall it be cancelled? */
export const cancel: Step<StateOf<"cancel">> = {
  ask: (state) => askCancel(state),

  hear(state, { keys, words }, caller) {
    const yes = hearYesNo(keys, words, CANCEL);
    if (yes === null) return null;
    return yes
      ? cancelAppointment(state, caller)
      : askMenu({ step: "menu", ...clinicOf(state), tries: 0 }, [sentencesIn(state.locale).kept]);
  },
};

function cancelAppointment(state: StateOf<"cancel">, caller: Caller): Question {
  return ask("cancel_appointment", {
    p_org_id: state.org,
    p_appointment_id: state.booked.appointment,
    p_reason: "by phone",
    p_call_sid: caller.callSid,
  }, (answer) => {
    if (!answer.success) {
      // Staff have changed it meanwhile, or it has begun.
      if (answer.reason === "not_found") return recordMessage(state, "cancel");
      throw new UnexpectedReasonError("cancel_appointment", answer.reason);
    }
    const sentences = sentencesIn(state.locale);
    const { service_name, provider_name, starts_local } = answer.slot;
    const date = spokenDate(starts_local, state.locale);
    return {
      locale: state.locale,
      say: [
        sentences.cancelled(service_name, provider_name, date, spokenTime(starts_local)),
        sentences.goodbye,
      ],
      then: { verb: "hang up" },
    };
  });
}
