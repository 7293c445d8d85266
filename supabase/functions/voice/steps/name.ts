import { hearNumber, hearPersonName } from "../hearing/choices.ts";
import { ask, type Reply, type Step } from "../conversation.ts";
import { sentencesIn } from "../saying/sentences.ts";
import { searchOf, type StateOf } from "../state.ts";
import { worded } from "./again.ts";
import { readBack } from "./confirm.ts";
import { holdIsOver } from "./hold.ts";

/** Asks for the caller's name. */
export function askName(state: StateOf<"name">, before: readonly string[] = []): Reply {
  return {
    locale: state.locale,
    say: [...before, worded(sentencesIn(state.locale).name, state.tries)],
    then: { verb: "listen", state, keys: "one", hints: [] },
  };
}

/** Who is it for? Whoever cannot or will not say it books all the same: the clinic has a number to ask. */
export const name: Step<StateOf<"name">> = {
  ask: (state) => askName(state),

  hear(state, { keys, words }) {
    const withoutName = hearNumber(keys, words, 1) === 1;
    const given = withoutName || keys !== "" ? null : hearPersonName(words);
    if (given === null && !withoutName) return null;
    return ask(
      "set_hold_contact",
      {
        p_org_id: state.org,
        p_hold_id: state.hold,
        p_contact: given === null ? null : { name: given },
      },
      (answer) =>
        answer.success
          ? readBack({ step: "confirm", ...searchOf(state), tries: 0, hold: state.hold }, answer)
          : holdIsOver(state, "set_hold_contact", answer),
    );
  },
};
