/** Part of a day, in minutes since midnight: from and, not included, to. */
export type Hours = { from: number; to: number };

/** The times of day that some words ask for, and the words that are left. */
export type TimeOfDay = { hours: Hours | null; rest: string };

const DAY_END = 24 * 60;
const at = (hour: number, minute = 0): number => hour * 60 + minute;

/** Parts of the day by name; longer names first, because "late afternoon" also contains "afternoon". */
const PARTS: readonly (readonly [RegExp, Hours])[] = [
  [/\b(?:early (?:in the )?morning|first thing(?: in the morning)?)\b/, { from: 0, to: at(10) }],
  [/\b(?:late (?:in the )?morning|mid ?morning)\b/, { from: at(10), to: at(12) }],
  [/\bearly (?:in the )?afternoon\b/, { from: at(12), to: at(15) }],
  [/\b(?:late (?:in the )?afternoon|(?:at the )?end of the day)\b/, { from: at(15), to: at(18) }],
  [/\b(?:in the |over )?lunch ?(?:time|hour|break)?\b/, { from: at(11, 30), to: at(14) }],
  [/\b(?:in the |this )?mornings?\b/, { from: 0, to: at(12) }],
  [/\b(?:in the |this )?afternoons?\b/, { from: at(12), to: at(18) }],
  [/\b(?:in the |this |early |late )*evenings?\b/, { from: at(17), to: DAY_END }],
  [/\b(?:after (?:work|school))\b/, { from: at(16), to: DAY_END }],
  [/\b(?:tonight|at night)\b/, { from: at(17), to: DAY_END }],
];

/** A time on the clock, in `uniform` text. */
const CLOCK = String
  .raw`(\d{1,2})(?::(\d\d))?(?: ?(am|pm|oclock))?(?![\d:/]|st\b|nd\b|rd\b|th\b| (?:days?|weeks?|months?|years?)\b)`;

type Time = { hour: number; minute: number; half?: "am" | "pm" };
type Rule = { pattern: RegExp; hours(first: Time, second: Time, hint: Hours | null): Hours };

const rule = (pattern: string, hours: Rule["hours"]): Rule => ({
  pattern: new RegExp(pattern.replaceAll("CLOCK", CLOCK)),
  hours,
});

/** What a time on the clock is asked for as. The first that fits counts, so what negates comes before what it negates. */
const RULES: readonly Rule[] = [
  rule(String.raw`\bbetween CLOCK (?:and|to) CLOCK`, between),
  rule(String.raw`\bfrom CLOCK (?:to|till|until|through) CLOCK`, between),
  rule(String.raw`\bCLOCK (?:to|till|until) CLOCK`, between),
  rule(String.raw`\b(?:not|no|nothing|any time but not) (?:before|earlier than) CLOCK`, onwards),
  rule(String.raw`\b(?:not|no|nothing) (?:after|later than) CLOCK`, upTo),
  rule(
    String.raw`\b(?:any ?time )?(?:after|past|later than|from|since|starting(?: at| from)?) CLOCK(?: (?:on|onwards?))?`,
    onwards,
  ),
  rule(String.raw`\b(?:any ?time )?(?:before|by|until|till|earlier than|up to) CLOCK`, upTo),
  rule(String.raw`\b(?:at )?CLOCK (?:or|and) (?:later|after)`, onwards),
  rule(String.raw`\b(?:at )?CLOCK (?:or|and) (?:earlier|before)`, upTo),
  rule(String.raw`\b(?:around|about|roughly|near|towards?) CLOCK`, near),
  rule(String.raw`\b(?:at )?CLOCK ?ish\b`, near),
  rule(String.raw`\bat CLOCK`, onwards),
  rule(String.raw`\b(\d{1,2}):(\d\d)(?: (am|pm))?`, onwards),
  rule(String.raw`\b(\d{1,2})()(?: (am|pm|oclock))`, onwards),
];

/** Finds the time of day in `uniform` text. Words that name none ask for the whole day. */
export function hearTimeOfDay(text: string): TimeOfDay {
  let rest = text;
  let hours: Hours | null = null;
  for (const [pattern, part] of PARTS) {
    if (!pattern.test(rest)) continue;
    // "Tonight" and "this morning" name today as well.
    rest = rest.replace(pattern, (found) => /tonight|this/.test(found) ? " today " : " ");
    hours = part;
    break;
  }
  for (const { pattern, hours: asked } of RULES) {
    const found = pattern.exec(rest);
    if (found === null) continue;
    const [first, second] = [timeAt(found, 1), timeAt(found, 4)];
    if (first === null) continue;
    const clock = asked(first, second ?? first, hours);
    hours = hours === null ? clock : { from: Math.max(hours.from, clock.from), to: Math.min(hours.to, clock.to) };
    rest = rest.replace(found[0], " ");
    break;
  }
  return { hours, rest: rest.replace(/\s+/g, " ").trim() };
}

function timeAt(found: RegExpExecArray, group: number): Time | null {
  const hour = Number(found[group] ?? NaN);
  const minute = Number(found[group + 1] || 0);
  if (!(hour <= 23 && minute <= 59)) return null;
  const half = found[group + 2];
  return { hour, minute, ...((half === "am" || half === "pm") && { half }) };
}

/**
 * Minutes since midnight. Nobody says "three in the afternoon" to a clinic: without am or pm, hours up to six are taken
 * as afternoon and the others as morning, unless the words name a part of the day.
 */
function minutes(time: Time, hint: Hours | null): number {
  const { hour, minute, half } = time;
  if (hour > 12 || hour === 0) return at(hour, minute);
  const afternoon = half === undefined ? isAfternoon(hour, hint) : half === "pm";
  return at((hour % 12) + (afternoon ? 12 : 0), minute);
}

function isAfternoon(hour: number, hint: Hours | null): boolean {
  if (hour === 12) return true;
  if (hint !== null && hint.from >= at(11)) return true;
  if (hint !== null && hint.to <= at(12)) return false;
  return hour <= 6;
}

function onwards(time: Time, _: Time, hint: Hours | null): Hours {
  return { from: minutes(time, hint), to: DAY_END };
}

function upTo(time: Time, _: Time, hint: Hours | null): Hours {
  return { from: 0, to: minutes(time, hint) };
}

function near(time: Time, _: Time, hint: Hours | null): Hours {
  const middle = minutes(time, hint);
  return { from: Math.max(0, middle - 60), to: Math.min(DAY_END, middle + 90) };
}

/** "From 2 to 4 pm" means both in the afternoon, "from 9 to 5" a whole working day. */
function between(start: Time, end: Time, hint: Hours | null): Hours {
  const to = minutes(end, hint);
  const guesses: Time[] = start.half === undefined ? [{ ...start, half: "pm" }, { ...start, half: "am" }] : [start];
  const from = guesses.map((guess) => minutes(guess, hint)).find((guess) => guess < to);
  // Without am and pm on either side, "between 9 and 11" is read by the usual rule.
  const usual = minutes(start, hint);
  if (start.half === undefined && end.half === undefined && usual < to) return { from: usual, to };
  return { from: from ?? usual, to: from === undefined && to + 12 * 60 <= DAY_END ? to + 12 * 60 : to };
}
