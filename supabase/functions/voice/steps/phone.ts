import { setHoldContact } from "../../_desk/operations/booking.ts";
import { askName, askPhone } from "../asking/contact.ts";
import { invoke, type Step } from "../conversation.ts";
import { keyedPhone } from "../hearing/phone-numbers.ts";
import { sentencesIn } from "../saying/sentences.ts";
import { spelledPhone } from "../saying/spoken-time.ts";
import { searchOf, type StateOf } from "../state.ts";
import { holdIsOver } from "./claim.ts";

/** On which number can the clinic call back? It is noted on the hold, since no number may travel in a URL. */
export const phone: Step<StateOf<"phone">> = {
  ask: askPhone,

  hear(state, { keys, words }) {
    const number = keyedPhone(keys === "" ? words : keys, state.locale);
    if (number === null) return null;
    return invoke(
      setHoldContact,
      { p_org_id: state.org, p_hold_id: state.hold, p_contact: { phone: number } },
      (answer) => {
        if (!answer.success) return holdIsOver(state, setHoldContact, answer);
        const heard = sentencesIn(state.locale).phoneHeard(spelledPhone(number));
        return askName({ step: "name", ...searchOf(state), tries: 0, hold: state.hold }, [heard]);
      },
    );
  },
};
