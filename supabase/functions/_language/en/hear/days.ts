import { dateAt } from "./dates.ts";
import { holidayAt } from "./holidays.ts";
import { relativeDayAt } from "./relative-days.ts";
import { spanAt } from "./spans.ts";
import { weekdaySaidAt } from "./weekdays.ts";
import type { Heard, When } from "./when.ts";

/** The days that are named at one place. What says more comes first: a full date beats its weekday, a week its day. */
export function daysAt(when: When, at: number): Heard | null {
  return relativeDayAt(when, at) ?? longer(spanAt(when, at), dateAt(when, at) ?? holidayAt(when, at)) ??
    weekdaySaidAt(when, at);
}

function longer(one: Heard | null, other: Heard | null): Heard | null {
  if (one === null || other === null) return one ?? other;
  return one.end > other.end ? one : other;
}
