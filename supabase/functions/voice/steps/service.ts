import { hearMore, hearName, hearNumber, MORE } from "../hearing/choices.ts";
import type { Facts } from "../clinics.ts";
import type { Caller, Heard, Question, Reply, Step } from "../conversation.ts";
import { sentencesIn } from "../saying/sentences.ts";
import type { Clinic, StateOf } from "../state.ts";
import { again, worded } from "./again.ts";
import { askDay } from "./day.ts";
import { withFacts } from "./facts.ts";
import { recordMessage } from "./message.ts";

/** As many as one can keep in mind. */
const ON_A_PAGE = 5;

/** Begins a booking: asks for the service, or for the day at once when there is only one. */
export function askForService(known: Clinic, caller: Caller): Question {
  return withFacts(known, caller, (facts, clinic) => {
    const [only, ...others] = facts.services;
    if (only === undefined) return recordMessage(clinic, "nothing_offered");
    if (others.length === 0) return askDay({ step: "day", ...clinic, tries: 0, service: only.id });
    return readServices({ step: "service", ...clinic, tries: 0, page: 0 }, facts);
  });
}

function readServices(state: StateOf<"service">, facts: Facts): Reply {
  const sentences = sentencesIn(state.locale);
  const page = servicesOn(state.page, facts);
  return {
    locale: state.locale,
    say: [
      worded(sentences.service, state.tries),
      ...page.map(({ name }, index) => sentences.serviceChoice(index + 1, name)),
      facts.services.length > ON_A_PAGE ? sentences.more : "",
    ],
    then: { verb: "listen", state, keys: "one", hints: facts.services.map(({ name }) => name) },
  };
}

function servicesOn(page: number, facts: Facts): Facts["services"] {
  return facts.services.slice(page * ON_A_PAGE, (page + 1) * ON_A_PAGE);
}

/** Which service is it for? */
export const service: Step<StateOf<"service">> = {
  ask: (state, caller) => withFacts(state, caller, (facts, clinic) => readServices({ ...state, ...clinic }, facts)),

  hear: (state, heard, caller) =>
    withFacts(state, caller, (facts, clinic) => {
      const chosen = hearService(state, heard, facts);
      if (chosen !== null) return askDay({ step: "day", ...clinic, tries: 0, service: chosen });
      const pages = Math.ceil(facts.services.length / ON_A_PAGE);
      if (pages > 1 && hearMore(heard.keys, heard.words)) {
        return readServices({ ...state, ...clinic, tries: 0, page: (state.page + 1) % pages }, facts);
      }
      return again({ ...state, ...clinic }, (next) => readServices(next, facts));
    }),
};

function hearService(state: StateOf<"service">, { keys, words }: Heard, facts: Facts): string | null {
  const page = servicesOn(state.page, facts);
  const number = hearNumber(keys, words, page.length);
  if (number !== null && number !== MORE) return page[number - 1]?.id ?? null;
  if (keys !== "") return null;
  const named = hearName(words, facts.services.map(({ name }) => name));
  return named === null ? null : facts.services[named]?.id ?? null;
}
