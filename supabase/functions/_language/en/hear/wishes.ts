import { addDays, type Day, type Weekday, weekdayFrom } from "../../calendar.ts";
import { type Asked, type Days, type Either, FAR, type Wish } from "../../findings.ts";
import { inWeek } from "./weekdays.ts";
import type { Heard, When } from "./when.ts";
import { hoursOf } from "./wish-hours.ts";
import { itemsOf } from "./wish-items.ts";
import { type Part, WishReader } from "./wish-reader.ts";

/** When a caller would like to come, when they are to come as it stands, and two readings where both are likely. */
export type HeardWish = { wish?: Wish; existing?: Wish; either?: Pick<Either, "days">; isCorrected: boolean };

export function hearWish(when: When, asked: Asked): HeardWish {
  const reader = new WishReader(when.today, when.words.some((word) => MOVING.has(word)));
  for (const item of itemsOf(when, asked)) reader.read(item);
  const wanted = current(reader.parts.filter((part) => !part.isExisting));
  const existing = current(reader.parts.filter((part) => part.isExisting));
  const either = eitherOf(wanted);
  const wish: Wish = {
    ...(either === null && daysOf(when, wanted)),
    ...hoursOf(when, wanted),
  };
  addFlags(wish, reader, either !== null);
  const theirs: Wish = { ...daysOf(when, existing), ...hoursOf(when, existing) };
  return {
    ...(Object.keys(wish).length > 0 && { wish }),
    ...(Object.keys(theirs).length > 0 && { existing: theirs }),
    ...(either !== null && { either: { days: either } }),
    isCorrected: reader.segment > 0,
  };
}

const MOVING = new Set(
  "move moved moving change changed changing switch swap reschedule rescheduled shift push".split(" "),
);

/** What a correction has not taken back: of days and of times, those that were said last. */
function current(parts: readonly Part[]): Part[] {
  const latest = (isDays: boolean) =>
    Math.max(
      0,
      ...parts.filter((part) => !part.isRefused && "days" in part.is === isDays).map(({ segment }) => segment),
    );
  const [days, times] = [latest(true), latest(false)];
  return parts.filter((part) => part.isRefused || part.segment === ("days" in part.is ? days : times));
}

function addFlags(wish: Wish, { flags, shift }: WishReader, hasEither: boolean): void {
  const hasDays = hasEither || wish.days !== undefined || wish.weekdays !== undefined;
  const hasHours = wish.hours !== undefined || wish.time !== undefined;
  if (flags.has("soonest")) wish.soonest = true;
  if (flags.has("any day") && !hasDays) wish.anyDay = true;
  if (flags.has("any time") && !hasHours) wish.anyTime = true;
  if (shift !== undefined && !hasDays) wish.shift = shift;
  else if (flags.has("sooner")) wish.than = "sooner";
  else if (flags.has("later")) wish.than = "later";
}

/** The two readings of the only day that was said. */
function eitherOf(parts: readonly Part[]): [Days, Days] | null {
  const days = parts.filter((part) => !part.isRefused && "days" in part.is);
  const [only] = days;
  if (only === undefined || days.length > 1 || only.limit !== null || !("days" in only.is)) return null;
  const { days: first, either, every } = only.is.days;
  return first === null || either === undefined || every !== undefined ? null : [first, either];
}

type Said = { heard: Heard; days: Days; part: Part };

function daysOf(when: When, parts: readonly Part[]): Pick<Wish, "days" | "weekdays" | "notDays" | "notWeekdays"> {
  const said = parts.flatMap((part): Said[] => {
    if (!("days" in part.is) || part.is.days.days === null) return [];
    const heard = part.is.days;
    return [{ heard, days: limited(when, heard, part.is.days.days, part), part }];
  });
  const refused = said.filter(({ part }) => part.isRefused);
  const wanted = said.filter(({ part }) => !part.isRefused);
  return {
    ...wantedDays(when, wanted),
    ...notEmpty("notDays", refused.filter(({ heard }) => refusedWeekdays(heard).length === 0).map(({ days }) => days)),
    ...notEmpty("notWeekdays", unique(refused.flatMap(({ heard }) => refusedWeekdays(heard)))),
  };
}

