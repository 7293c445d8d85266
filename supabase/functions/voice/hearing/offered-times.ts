import { minuteOfDay, type WallClock, weekday } from "../../_desk/clock.ts";
import { hearTimeOfDay } from "./time-of-day.ts";
import { uniform, withoutPronoun } from "./uniform.ts";

/**
 * The offer, or the appointment, whose time or weekday was said: "the nine thirty one", "Wednesday". Null when none or
 * several fit.
 */
export function hearOfferedTime<Timed extends { local: WallClock; second?: number }>(
  words: string,
  offers: readonly Timed[],
): Timed | null {
  const text = uniform(withoutPronoun(words));
  const days = [...text.matchAll(/\b(sun|mon|tue|wed|thu|fri|sat)(?:day|s|sday|nesday|rsday|urday|r|rs)?\b/g)]
    .map(([, name]) => WEEKDAYS.indexOf(name ?? ""));
  const times = [...text.matchAll(/\b(\d{1,2})(?::(\d\d))?(?: ?(am|pm|oclock))?(?![\d:/]|st\b|nd\b|rd\b|th\b)/g)]
    .map(([, hour, minute, half]) => ({ minute: (Number(hour) % 12) * 60 + Number(minute ?? 0), half }));
  const { hours } = times.length === 0 ? hearTimeOfDay(text) : { hours: null };
  if (days.length === 0 && times.length === 0 && hours === null) return null;

  const fitting = offers.filter(({ local }) => {
    const minute = minuteOfDay(local);
    const halfDay = 12 * 60;
    return (days.length === 0 || days.includes(weekday(local))) &&
      (hours === null || (minute >= hours.from && minute < hours.to)) &&
      (times.length === 0 || times.some((time) =>
        time.minute === minute % halfDay &&
        (time.half === undefined || time.half === "oclock" || (time.half === "pm") === (minute >= halfDay))
      ));
  });
  const [first] = fitting;
  return first !== undefined && fitting.every(({ local, second }) => local === first.local && second === first.second)
    ? first
    : null;
}

const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
