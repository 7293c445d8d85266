import type { Failure, Slot, Success } from "../../_shared/contracts.ts";
import { hearYesNo } from "../hearing/choices.ts";
import { ask, type Plan, type Question, type Reply, type Step } from "../conversation.ts";
import { sentencesIn } from "../saying/sentences.ts";
import { spelled, spokenDate, spokenTime } from "../saying/spoken-time.ts";
import { type Booked, type Search, searchOf, type StateOf } from "../state.ts";
import { worded } from "./again.ts";
import { holdIsOver } from "./hold.ts";
import { recordMessage } from "./message.ts";

/**
 * Reads back what would be booked, or moved from when to when, and the name if this call gave one; never one that the
 * clinic knew before.
 */
export function readBack(state: StateOf<"confirm">, held: Success<"set_hold_contact">): Reply {
  const sentences = sentencesIn(state.locale);
  const { slot, contact } = held;
  if (held.code !== undefined) return sayDone(state, slot, held.code);
  const [date, time] = [spokenDate(slot.starts_local, state.locale), spokenTime(slot.starts_local)];
  return {
    locale: state.locale,
    say: state.moving === undefined
      ? [
        sentences.readBack(slot.service_name, slot.provider_name, date, time),
        contact.name === null ? "" : sentences.forName(contact.name),
        question(state),
      ]
      : [
        sentences.moveBack(
          sentences.openingWithDate(spokenDate(state.moving.local, state.locale), spokenTime(state.moving.local)),
          sentences.openingWithDate(date, time),
          slot.provider_name,
        ),
        question(state),
      ],
    then: listening(state),
  };
}

/** The appointment is made or has moved: says when and with whom, and the code twice. */
export function sayDone({ locale, moving }: Pick<Search, "locale" | "moving">, slot: Slot, code: string): Reply {
  const sentences = sentencesIn(locale);
  const say = moving === undefined ? sentences.booked : sentences.moved;
  return {
    locale,
    say: [
      say(slot.service_name, slot.provider_name, spokenDate(slot.starts_local, locale), spokenTime(slot.starts_local)),
      sentences.code(spelled(code)),
      sentences.goodbye,
    ],
    then: { verb: "hang up" },
  };
}

function question({ locale, moving, tries }: StateOf<"confirm">): string {
  const sentences = sentencesIn(locale);
  return worded(moving === undefined ? sentences.confirm : sentences.confirmMove, tries);
}

function listening(state: StateOf<"confirm">): Reply["then"] {
  return { verb: "listen", state, keys: "one", hints: ["yes", "no", "yes please", "no thank you"] };
}

/** Shall it be booked, or moved? */
export const confirm: Step<StateOf<"confirm">> = {
  ask(state): Plan {
    if (state.tries > 0) return { locale: state.locale, say: [question(state)], then: listening(state) };
    // Noting nothing reads what is held, which no URL may carry.
    return ask(
      "set_hold_contact",
      { p_org_id: state.org, p_hold_id: state.hold, p_contact: null },
      (answer) => answer.success ? readBack(state, answer) : holdIsOver(state, "set_hold_contact", answer),
    );
  },

  hear(state, { keys, words }, caller) {
    const yes = hearYesNo(keys, words, state.moving === undefined ? undefined : MOVE);
    if (yes === null) return null;
    if (!yes) return letGo(state);
    return state.moving === undefined ? book(state, caller.phone) : move(state, state.moving);
  },
};

const MOVE = /\b(?:move|change|reschedule)(?: (?:it|that|the appointment|my appointment))?\b/;

function book(state: StateOf<"confirm">, phone: string | null): Question {
  return ask(
    "confirm_hold",
    {
      p_org_id: state.org,
      p_hold_id: state.hold,
      p_contact: phone === null ? {} : { phone },
    },
    (answer) => answer.success ? sayDone(state, answer.slot, answer.code) : holdIsOver(state, "confirm_hold", answer),
  );
}

/** Until this moment the appointment has its old time. */
function move(state: StateOf<"confirm">, { appointment }: Booked): Question {
  return ask(
    "reschedule_appointment",
    { p_org_id: state.org, p_appointment_id: appointment, p_hold_id: state.hold },
    (answer) => answer.success ? sayDone(state, answer.slot, answer.code) : notMoved(state, answer),
  );
}

function notMoved(state: StateOf<"confirm">, answer: Failure): Reply {
  // Staff have cancelled it meanwhile, or it has begun.
  if (answer.reason === "not_found") return recordMessage(state, "move");
  return holdIsOver(state, "reschedule_appointment", answer);
}

function letGo(state: StateOf<"confirm">): Question {
  const { after: _heardBefore, ...search } = searchOf(state);
  return ask("release_hold", { p_org_id: state.org, p_hold_id: state.hold }, () => ({
    locale: state.locale,
    say: [sentencesIn(state.locale).letGo],
    then: { verb: "go", state: { step: "search", ...search } },
  }));
}
