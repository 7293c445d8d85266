import { askDay, mayWait } from "../asking/day.ts";
import type { Step } from "../conversation.ts";
import { hearNumber } from "../hearing/choices.ts";
import { firstFree, hearDay } from "../hearing/day-words.ts";
import type { StateOf } from "../state.ts";
import { findOpenings, searchFor } from "./search.ts";
import { hearWaiting, waitFor } from "./waiting.ts";

/** Which day suits? */
export const day: Step<StateOf<"day">> = {
  ask: (state) => askDay(state),

  async hear(state, { keys, words }, caller) {
    if (mayWait(state) && (keys === "2" || (keys === "" && hearWaiting(words)))) return waitFor(state, caller);
    if (keys !== "" && keys !== "1") return null;
    const wish = hearNumber(keys, words, 1) === 1
      ? firstFree(state.asked)
      : await hearDay(words, state.locale, state.asked);
    return wish === null ? null : findOpenings(searchFor(wish, state), caller, words);
  },
};
