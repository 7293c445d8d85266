import { findOpenSlots } from "../../_desk/operations/booking.ts";
import type { Failure } from "../../_desk/operations/operation.ts";
import { UnexpectedReasonError } from "../../_shared/errors.ts";
import { askDayOrToWait, askOtherDay } from "../asking/day.ts";
import { recordMessage } from "../asking/endings.ts";
import { readOpenings } from "../asking/opening.ts";
import { type Caller, type Invocation, invoke, type Reply, type Step } from "../conversation.ts";
import type { Wish } from "../hearing/day-words.ts";
import { chooseOpenings, mayNameProvider, namedProvider } from "../openings.ts";
import { sentencesIn } from "../saying/sentences.ts";
import { spokenDate, spokenDays } from "../saying/spoken-time.ts";
import { type Clinic, clinicOf, type Search, searchOf, type StateOf } from "../state.ts";
import { addDays, moment, toMinute } from "../../_desk/clock.ts";

/** Enough for three different times with a dozen providers free at each. */
const SLOTS = 40;
/** Enough for two or three days, when only some hours of each are wanted or only one provider. */
const SLOTS_TO_CHOOSE_FROM = 400;

/** Longer than this, a span is not repeated to the caller: it was "as soon as you can". */
const SPOKEN_SPAN_DAYS = 15;

/** What to look for so that a wish is met. */
export function searchFor(wish: Wish, state: Clinic & Pick<Search, "service" | "moving">): Search {
  const { from, to, hours } = wish;
  const search: Search = { ...clinicOf(state), service: state.service, moving: state.moving, from, to };
  return hours === undefined ? search : { ...search, hoursFrom: hours.from, hoursTo: hours.to };
}

/** Looks for openings and reads up to three of them. `words` may name the provider whom the caller wants. */
export function findOpenings(search: Search, caller: Caller, words = ""): Invocation {
  const choosy = search.hoursFrom !== undefined || mayNameProvider(words);
  return invoke(findOpenSlots, {
    p_org_id: search.org,
    p_service_id: search.service,
    p_from: search.after === undefined ? moment(search.from, search.zone) : justAfter(search.after),
    p_to: moment(search.to, search.zone),
    p_provider_id: search.provider ?? null,
    p_limit: choosy ? SLOTS_TO_CHOOSE_FROM : SLOTS,
    p_call_sid: caller.callSid,
  }, (answer) => {
    if (!answer.success) return notFound(search, answer);
    const now = { ...searchOf(search), asked: toMinute(answer.local_now) };
    const openings = chooseOpenings(answer.slots, search, words);
    if (openings.length === 0) return nothingFree(now, caller);
    const provider = namedProvider(openings, words) ?? now.provider;
    return readOpenings({ ...now, provider }, openings);
  });
}

function justAfter(second: number): string {
  return new Date((second + 1) * 1000).toISOString();
}

function nothingFree(search: Search, caller: Caller): Reply {
  const sentences = sentencesIn(search.locale);
  if (search.after !== undefined) return askOtherDay(search, [sentences.nothingMore]);
  const isLong = addDays(search.from, SPOKEN_SPAN_DAYS) < search.to;
  const why = isLong
    ? sentences.nothingFreeAtAll
    : sentences.nothingFree(spokenDays(search.from, search.to, search.locale));
  // The waiting list is for who has no appointment yet, and whose number we have.
  return search.moving === undefined && caller.phone !== null
    ? askDayOrToWait(search, [why])
    : askOtherDay(search, [why]);
}

function notFound(search: Search, { reason, latest_local }: Failure): Reply {
  const sentences = sentencesIn(search.locale);
  switch (reason) {
    case "too_soon": {
      const hasPassed = search.to <= search.asked;
      return askOtherDay(search, [
        hasPassed ? sentences.dayHasPassed(spokenDays(search.from, search.to, search.locale)) : sentences.dayTooSoon,
      ]);
    }
    case "too_far": {
      const last = latest_local === undefined ? null : spokenDate(`${latest_local}T00:00`, search.locale);
      return askOtherDay(search, [sentences.dayTooFar(last)]);
    }
    case "not_found":
    case "not_offered":
      return recordMessage(search, "nothing_offered");
    default:
      throw new UnexpectedReasonError(findOpenSlots.rpc, reason);
  }
}

/** Looks, without having asked the caller anything. */
export const search: Step<StateOf<"search">> = {
  ask: (state, caller) => findOpenings(state, caller),
  hear: (state, _heard, caller) => findOpenings(state, caller),
};
