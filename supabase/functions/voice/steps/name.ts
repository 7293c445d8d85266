import { setHoldContact } from "../../_desk/operations/booking.ts";
import { readBack } from "../asking/confirm.ts";
import { askName } from "../asking/contact.ts";
import { invoke, type Step } from "../conversation.ts";
import { hearNumber } from "../hearing/choices.ts";
import { hearPersonName } from "../hearing/names.ts";
import { searchOf, type StateOf } from "../state.ts";
import { holdIsOver } from "./claim.ts";

/** Who is it for? Whoever cannot or will not say it books all the same: the clinic has a number to ask. */
export const name: Step<StateOf<"name">> = {
  ask: (state) => askName(state),

  hear(state, { keys, words }) {
    const withoutName = hearNumber(keys, words, 1) === 1;
    const given = withoutName || keys !== "" ? null : hearPersonName(words);
    if (given === null && !withoutName) return null;
    return invoke(
      setHoldContact,
      {
        p_org_id: state.org,
        p_hold_id: state.hold,
        p_contact: given === null ? null : { name: given },
      },
      (answer) =>
        answer.success
          ? readBack({ step: "confirm", ...searchOf(state), tries: 0, hold: state.hold }, answer)
          : holdIsOver(state, setHoldContact, answer),
    );
  },
};
