import type { Minute } from "../../calendar.ts";
import type { Hours, Wish } from "../../findings.ts";
import { type ClockTime, minutesOf } from "./clock.ts";
import type { When } from "./when.ts";
import type { Part } from "./wish-reader.ts";

const DAY_END = 24 * 60;

/** How far around "around three" reaches. */
const BEFORE = 60;
const AFTER = 90;

type HoursOfWish = Pick<Wish, "hours" | "time" | "notHours">;

/** The parts of a day, and the exact time, that were said. */
export function hoursOf(when: When, parts: readonly Part[]): HoursOfWish {
  const times = parts.filter((part) => !("days" in part.is));
  const result: HoursOfWish = {};
  for (const part of times) {
    const hint = part.isJoined ? null : partOfDayBeside(times, part);
    const heard = readTime(when, part, hint);
    if (part.isRefused) {
      const hours = "time" in heard ? { from: heard.time, to: heard.time + 1 } : heard.hours;
      result.notHours = [...result.notHours ?? [], hours];
    } else if ("time" in heard && part.isJoined && result.time !== undefined) {
      // "Ten or eleven": two times are two short parts of the day.
      result.hours = [...result.hours ?? [], soonAfter(result.time), soonAfter(heard.time)];
      delete result.time;
    } else if ("time" in heard) {
      result.time = heard.time;
    } else {
      result.hours = combined(result.hours ?? [], heard.hours, part.isJoined);
    }
  }
  const { time } = result;
  // "Eleven in the morning" is a time; the morning only said which eleven.
  if (time !== undefined && result.hours?.some(({ from, to }) => from <= time && time < to)) delete result.hours;
  return result;
}

function soonAfter(time: Minute): Hours {
  return { from: time, to: time + 30 };
}

/** "Three in the afternoon": the part of the day that goes with a time. */
function partOfDayBeside(times: readonly Part[], part: Part): Hours | null {
  const beside = times.find(({ is, isRefused, segment }) => "hours" in is && !isRefused && segment === part.segment);
  return beside !== undefined && "hours" in beside.is ? beside.is.hours : null;
}

function readTime(when: When, { is, limit }: Part, hint: Hours | null): { time: Minute } | { hours: Hours } {
  if ("hours" in is) return { hours: is.hours };
  if ("days" in is) return { hours: { from: 0, to: DAY_END } };
  if (is.to !== undefined) return { hours: between(when, is.clock, is.to, hint) };
  const minute = minutesOf(is.clock, hint, when.hours);
  switch (limit) {
    case "from":
    case "between":
      return { hours: { from: minute, to: DAY_END } };
    case "after":
      return { hours: { from: minute, to: DAY_END } };
    case "too early":
      return { hours: { from: minute + 1, to: DAY_END } };
    case "before":
    case "by":
      return { hours: { from: 0, to: minute } };
    case "around":
      return { hours: { from: Math.max(0, minute - BEFORE), to: Math.min(DAY_END, minute + AFTER) } };
    default:
      return { time: minute };
  }
}

/** "From 2 to 4 pm" means both in the afternoon, "from 9 to 5" a whole working day. */
function between({ hours }: When, start: ClockTime, end: ClockTime, hint: Hours | null): Hours {
  const to = minutesOf(end, hint, hours);
  const usual = minutesOf(start, hint, hours);
  const hasHalf = start.half !== undefined;
  if (hasHalf || end.half === undefined && usual < to) {
    return { from: usual, to: usual < to ? to : Math.min(DAY_END, to + 12 * 60) };
  }
  const from = (["pm", "am"] as const).map((half) => minutesOf({ ...start, half }, null, hours)).find((guess) =>
    guess < to
  );
  return { from: from ?? usual, to: from === undefined ? Math.min(DAY_END, to + 12 * 60) : to };
}

/** "Mornings or after four" are both wanted; "in the morning after nine" is both at once; else the last one counts. */
function combined(list: readonly Hours[], next: Hours, isJoined: boolean): Hours[] {
  const last = list.at(-1);
  if (last === undefined || isJoined) return [...list, next];
  const both = { from: Math.max(last.from, next.from), to: Math.min(last.to, next.to) };
  return [...list.slice(0, -1), both.from < both.to ? both : next];
}
