import { claimSlot } from "../../_desk/operations/booking.ts";
import type { AnyOperation, Failure, Success } from "../../_desk/operations/operation.ts";
import { UnexpectedReasonError } from "../../_shared/errors.ts";
import { readBack, sayDone } from "../asking/confirm.ts";
import { askName, askPhone } from "../asking/contact.ts";
import { offerInstead } from "../asking/opening.ts";
import { type Caller, type Invocation, invoke, type Reply, type Step } from "../conversation.ts";
import { startOf } from "../openings.ts";
import { sentencesIn } from "../saying/sentences.ts";
import { type Offer, type Search, searchOf, type StateOf } from "../state.ts";

/** Holds a time that was chosen in the turn before. */
export const claim: Step<StateOf<"claim">> = {
  ask: (state, caller) => claimTime(state, state.offer, caller),
  hear: (state, _heard, caller) => claimTime(state, state.offer, caller),
};

/** Holds the chosen time for this call, then finds out for whom. */
export function claimTime(search: Search, offer: Offer, caller: Caller): Invocation {
  return invoke(claimSlot, {
    p_org_id: search.org,
    p_provider_id: offer.provider,
    p_service_id: search.service,
    p_starts_at: startOf(offer),
    p_call_sid: caller.callSid,
  }, (answer) => answer.success ? held(search, answer, caller) : notHeld(search, answer));
}

function held(search: Search, answer: Success<typeof claimSlot>, caller: Caller): Reply {
  // Twilio repeats a turn now and then, even one whose appointment has been made meanwhile.
  if (answer.code !== undefined) return sayDone(search, answer.slot, answer.code);

  const next = { ...searchOf(search), tries: 0, hold: answer.hold_id };
  if (search.moving !== undefined) return readBack({ step: "confirm", ...next }, answer);
  // A number that somebody types is no proof of who they are: whether the clinic knows it must not be heard.
  if (caller.phone === null) return askPhone({ step: "phone", ...next });
  if (!answer.contact.known && answer.contact.name === null) return askName({ step: "name", ...next });
  return readBack({ step: "confirm", ...next }, answer);
}

function notHeld(search: Search, answer: Failure): Reply {
  const sentences = sentencesIn(search.locale);
  switch (answer.reason) {
    case "slot_taken":
      return offerInstead(search, answer, sentences.slotTaken);
    case "invalid_input":
    case "hold_expired":
      throw new UnexpectedReasonError(claimSlot.rpc, answer.reason);
    default:
      return offerInstead(search, answer, sentences.slotGone);
  }
}

/** The time that was held for this call is held no more. */
export function holdIsOver(search: Search, operation: AnyOperation, answer: Failure): Reply {
  if (answer.reason !== "hold_expired" && answer.reason !== "not_found") {
    throw new UnexpectedReasonError(operation.rpc, answer.reason);
  }
  return offerInstead(searchOf(search), answer, sentencesIn(search.locale).holdExpired);
}
