import type { Success } from "../../_shared/contracts.ts";
import { UnexpectedReasonError } from "../../_shared/errors.ts";
import { localeOfNumber } from "../../_shared/twilio-call.ts";
import { ask, type Caller, type Question, type Reply, type Step } from "../conversation.ts";
import { sentencesIn } from "../saying/sentences.ts";
import type { Clinic, StateOf } from "../state.ts";
import { toMinute } from "../wall-clock.ts";
import { askMenu } from "./menu.ts";

/** What Postgres tells of the clinic and what it offers. */
export type Facts = Success<"begin_call">;

/** Asks which clinic this is and what it offers. Any turn may: Postgres writes the call down once. */
export function askForFacts(caller: Caller, say: (facts: Facts) => Reply): Question {
  return ask("begin_call", {
    p_to: caller.dialled,
    p_from: caller.phone,
    p_call_sid: caller.callSid,
    p_created_at: caller.at,
  }, (answer) => {
    if (answer.success) return say(answer);
    if (answer.reason !== "not_found") throw new UnexpectedReasonError("begin_call", answer.reason);
    const locale = localeOfNumber(caller.dialled);
    return { locale, say: [sentencesIn(locale).noClinic], then: { verb: "hang up" } };
  });
}

/** What the further steps need to know of the clinic. */
export function clinicIn({ clinic }: Facts): Clinic {
  return { org: clinic.id, zone: clinic.timezone, locale: clinic.locale, asked: toMinute(clinic.local_now) };
}

/** The call has come in: the clinic introduces itself. Who is calling is none of what is said. */
export const greeting: Step<StateOf<"greeting">> = {
  ask: (_state, caller) => greet(caller),
  hear: (_state, _heard, caller) => greet(caller),
};

function greet(caller: Caller): Question {
  return askForFacts(caller, (facts) => {
    const { name, greeting: own, emergency_number } = facts.clinic;
    const sentences = sentencesIn(facts.clinic.locale);
    // A clinic's own greeting may have its name in it already.
    const introduction = own === null ? sentences.welcome(name) : own.includes(name) ? own : `${name}. ${own}`;
    const menu = askMenu({ step: "menu", ...clinicIn(facts), tries: 0 });
    return { ...menu, say: [introduction, sentences.emergency(emergency_number), ...menu.say] };
  });
}
