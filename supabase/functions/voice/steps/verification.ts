import { listAppointments } from "../../_desk/operations/booking.ts";
import { noteCallerPhone } from "../../_desk/operations/calls.ts";
import type { Failure } from "../../_desk/operations/operation.ts";
import { UnexpectedReasonError } from "../../_shared/errors.ts";
import { tellAppointments } from "../asking/appointment.ts";
import { recordMessage } from "../asking/endings.ts";
import { askBirth, askNumber, askProof } from "../asking/verification.ts";
import { type Caller, invoke, type Reply, type Step } from "../conversation.ts";
import { keyedBirthDate, spokenBirthDate } from "../hearing/birth-dates.ts";
import { hearCode } from "../hearing/codes.ts";
import { keyedPhone } from "../hearing/phone-numbers.ts";
import { sentencesIn } from "../saying/sentences.ts";
import { spelledPhone } from "../saying/spoken-time.ts";
import type { StateOf } from "../state.ts";

/*
 * Before anything about an appointment is said, its patient has to be on the line: Postgres compares number and date of
 * birth, or number and code, counts the tries, and answers a wrong one exactly as it answers a number that it does not know.
 */

/** Under which number does the clinic know the caller? It is noted on the call, since no number may travel in a URL. */
export const number: Step<StateOf<"number">> = {
  ask: (state) => askNumber(state),

  hear(state, { keys, words }, caller) {
    const phone = keyedPhone(keys === "" ? words : keys, state.locale);
    if (phone === null) return null;
    return invoke(noteCallerPhone, { p_org_id: state.org, p_call_sid: caller.callSid, p_phone: phone }, (answer) => {
      if (!answer.success) throw new UnexpectedReasonError(noteCallerPhone.rpc, answer.reason);
      const heard = sentencesIn(state.locale).phoneHeard(spelledPhone(phone));
      return askBirth({ ...state, step: "birth", tries: 0 }, [heard]);
    });
  },
};

/** When was the caller born? Or which code were they told when they booked? The clinic may not know their date of birth. */
export const birth: Step<StateOf<"birth">> = {
  ask: (state) => askBirth(state),

  hear(state, { keys, words }, caller) {
    const today = state.asked.slice(0, 10);
    const date = keys !== "" ? keyedBirthDate(keys, state.locale, today) : spokenBirthDate(words, state.locale, today);
    const code = date === null ? hearCode(keys, words) : null;
    if (date === null && code === null) return null;
    return invoke(
      listAppointments,
      {
        p_org_id: state.org,
        p_phone: caller.phone,
        p_date_of_birth: date,
        p_code: code,
        p_call_sid: caller.callSid,
      },
      (answer) =>
        answer.success
          ? tellAppointments(state, state.errand, answer.appointments)
          : notVerified(state, caller, answer),
    );
  },
};

function notVerified(state: StateOf<"birth">, caller: Caller, { reason, tries_left = 0 }: Failure): Reply {
  if (reason !== "not_found") throw new UnexpectedReasonError(listAppointments.rpc, reason);
  // Postgres takes the same date twice for a turn that was sent twice; who gives it three times is not asked for ever.
  return tries_left > 0 && state.wrong < 2
    ? askProof({ ...state, tries: 0, wrong: state.wrong + 1 }, caller, [sentencesIn(state.locale).notMatched])
    : recordMessage(state, state.errand);
}
