import { setHoldContact } from "../../_desk/operations/booking.ts";
import type { Slot } from "../../_desk/operations/answers.ts";
import type { Success } from "../../_desk/operations/operation.ts";
import type { Reply } from "../conversation.ts";
import { YES_NO_HINTS } from "../hearing/choices.ts";
import { sentencesIn, worded } from "../saying/sentences.ts";
import { spelled, spokenDate, spokenMoment, spokenTime } from "../saying/spoken-time.ts";
import type { Search, StateOf } from "../state.ts";
import { sayGoodbye } from "./endings.ts";

/**
 * Reads back what would be booked, or moved from when to when, and the name if this call gave one; never one that the
 * clinic knew before.
 */
export function readBack(state: StateOf<"confirm">, held: Success<typeof setHoldContact>): Reply {
  const { locale, moving } = state;
  const sentences = sentencesIn(locale);
  const { slot: { service_name, provider_name, starts_local }, contact, code } = held;
  if (code !== undefined) return sayDone(state, held.slot, code);
  return askToConfirm(
    state,
    moving === undefined
      ? [
        sentences.readBack(service_name, provider_name, spokenDate(starts_local, locale), spokenTime(starts_local)),
        contact.name === null ? "" : sentences.forName(contact.name),
      ]
      : [sentences.moveBack(spokenMoment(moving.local, locale), spokenMoment(starts_local, locale), provider_name)],
  );
}

/** Asks whether to book or to move; `before` has said what. */
export function askToConfirm(state: StateOf<"confirm">, before: readonly string[] = []): Reply {
  const { locale, moving, tries } = state;
  const sentences = sentencesIn(locale);
  return {
    locale,
    say: [...before, worded(moving === undefined ? sentences.confirm : sentences.confirmMove, tries)],
    then: { verb: "listen", state, keys: "one", hints: YES_NO_HINTS },
  };
}

/** The appointment is made or has moved: says when and with whom, and the code twice. */
export function sayDone({ locale, moving }: Pick<Search, "locale" | "moving">, slot: Slot, code: string): Reply {
  const sentences = sentencesIn(locale);
  const done = moving === undefined ? sentences.booked : sentences.moved;
  const { service_name, provider_name, starts_local } = slot;
  return sayGoodbye(locale, [
    done(service_name, provider_name, spokenDate(starts_local, locale), spokenTime(starts_local)),
    sentences.code(spelled(code)),
  ]);
}
