import { UnexpectedReasonError } from "../../_shared/errors.ts";
import type { AnyOperation, Failure } from "../../_desk/operations/operation.ts";
import { offerInstead } from "../asking/opening.ts";
import type { Reply } from "../conversation.ts";
import { sentencesIn } from "../saying/sentences.ts";
import { type Search, searchOf } from "../state.ts";

/** The time that was held for this call is held no more. */
export function holdIsOver(search: Search, operation: AnyOperation, answer: Failure): Reply {
  if (answer.reason !== "hold_expired" && answer.reason !== "not_found") {
    throw new UnexpectedReasonError(operation.rpc, answer.reason);
  }
  return offerInstead(searchOf(search), answer, sentencesIn(search.locale).holdExpired);
}
