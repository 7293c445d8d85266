import type { Minute } from "../../calendar.ts";
import type { Hours } from "../../findings.ts";
import { cardinalAt } from "./numerals.ts";
import { isOneOf, phraseAt, phrases } from "./words.ts";

/** A time on the clock as it was said: whether before or after noon is often left to whoever listens. */
export type ClockTime = {
  hour: number;
  minute: number;
  half?: "am" | "pm";
  /** A number alone is a time only where one expects a time. */
  isBare: boolean;
  end: number;
};

/** The time that is said at one place, in any usual way. */
export function clockAt(words: readonly string[], at: number, reference: Minute | null = null): ClockTime | null {
  return shifted(words, at, reference) ?? named(words, at) ?? besideHour(words, at) ?? inFigures(words, at) ??
    hourFirst(words, at);
}

const SAME = phrases<number>([
  ["same time|the same time|that same time", 0],
  ["half an hour later|30 minutes later|thirty minutes later|half hour later", 30],
  ["half an hour earlier|30 minutes earlier|thirty minutes earlier|half hour earlier|half an hour sooner", -30],
  ["an hour later|one hour later|1 hour later", 60],
  ["an hour earlier|one hour earlier|1 hour earlier|an hour sooner", -60],
  ["a couple of hours later|two hours later|2 hours later", 120],
  ["a couple of hours earlier|two hours earlier|2 hours earlier", -120],
]);

/** "The same time", "an hour later": counted from what was talked about. */
function shifted(words: readonly string[], at: number, reference: Minute | null): ClockTime | null {
  const found = reference === null ? null : phraseAt(SAME, words, at);
  if (found === null || reference === null) return null;
  const minute = reference + found.meaning;
  if (minute < 0 || minute >= 24 * 60) return null;
  return {
    hour: Math.floor(minute / 60),
    minute: minute % 60,
    half: minute < 12 * 60 ? "am" : "pm",
    isBare: false,
    end: found.end,
  };
}

/** "Noon", "twelve noon", "midnight". */
function named(words: readonly string[], at: number): ClockTime | null {
  const start = isOneOf(words[at], "twelve 12") ? at + 1 : at;
  if (isOneOf(words[start], "noon midday")) return { hour: 12, minute: 0, half: "pm", isBare: false, end: start + 1 };
  return words[start] === "midnight" ? { hour: 0, minute: 0, half: "am", isBare: false, end: start + 1 } : null;
}

/** "Half past nine", "half nine", "a quarter to four", "twenty five past two". */
function besideHour(words: readonly string[], at: number): ClockTime | null {
  const start = words[at] === "a" ? at + 1 : at;
  if (words[start] === "half") {
    const hour = hourAt(words, words[start + 1] === "past" ? start + 2 : start + 1);
    return hour === null ? null : withHalf(words, { hour: hour.value, minute: 30, isBare: false, end: hour.end });
  }
  const minutes = words[start] === "quarter" ? { value: 15, end: start + 1 } : cardinalAt(words, start);
  if (minutes === null || ![5, 10, 15, 20, 25].includes(minutes.value)) return null;
  const side = words[minutes.end] === "minutes" ? minutes.end + 1 : minutes.end;
  const isPast = isOneOf(words[side], "past after");
  if (!isPast && !isOneOf(words[side], "to of till before")) return null;
  // "Five to seven" is a time, "from five to seven" two: whoever reads the words before it sees that first.
  if (words[side] === "after" && words[start] !== "quarter" && words[minutes.end] !== "minutes") return null;
  const hour = hourAt(words, side + 1);
  if (hour === null) return null;
  const minute = isPast ? minutes.value : 60 - minutes.value;
  const spoken = isPast ? hour.value : (hour.value + 11) % 12 || 12;
  return withHalf(words, { hour: spoken, minute, isBare: false, end: hour.end });
}

/** "9:30", "930", "1500". */
function inFigures(words: readonly string[], at: number): ClockTime | null {
  const found = /^(\d{1,2}):?(\d\d)$/.exec(words[at] ?? "");
  if (found === null) return null;
  const [hour, minute] = [Number(found[1]), Number(found[2])];
  const isYear = /^20[2-9]\d$/.test(words[at] ?? "");
  if (hour > 23 || minute > 59 || isYear) return null;
  if (!words[at]?.includes(":") && (minute % 5 !== 0 || words[at]?.length === 2)) return null;
  return withHalf(words, { hour, minute, isBare: false, end: at + 1 });
}

