/**
 * Days and wall clocks as a clinic has them on its wall, never instants. They are text, so they compare as they stand.
 * Counting takes a calendar without leaps or gaps in its days: UTC is one, and no instant is meant by it.
 */

/** "2026-11-24". */
export type Day = string;
/** "2026-11-24T09:30". */
export type WallClock = string;
/** Minutes since midnight; 1,440 is the next midnight. */
export type Minute = number;
/** 0 is Sunday. */
export type Weekday = number;

const DAY_MS = 24 * 60 * 60_000;

export function dayOf(clock: WallClock): Day {
  return clock.slice(0, 10);
}

export function minuteOf(clock: WallClock): Minute {
  return Number(clock.slice(11, 13)) * 60 + Number(clock.slice(14, 16));
}

/** A day by year, month from 1 and day, which may run over into another month. */
export function dayAt(year: number, month: number, day: number): Day {
  return write(Date.UTC(year, month - 1, day));
}

/** The day, if the calendar has it: no 30th of February. */
export function realDay(year: number, month: number, day: number): Day | null {
  if (year < 1000 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31) return null;
  const found = dayAt(year, month, day);
  return dateOf(found).day === day ? found : null;
}

export function dateOf(day: Day): { year: number; month: number; day: number } {
  return { year: Number(day.slice(0, 4)), month: Number(day.slice(5, 7)), day: Number(day.slice(8, 10)) };
}

export function addDays(day: Day, days: number): Day {
  return write(Date.parse(day) + days * DAY_MS);
}

/** The same day of another month, or that month's last when it is shorter. */
export function addMonths(day: Day, months: number): Day {
  const { year, month, day: number } = dateOf(day);
  const last = addDays(dayAt(year, month + months + 1, 1), -1);
  const wanted = dayAt(year, month + months, number);
  return wanted < last ? wanted : last;
}

export function weekdayOf(day: Day): Weekday {
  return new Date(Date.parse(day)).getUTCDay();
}

/** The first such weekday on or after a day. */
export function weekdayFrom(day: Day, weekday: Weekday): Day {
  return addDays(day, (weekday - weekdayOf(day) + 7) % 7);
}

function write(milliseconds: number): Day {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