/** The days that "from", "after", "before" and "by" make of some. */
function limited({ today }: When, { isEnd, weekday, either }: Heard, { from, to }: Days, { limit }: Part): Days {
  const open = (first: Day) => ({ from: first, to: addDays(first, FAR - 1) });
  // "From Friday", said on a Friday, is from today; "by Friday" is by the next.
  const last = weekday !== undefined && either !== undefined ? either.to : to;
  switch (limit) {
    case "from":
      return open(isEnd === true ? to : from);
    case "after":
      return open(addDays(to, 1));
    case "before":
      return upTo(today, isEnd === true ? to : addDays(from, -1));
    case "by":
      return upTo(today, last);
    default:
      return { from, to };
  }
}

/** "Before yesterday" has passed as a whole. */
function upTo(today: Day, last: Day): Days {
  return { from: last < today ? last : today, to: last };
}

/** Weekdays are put into the week that was named beside them; of a longer span they choose. */
function wantedDays(when: When, said: readonly Said[]): Pick<Wish, "days" | "weekdays"> {
  const weekdays = said.filter(({ heard, part }) => weekdaysOf(heard).length > 0 && part.limit === null);
  const others = said.filter((one) => !weekdays.includes(one));
  const week = others.find(({ heard }) => heard.weeks !== undefined)?.heard.weeks;
  const span = others.find(({ days }) => days.from !== days.to);
  if (weekdays.length === 0) return notEmpty("days", withoutTwice(between(others)));
  if (span !== undefined) return inSpan(span.days, unique(weekdays.flatMap(({ heard }) => weekdaysOf(heard))), others);
  if (weekdays.every(({ heard }) => heard.every !== undefined) && others.length === 0) {
    return { weekdays: unique(weekdays.flatMap(({ heard }) => weekdaysOf(heard))) };
  }
  return {
    days: said.map(({ heard, days }) => {
      if (week === undefined || heard.weekday === undefined) return days;
      const day = inWeek(when, heard.weekday, week);
      return { from: day, to: day };
    }),
  };
}

/** "Today, the 14th." */
function withoutTwice(list: readonly Days[]): Days[] {
  return list.filter((days, at) => list.findIndex(({ from, to }) => from === days.from && to === days.to) === at);
}

/** "After the 20th but before the end of the month" is one span. */
function between(said: readonly Said[]): Days[] {
  const [first, second] = said;
  if (said.length !== 2 || first === undefined || second === undefined) return said.map(({ days }) => days);
  const [start, end] = isStart(first) ? [first, second] : [second, first];
  const isBetween = isStart(start) && isEnd(end) && start.days.from <= end.days.to;
  return isBetween ? [{ from: start.days.from, to: end.days.to }] : said.map(({ days }) => days);
}

const isStart = ({ part }: Said) => part.limit === "from" || part.limit === "after";
const isEnd = ({ part }: Said) => part.limit === "before" || part.limit === "by";

function inSpan(span: Days, weekdays: Weekday[], others: readonly Said[]): Pick<Wish, "days" | "weekdays"> {
  const isWeek = addDays(span.from, 7) > span.to;
  if (!isWeek) return { days: others.map(({ days }) => days), weekdays };
  const days = weekdays.map((weekday) => weekdayFrom(span.from, weekday)).filter((day) => day <= span.to);
  return days.length === 0 ? { days: [span] } : { days: days.map((day) => ({ from: day, to: day })) };
}

function weekdaysOf({ weekday, every }: Heard): readonly Weekday[] {
  return every ?? (weekday === undefined ? [] : [weekday]);
}

/** Who works Monday to Thursday does so every week. */
function refusedWeekdays(heard: Heard): readonly Weekday[] {
  return heard.range ?? weekdaysOf(heard);
}

function unique(weekdays: readonly Weekday[]): Weekday[] {
  return [...new Set(weekdays)];
}

function notEmpty<Name extends string, One>(name: Name, list: One[]): { [name in Name]?: One[] } {
  return list.length === 0 ? {} : { [name]: list } as { [name in Name]?: One[] };
}
