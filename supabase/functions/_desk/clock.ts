/**
 * The clinic's wall clock, as Postgres tells it: "2026-11-24T09:30". It is compared, counted in days and spoken here,
 * never turned into an instant: what a wall clock means is for Postgres to say.
 */
export type WallClock = string;

/** What a wall clock looks like in our URLs. */
export const WALL_CLOCK = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d$/;

/** A wall clock and its zone: Postgres knows which instant that is. */
export function moment(clock: WallClock, zone: string): string {
  return `${clock.replace("T", " ")} ${zone}`;
}

/** Cuts off the seconds that Postgres adds. */
export function toMinute(clock: string): WallClock {
  return clock.slice(0, 16);
}

/** A day of the calendar: year, month from 1 and day, which may run over into the next month. */
export function dayAt(year: number, month: number, day: number): WallClock {
  return write(Date.UTC(year, month - 1, day));
}

/** Midnight at which the day begins. */
export function startOfDay(clock: WallClock): WallClock {
  return `${clock.slice(0, 10)}T00:00`;
}

/** The same time, some days later or earlier. */
export function addDays(clock: WallClock, days: number): WallClock {
  return write(read(clock) + days * 24 * 60 * 60_000);
}

/** How many days lie between two midnights. */
export function daysBetween(from: WallClock, to: WallClock): number {
  return Math.round((read(to) - read(from)) / (24 * 60 * 60_000));
}

/** So many minutes after the midnight at which the day begins; 1,440 is the next midnight. */
export function atMinute(day: WallClock, minute: number): WallClock {
  return write(read(startOfDay(day)) + minute * 60_000);
}

/** Minutes since midnight. */
export function minuteOfDay(clock: WallClock): number {
  return Number(clock.slice(11, 13)) * 60 + Number(clock.slice(14, 16));
}

/** 0 is Sunday. */
export function weekday(clock: WallClock): number {
  return new Date(read(clock)).getUTCDay();
}

/** The parts of the date. */
export function dateOf(clock: WallClock): { year: number; month: number; day: number } {
  return { year: Number(clock.slice(0, 4)), month: Number(clock.slice(5, 7)), day: Number(clock.slice(8, 10)) };
}

// Counting takes a calendar without leaps or gaps in its days: UTC is one, and no instant is meant by it.
function read(clock: WallClock): number {
  return Date.parse(`${clock}Z`);
}

function write(milliseconds: number): WallClock {
  return new Date(milliseconds).toISOString().slice(0, 16);
}
