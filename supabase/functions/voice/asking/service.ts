import type { Facts } from "../clinics.ts";
import type { Reply } from "../conversation.ts";
import { sentencesIn, worded } from "../saying/sentences.ts";
import type { StateOf } from "../state.ts";

/** As many as one can keep in mind. */
const ON_A_PAGE = 5;

/** Asks what it is for, and reads a page of what the clinic offers. */
export function readServices(state: StateOf<"service">, facts: Facts): Reply {
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

/** Reads the next page, after the last one the first; null when there is no other. */
export function readMoreServices(state: StateOf<"service">, facts: Facts): Reply | null {
  const pages = Math.ceil(facts.services.length / ON_A_PAGE);
  return pages > 1 ? readServices({ ...state, tries: 0, page: (state.page + 1) % pages }, facts) : null;
}

/** The services that are read together. */
export function servicesOn(page: number, facts: Facts): Facts["services"] {
  return facts.services.slice(page * ON_A_PAGE, (page + 1) * ON_A_PAGE);
}
