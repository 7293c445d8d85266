import { searchKnowledge } from "../../_desk/operations/calls.ts";
import { UnexpectedReasonError } from "../../_shared/errors.ts";
import { recordMessage, sayGoodbye } from "../asking/endings.ts";
import { askMenu } from "../asking/menu.ts";
import { askForMore, askQuestion } from "../asking/question.ts";
import { askWho } from "../asking/verification.ts";
import { type Caller, type Invocation, invoke, type Step } from "../conversation.ts";
import { hearYesNo } from "../hearing/choices.ts";
import { announcesQuestion, hearPlainErrand } from "../hearing/errands.ts";
import { uniform } from "../hearing/uniform.ts";
import { type Clinic, clinicOf, type StateOf } from "../state.ts";
import { askForService } from "./service.ts";

/** Enough for Postgres to see whether the best answer stands out. */
const CHUNKS = 3;
/** No question needs more. */
const MOST_CHARACTERS = 300;

/** Reads out what the clinic has written down about it. What is not clear becomes a message: no answer beats a wrong one. */
export function lookUp(clinic: Clinic, words: string, caller: Caller): Invocation {
  return invoke(searchKnowledge, {
    p_org_id: clinic.org,
    // Postgres has no room for what is no text.
    p_query: words.toWellFormed().replace(/\p{Cc}+/gu, " ").slice(0, MOST_CHARACTERS).toWellFormed(),
    p_limit: CHUNKS,
    p_call_sid: caller.callSid,
  }, (answer) => {
    if (!answer.success) throw new UnexpectedReasonError(searchKnowledge.rpc, answer.reason);
    const [best] = answer.chunks;
    return answer.clear && best !== undefined
      ? askForMore({ step: "answer", ...clinicOf(clinic), tries: 0 }, [best.body])
      : recordMessage(clinic, "question");
  });
}

/** What would the caller like to know? */
export const question: Step<StateOf<"question">> = {
  ask: askQuestion,
  hear: (state, { words }, caller) => words === "" || announcesQuestion(words) ? null : lookUp(state, words, caller),
};

/** The question is answered: is there anything else? */
export const answer: Step<StateOf<"answer">> = {
  ask: (state) => askForMore(state),

  hear(state, { keys, words }, caller) {
    const errand = keys === "" ? hearPlainErrand(words) : null;
    if (errand === "book") return askForService(state, caller);
    if (errand !== null) return askWho(state, errand, caller);

    if (keys === "" && announcesQuestion(words)) {
      return askQuestion({ step: "question", ...clinicOf(state), tries: 0 });
    }
    const asks = keys === "" && ASKING.test(uniform(words));
    const yes = asks ? null : hearYesNo(keys, words) ?? (keys === "" && ENOUGH.test(uniform(words)) ? false : null);
    if (yes === true) return askMenu({ step: "menu", ...clinicOf(state), tries: 0 });
    if (yes === false) return sayGoodbye(state.locale);
    return keys === "" && words !== "" ? lookUp(state, words, caller) : null;
  },
};

/** How a question begins, so that the "okay" or "not" in it is none of an answer to ours. */
const ASKING =
  /^(?:(?:and|but|so|also|yes|yeah|ok|okay|well) )*(?:what|when|where|how|who|which|why|do|does|is|are|can|could|may|must|should|will|would|have)\b/;
const ENOUGH =
  /\b(?:that's (?:all|it|everything)|that is (?:all|it|everything)|nothing|goodbye|bye)\b|^thank(?:s| you)\b/;