/** "Nine", "nine thirty", "nine oh five", "sixteen hundred", "oh nine thirty". */
function hourFirst(words: readonly string[], at: number): ClockTime | null {
  const start = isOneOf(words[at], "o oh zero") ? at + 1 : at;
  const hour = hourAt(words, start);
  if (hour === null) return null;
  if (words[hour.end] === "hundred" && hour.value > 12) {
    return { hour: hour.value, minute: 0, isBare: false, end: hour.end + 1 };
  }
  const minute = minuteAt(words, hour.end);
  if (minute !== null) {
    return withHalf(words, { hour: hour.value, minute: minute.value, isBare: false, end: minute.end });
  }
  return withHalf(words, { hour: hour.value, minute: 0, isBare: true, end: hour.end });
}

/** What a recogniser writes for an hour that sounds like a small word: only where nothing else can stand. */
const SOUNDS_LIKE: ReadonlyMap<string, number> = new Map([["to", 2], ["too", 2], ["for", 4], ["ate", 8], ["won", 1]]);

function hourAt(words: readonly string[], at: number): { value: number; end: number } | null {
  const word = words[at] ?? "";
  const alike = isOneOf(words[at - 1], "at around about by") ? SOUNDS_LIKE.get(word) : undefined;
  if (alike !== undefined && canFollowHour(words[at + 1])) return { value: alike, end: at + 1 };
  if (/^\d{3,}$/.test(word)) return null;
  // "Twenty one" is no hour but in Britain's railways, and "nine thirty one" begins with nine.
  const found = cardinalAt(words, at);
  return found !== null && found.value <= 23 && (found.value > 0 || word === "0") ? found : null;
}

function canFollowHour(word: string | undefined): boolean {
  return word === undefined || isOneOf(word, "am pm oclock thirty fifteen forty please on or if");
}

function minuteAt(words: readonly string[], at: number): { value: number; end: number } | null {
  if (isOneOf(words[at], "o oh zero")) {
    const digit = cardinalAt(words, at + 1);
    return digit !== null && digit.value >= 1 && digit.value <= 9 ? digit : null;
  }
  const word = words[at] ?? "";
  if (/^\d+$/.test(word)) return /^[0-5][05]$/.test(word) ? { value: Number(word), end: at + 1 } : null;
  const found = cardinalAt(words, at);
  if (found === null || found.value < 10 || found.value > 59) return null;
  // In "the nine thirty one", one is the thing.
  if (words[found.end - 1] === "one") return { value: found.value - 1, end: found.end };
  return found.value % 5 === 0 ? found : null;
}

function withHalf(words: readonly string[], time: Omit<ClockTime, "half">): ClockTime {
  const next = words[time.end];
  if (next === "am" || next === "pm") return { ...time, half: next, isBare: false, end: time.end + 1 };
  if (next === "oclock") {
    const half = words[time.end + 1];
    const isHalf = half === "am" || half === "pm";
    return { ...time, ...(isHalf && { half }), isBare: false, end: time.end + (isHalf ? 2 : 1) };
  }
  return time;
}

/**
 * Minutes since midnight. Without am or pm a time is in the part of the day that was named, or else in the clinic's hours;
 * nobody says "three in the afternoon" to a clinic. Where both halves fit, or none, hours up to six are in the afternoon.
 */
export function minutesOf(
  { hour, minute, half }: Pick<ClockTime, "hour" | "minute" | "half">,
  part: Hours | null,
  open: Hours,
): Minute {
  if (hour > 12 || hour === 0) return hour * 60 + minute;
  const am = (hour % 12) * 60 + minute;
  const pm = am + 12 * 60;
  if (half !== undefined) return half === "am" ? am : pm;
  if (hour === 12) return pm;
  for (const hours of part === null ? [open] : [part, open]) {
    const [fitsAm, fitsPm] = [inside(am, hours), inside(pm, hours)];
    if (fitsAm !== fitsPm) return fitsAm ? am : pm;
  }
  return hour <= 6 ? pm : am;
}

function inside(minute: Minute, { from, to }: Hours): boolean {
  return minute >= from && minute <= to;
}
