import type { Asked } from "../../findings.ts";
import { clockAt, type ClockTime } from "./clock.ts";
import { daysAt } from "./days.ts";
import { type PartOfDay, PARTS_OF_DAY } from "./parts-of-day.ts";
import type { Heard, When } from "./when.ts";
import { type Cue, CUES } from "./wish-cues.ts";
import { FILLERS, isOneOf, phraseAt } from "./words.ts";

/** What is found in an utterance from left to right: days, parts of the day, times on the clock, and what is said of them. */
export type Item =
  | { is: "days"; heard: Heard }
  | { is: "part"; part: PartOfDay }
  | { is: "clock"; clock: ClockTime }
  | { is: "cue"; cue: Cue }
  | { is: "word"; word: string };

/** Reads each place once; what is found there is passed over as a whole. */
export function itemsOf(when: When, asked: Asked): Item[] {
  const { words } = when;
  const items: Item[] = [];
  let saidDay = when.saidDay;
  for (let at = 0; at < words.length;) {
    const found = itemAt({ ...when, saidDay, reference: saidDay ?? when.reference }, asked, at, items);
    if (found.item.is === "days" && found.item.heard.days !== null) saidDay = found.item.heard.days.from;
    items.push(found.item);
    at = found.end;
  }
  return items;
}

function itemAt(when: When, asked: Asked, at: number, before: readonly Item[]): { item: Item; end: number } {
  const { words } = when;
  // "Am I confirmed?" is no morning.
  const isVerb = words[at] === "am" && isOneOf(words[at + 1], "i we");
  const part = isVerb ? null : phraseAt(PARTS_OF_DAY, words, at);
  const cue = cueAt(when, at, before);
  // "Not before the school run" is a part of the day, "any day but" is no day.
  if (part !== null && part.end >= (cue?.end ?? 0)) return { item: { is: "part", part: part.meaning }, end: part.end };
  const heard = daysAt(when, at);
  if (heard !== null && heard.end >= (cue?.end ?? 0)) return { item: { is: "days", heard }, end: heard.end };
  const isRange = lastCue(before) === "from" || lastCue(before) === "between";
  if (cue === null || isSoundOfNumber(words, at)) {
    const clock = clockAt(isRange ? withoutTo(words, at) : words, at, when.referenceMinute);
    if (clock !== null && (!clock.isBare || isTime(when, asked, clock, at, before))) {
      return { item: { is: "clock", clock }, end: clock.end };
    }
  }
  return cue === null
    ? { item: { is: "word", word: words[at] ?? "" }, end: at + 1 }
    : { item: { is: "cue", cue: cue.cue }, end: cue.end };
}

function cueAt({ words }: When, at: number, before: readonly Item[]): { cue: Cue; end: number } | null {
  const found = phraseAt(CUES, words, at);
  if (found === null) return words[at] === "my" ? { cue: "my", end: at + 1 } : null;
  // In "mornings or after four" only "or" joins.
  const isOrLater = found.meaning === "or later" || found.meaning === "or earlier";
  if (isOrLater && words[at] === "or" && clockAt(words, found.end) !== null) return { cue: "or", end: at + 1 };
  // "Out" and "hard" are said of a day only right behind it.
  if (found.meaning === "bad" && !isBehindWish(before)) return null;
  return { cue: found.meaning, end: found.end };
}

const BETWEEN_DAY_AND_JUDGEMENT = new Set(
  "are is it's was really just a an always very usually probably all also pretty bit".split(" "),
);

function isBehindWish(items: readonly Item[]): boolean {
  for (const item of items.slice(-4).reverse()) {
    if (item.is === "days" || item.is === "part" || item.is === "clock") return true;
    const isPassed = item.is === "cue" ? item.cue === "fresh" : BETWEEN_DAY_AND_JUDGEMENT.has(item.word);
    if (!isPassed) return false;
  }
  return false;
}

/** After "from" and "between", "five to seven" is two times and not five minutes before one. */
function withoutTo(words: readonly string[], at: number): readonly string[] {
  return words.slice(0, at + 1).concat(isOneOf(words[at + 1], "to till") ? [""] : words.slice(at + 1));
}

