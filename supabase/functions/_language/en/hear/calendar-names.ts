import type { Weekday } from "../../calendar.ts";
import { isOneOf } from "./words.ts";

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTH_NAMES = new Set(
  ("january february march april may june july august september october november december " +
    "jan feb mar apr jun jul aug sep sept oct nov dec").split(" "),
);
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const WEEKDAY_NAMES = new Set(
  "sunday monday tuesday wednesday thursday friday saturday mon tue tues wed weds thu thur thurs fri sat sun".split(
    " ",
  ),
);

/** The month of a name, 1 is January. */
export function monthOf(word: string | undefined): number | null {
  return word !== undefined && MONTH_NAMES.has(word) ? MONTHS.indexOf(word.slice(0, 3)) + 1 : null;
}

export type WeekdayName = { weekday: Weekday; isPlural: boolean };

/** The day of the week that is named at a place: "Friday", "Fridays", "Friday's"; and not where "sat" is a verb. */
export function weekdayAt(words: readonly string[], at: number): WeekdayName | null {
  const word = words[at] ?? "";
  const name = word.endsWith("'s") ? word.slice(0, -2) : word;
  const hasEnding = !WEEKDAY_NAMES.has(name) && name.endsWith("days");
  // "Monday's are good" is how a recogniser writes Mondays.
  const isPlural = hasEnding || (name !== word && isOneOf(words[at + 1], "are aren't work don't"));
  const single = hasEnding ? name.slice(0, -1) : name;
  if (!WEEKDAY_NAMES.has(single)) return null;
  if (isOneOf(single, "sat sun wed") && !canBeShort(words, at)) return null;
  return { weekday: WEEKDAYS.indexOf(single.slice(0, 3)), isPlural };
}

function canBeShort(words: readonly string[], at: number): boolean {
  return at === 0 && words.length <= 3 || isOneOf(words[at - 1], "on this next or and not at coming");
}
