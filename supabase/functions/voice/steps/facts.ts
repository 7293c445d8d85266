import { beginCall } from "../../_desk/operations/calls.ts";
import type { Failure } from "../../_desk/operations/operation.ts";
import { UnexpectedReasonError } from "../../_shared/errors.ts";
import { localeOfNumber } from "../../_language/locale.ts";
import type { Facts } from "../clinics.ts";
import type { Caller, Invocation, Reply } from "../conversation.ts";
import { sentencesIn } from "../saying/sentences.ts";
import { type Clinic, clinicOf } from "../state.ts";
import { toMinute } from "../../_desk/clock.ts";

/**
 * Says something for which the clinic's facts are needed: those that are remembered, if they are the ones with which this
 * call began, or else what Postgres tells. Any turn may ask it: the call is written down once.
 */
export function withFacts(
  known: Clinic | null,
  caller: Caller,
  say: (facts: Facts, clinic: Clinic) => Reply,
): Invocation {
  const args = {
    p_to: caller.dialled,
    p_from: caller.phone,
    p_call_sid: caller.callSid,
    p_created_at: caller.at,
  };
  return {
    rpc: beginCall.rpc,
    args,
    async run({ database, clinics }) {
      const remembered = known === null ? null : clinics.recall(known);
      if (known !== null && remembered !== null) return say(remembered, clinicOf(known));

      const answer = await database(beginCall, args);
      if (!answer.success) return noClinic(caller, answer);
      const { clinic: { local_now, ...clinic }, services, providers } = answer;
      const facts = { clinic, services, providers };
      clinics.remember(facts);
      return say(facts, {
        org: clinic.id,
        zone: clinic.timezone,
        locale: clinic.locale,
        asked: toMinute(local_now),
        version: clinic.version,
      });
    },
  };
}

function noClinic(caller: Caller, { reason }: Failure): Reply {
  if (reason !== "not_found") throw new UnexpectedReasonError(beginCall.rpc, reason);
  const locale = localeOfNumber(caller.dialled);
  return { locale, say: [sentencesIn(locale).noClinic], then: { verb: "hang up" } };
}
