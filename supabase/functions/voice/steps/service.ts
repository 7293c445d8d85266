import { askDay } from "../asking/day.ts";
import { again, recordMessage } from "../asking/endings.ts";
import { readMoreServices, readServices, servicesOn } from "../asking/service.ts";
import type { Facts } from "../clinics.ts";
import type { Caller, Heard, Invocation, Step } from "../conversation.ts";
import { hearMore, hearNumber, MORE } from "../hearing/choices.ts";
import { hearName } from "../hearing/names.ts";
import type { Clinic, StateOf } from "../state.ts";
import { withFacts } from "./facts.ts";

/** Begins a booking: asks for the service, or for the day at once when there is only one. */
export function askForService(known: Clinic, caller: Caller): Invocation {
  return withFacts(known, caller, (facts, clinic) => {
    const [only, ...others] = facts.services;
    if (only === undefined) return recordMessage(clinic, "nothing_offered");
    if (others.length === 0) return askDay({ step: "day", ...clinic, tries: 0, service: only.id });
    return readServices({ step: "service", ...clinic, tries: 0, page: 0 }, facts);
  });
}

/** Which service is it for? */
export const service: Step<StateOf<"service">> = {
  ask: (state, caller) => withFacts(state, caller, (facts, clinic) => readServices({ ...state, ...clinic }, facts)),

  hear: (state, heard, caller) =>
    withFacts(state, caller, (facts, clinic) => {
      const chosen = hearService(state, heard, facts);
      if (chosen !== null) return askDay({ step: "day", ...clinic, tries: 0, service: chosen });
      const now = { ...state, ...clinic };
      const more = hearMore(heard.keys, heard.words) ? readMoreServices(now, facts) : null;
      return more ?? again(now, (next) => readServices(next, facts));
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
