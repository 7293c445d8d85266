import type { Locale } from "../../_language/locale.ts";
import type { Plan, Reply } from "../conversation.ts";
import { sentencesIn } from "../saying/sentences.ts";
import type { Clinic, MessageReason, StateOf } from "../state.ts";

/** Asks again, in other words; when that was in vain twice, a message is taken instead. */
export function again<State extends Clinic & { tries: number }, P extends Plan>(
  state: State,
  ask: (state: State) => P,
): P | Reply {
  return state.tries < 2 ? ask({ ...state, tries: state.tries + 1 }) : recordMessage(state, "not_understood");
}

/** Records what the caller wants to tell the clinic. */
export function recordMessage(clinic: Pick<Clinic, "org" | "locale">, reason: MessageReason): Reply {
  const { org, locale } = clinic;
  const sentences = sentencesIn(locale);
  return {
    locale,
    say: [sentences.messageLead[reason], sentences.leaveMessage],
    then: { verb: "record", state: { step: "message", org, locale, reason } },
  };
}

/** Asks for the message again, of which there is no recording yet. */
export function recordAgain(state: StateOf<"message">, locale: Locale): Reply {
  return { locale, say: [sentencesIn(locale).leaveMessage], then: { verb: "record", state } };
}

/** What is true as soon as there is a recording, whether or not we could write it down: Twilio keeps it. */
export function messageTaken(locale: Locale): Reply {
  return { locale, say: [sentencesIn(locale).messageTaken], then: { verb: "hang up" } };
}

/** Ends the call; `before` tells what it has come to. */
export function sayGoodbye(locale: Locale, before: readonly string[] = []): Reply {
  return { locale, say: [...before, sentencesIn(locale).goodbye], then: { verb: "hang up" } };
}
