import type { Slot, Success } from "../../_shared/contracts.ts";
import { hearYesNo } from "../hearing/choices.ts";
import { ask, type Plan, type Question, type Reply, type Step } from "../conversation.ts";
import { sentencesIn } from "../saying/sentences.ts";
import { spelled, spokenDate, spokenTime } from "../saying/spoken-time.ts";
import { searchOf, type StateOf } from "../state.ts";
import { worded } from "./again.ts";
import { holdIsOver } from "./hold.ts";

/** Reads back what would be booked, and the name if this call gave one; never one that the clinic knew before. */
export function readBack(state: StateOf<"confirm">, held: Success<"set_hold_contact">): Reply {
  const sentences = sentencesIn(state.locale);
  const { slot, contact } = held;
  if (held.code !== undefined) return sayBooked(state.locale, slot, held.code);
  return {
    locale: state.locale,
    say: [
      sentences.readBack(
        slot.service_name,
        slot.provider_name,
        spokenDate(slot.starts_local, state.locale),
        spokenTime(slot.starts_local),
      ),
      contact.name === null ? "" : sentences.forName(contact.name),
      worded(sentences.confirm, state.tries),
    ],
    then: listening(state),
  };
}

/** The appointment is made: says when and with whom, and the code twice. */
export function sayBooked(locale: Reply["locale"], slot: Slot, code: string): Reply {
  const sentences = sentencesIn(locale);
  return {
    locale,
    say: [
      sentences.booked(
        slot.service_name,
        slot.provider_name,
        spokenDate(slot.starts_local, locale),
        spokenTime(slot.starts_local),
      ),
      sentences.code(spelled(code)),
      sentences.goodbye,
    ],
    then: { verb: "hang up" },
  };
}

function listening(state: StateOf<"confirm">): Reply["then"] {
  return { verb: "listen", state, keys: "one", hints: ["yes", "no", "yes please", "no thank you"] };
}

/** Shall it be booked? */
export const confirm: Step<StateOf<"confirm">> = {
  ask(state): Plan {
    if (state.tries > 0) {
      const question = worded(sentencesIn(state.locale).confirm, state.tries);
      return { locale: state.locale, say: [question], then: listening(state) };
    }
    // Noting nothing reads what is held, which no URL may carry.
    return ask(
      "set_hold_contact",
      { p_org_id: state.org, p_hold_id: state.hold, p_contact: null },
      (answer) => answer.success ? readBack(state, answer) : holdIsOver(state, "set_hold_contact", answer),
    );
  },

  hear(state, { keys, words }, caller) {
    const yes = hearYesNo(keys, words);
    if (yes === null) return null;
    return yes ? book(state, caller.phone) : letGo(state);
  },
};

function book(state: StateOf<"confirm">, phone: string | null): Question {
  return ask(
    "confirm_hold",
    {
      p_org_id: state.org,
      p_hold_id: state.hold,
      p_contact: phone === null ? {} : { phone },
    },
    (answer) =>
      answer.success ? sayBooked(state.locale, answer.slot, answer.code) : holdIsOver(state, "confirm_hold", answer),
  );
}

function letGo(state: StateOf<"confirm">): Question {
  const { after: _heardBefore, ...search } = searchOf(state);
  return ask("release_hold", { p_org_id: state.org, p_hold_id: state.hold }, () => ({
    locale: state.locale,
    say: [sentencesIn(state.locale).letGo],
    then: { verb: "go", state: { step: "search", ...search } },
  }));
}