function isSoundOfNumber(words: readonly string[], at: number): boolean {
  return isOneOf(words[at], "to too for") && words[at - 1] === "at";
}

/** A number alone is a time after a word for times, behind a day, before "or later", or when it is all that was said. */
function isTime(when: When, asked: Asked, clock: ClockTime, at: number, before: readonly Item[]): boolean {
  const { words } = when;
  const next = words[clock.end];
  if (next !== undefined && THINGS_COUNTED.has(next)) return false;
  const last = before.at(-1);
  const cue = last?.is === "cue" ? last.cue : null;
  if (cue !== null && TIME_FOLLOWS.has(cue)) return cue !== "for" || next === undefined || asked.kind === "day";
  if (next === "to" && isOneOf(words[clock.end + 1], "pm am")) return true;
  const previous = before.at(-2);
  const isJoined = cue !== null && ["to", "or", "no", "correction"].includes(cue) &&
    before.slice(-4).some((item) => item.is === "clock");
  if (isJoined || (cue === "correction" && asked.kind !== "help" && clock.hour >= 1 && clock.hour <= 12)) return true;
  const behind = phraseAt(CUES, words, clock.end)?.meaning;
  const verb = isOneOf(next, "is would will") ? phraseAt(CUES, words, clock.end + 1)?.meaning : undefined;
  if ([behind, verb].some((one) => one !== undefined && SAID_OF_TIMES.has(one))) return true;
  if (behind === "to" && clockAt(words, clock.end + 1) !== null && !when.isChoosing) return true;
  if (asked.kind === "day" && isOpenToTimes(words, clock, cue, at)) return true;
  if (words[at] === "one" && words.length > 1) return false;
  if (
    phraseAt(PARTS_OF_DAY, words, clock.end) !== null ||
    isOneOf(next, "in") && phraseAt(PARTS_OF_DAY, words, clock.end + 2) !== null
  ) return true;
  if (last?.is === "days" || (last?.is === "part" && previous?.is === "days")) return true;
  return asked.kind === "day" && isAlone(words, at, clock.end);
}

/** Where a day or time was asked for, "ten or eleven", "how about two" and "two works" are times. */
function isOpenToTimes(words: readonly string[], { end, hour }: ClockTime, cue: Cue | null, at: number): boolean {
  if (hour < 1 || hour > 12) return false;
  const next = words[end];
  const isLast = next === undefined || isOneOf(next, "then instead please maybe");
  if ((cue === "fresh" || cue === "not" || words[at - 1] === "say") && isLast) return true;
  if (isOneOf(next, "or but") && (cue === "not" || isCountless(words, end + 1))) return true;
  return isOneOf(next, "works suits") ||
    (next === "is" && isOneOf(words[end + 1], "fine okay good great perfect best better"));
}

/** Whether a time stands there, and not how many of something. */
function isCountless(words: readonly string[], at: number): boolean {
  const clock = clockAt(words, at);
  return clock !== null && !THINGS_COUNTED.has(words[clock.end] ?? "");
}

const TIME_FOLLOWS: ReadonlySet<Cue> = new Set<Cue>([
  "at",
  "from",
  "after",
  "before",
  "by",
  "around",
  "between",
  "for",
]);
const SAID_OF_TIMES: ReadonlySet<Cue> = new Set<Cue>([
  "or later",
  "or earlier",
  "ish",
  "too early",
  "too late",
  "correction",
  "no",
  "bad",
]);
const THINGS_COUNTED = new Set(
  ("people persons kids children of us adults days day weeks week months month years year minutes hours hour times teeth " +
    "appointments slots sons daughters boys girls hundred thousand percent dollars pounds minute options openings things more other at")
    .split(" "),
);

function isAlone(words: readonly string[], at: number, end: number): boolean {
  return words.every((word, n) => (n >= at && n < end) || FILLERS.has(word));
}

function lastCue(items: readonly Item[]): Cue | null {
  const last = items.at(-1);
  return last?.is === "cue" ? last.cue : null;
}
