import { moment } from "../../_desk/clock.ts";
import { joinWaitlist } from "../../_desk/operations/booking.ts";
import { UnexpectedReasonError } from "../../_shared/errors.ts";
import type { DayOrToWait } from "../asking/day.ts";
import { recordMessage, sayGoodbye } from "../asking/endings.ts";
import { type Caller, type Invocation, invoke } from "../conversation.ts";
import { uniform } from "../hearing/uniform.ts";
import { sentencesIn } from "../saying/sentences.ts";

/** Whether words ask for the waiting list. */
export function hearWaiting(words: string): boolean {
  return /\bwait(?:ing)? ?list\b|\b(?:let me know|call me (?:when|if)|tell me (?:when|if))\b|^(?:i'll |i will |i can )?wait$/
    .test(uniform(words));
}

/** Puts the caller on the waiting list under the number that they call from. */
export function waitFor(state: DayOrToWait, caller: Caller): Invocation {
  return invoke(joinWaitlist, {
    p_org_id: state.org,
    p_service_id: state.service,
    p_contact: caller.phone === null ? {} : { phone: caller.phone },
    p_provider_id: state.provider ?? null,
    p_from: moment(state.from, state.zone),
    p_to: moment(state.to, state.zone),
    p_call_sid: caller.callSid,
  }, (answer) => {
    if (answer.success) return sayGoodbye(state.locale, [sentencesIn(state.locale).waiting]);
    if (answer.reason !== "not_found") throw new UnexpectedReasonError(joinWaitlist.rpc, answer.reason);
    return recordMessage(state, "nothing_offered");
  });
}
