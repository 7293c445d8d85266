import { addDays, dateOf, type Day, dayAt, type Weekday, weekdayFrom, weekdayOf } from "../../calendar.ts";
import type { Country } from "../../locale.ts";
import type { Heard, When } from "./when.ts";
import { phraseAt, type Phrases, phrases } from "./words.ts";

/** The day of a holiday in a year. */
type DayOfYear = (year: number) => Day;

const on = (month: number, day: number): DayOfYear => (year) => dayAt(year, month, day);
const nth = (count: number, weekday: Weekday, month: number): DayOfYear => (year) =>
  addDays(weekdayFrom(dayAt(year, month, 1), weekday), 7 * (count - 1));
const last = (weekday: Weekday, month: number): DayOfYear => (year) => {
  const end = addDays(dayAt(year, month + 1, 1), -1);
  return addDays(end, -((weekdayOf(end) - weekday + 7) % 7));
};
const easter = (offset: number): DayOfYear => (year) => addDays(easterSunday(year), offset);
const after = (holiday: DayOfYear, days: number): DayOfYear => (year) => addDays(holiday(year), days);

/** By the anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, chapter 8). */
function easterSunday(year: number): Day {
  const [a, b, c] = [year % 19, Math.floor(year / 100), year % 100];
  const [d, e] = [Math.floor(b / 4), b % 4];
  const g = Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3);
  const h = (19 * a + b - d - g + 15) % 30;
  const l = (32 + 2 * e + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const sum = h + l - 7 * m + 114;
  return dayAt(year, Math.floor(sum / 31), (sum % 31) + 1);
}

const thanksgiving = nth(4, 4, 11);

/** Phrases with the days that they can mean: of several, the next. */
type Named = readonly [string, ...DayOfYear[]];

const named = (rows: readonly Named[]): Phrases<readonly DayOfYear[]> =>
  phrases(rows.map(([text, ...days]): [string, DayOfYear[]] => [text, days]));

const EVERYWHERE: readonly Named[] = [
  ["christmas|christmas day|xmas|xmas day", on(12, 25)],
  ["christmas eve|xmas eve", on(12, 24)],
  ["boxing day", on(12, 26)],
  ["new year's eve|new years eve|new year eve", on(12, 31)],
  ["new year's day|new years day|new year's|new years|new year|the new year", on(1, 1)],
  ["valentine's day|valentines day|valentine's|valentines", on(2, 14)],
  ["saint patrick's day|st patrick's day|saint patricks day|st patricks day", on(3, 17)],
  ["april fool's day|april fools day|april fools", on(4, 1)],
  ["good friday", easter(-2)],
  ["easter|easter sunday", easter(0)],
  ["easter monday", easter(1)],
  ["father's day|fathers day", nth(3, 0, 6)],
  ["halloween", on(10, 31)],
  ["the fourth of july|fourth of july|july fourth|july the fourth|independence day", on(7, 4)],
];

const BY_COUNTRY: Record<Country, Phrases<readonly DayOfYear[]>> = {
  US: named([
    ...EVERYWHERE,
    ["martin luther king day|martin luther king junior day|mlk day", nth(3, 1, 1)],
    ["presidents day|president's day|presidents' day", nth(3, 1, 2)],
    ["mother's day|mothers day", nth(2, 0, 5)],
    ["memorial day", last(1, 5)],
    ["juneteenth", on(6, 19)],
    ["labor day|labour day", nth(1, 1, 9)],
    ["columbus day|indigenous peoples day|indigenous people's day", nth(2, 1, 10)],
    ["veterans day|veteran's day|veterans' day", on(11, 11)],
    ["thanksgiving|thanksgiving day", thanksgiving],
    ["black friday", after(thanksgiving, 1)],
  ]),
  GB: named([
    ...EVERYWHERE,
    ["mother's day|mothers day|mothering sunday", easter(-21)],
    ["may day|may day bank holiday|early may bank holiday|the early may bank holiday", nth(1, 1, 5)],
    ["spring bank holiday|late may bank holiday|whit monday", last(1, 5)],
    ["august bank holiday|summer bank holiday|late august bank holiday", last(1, 8)],
    [
      "bank holiday|the bank holiday|bank holiday monday|the next bank holiday|next bank holiday",
      easter(1),
      nth(1, 1, 5),
      last(1, 5),
      last(1, 8),
    ],
    ["bonfire night|guy fawkes night|guy fawkes", on(11, 5)],
    ["remembrance sunday", nth(2, 0, 11)],
    ["black friday", after(thanksgiving, 1)],
  ]),
};

/** The holiday that is named at a place: the next that comes. */
export function holidayAt({ words, today, country }: When, at: number): Heard | null {
  const found = phraseAt(BY_COUNTRY[country], words, words[at] === "the" && words[at + 1] !== "fourth" ? at + 1 : at);
  if (found === null) return null;
  const { year } = dateOf(today);
  const [day] = found.meaning.flatMap((dayOf) => [dayOf(year), dayOf(year + 1)]).filter((one) => one >= today).sort();
  return day === undefined ? null : { days: { from: day, to: day }, end: found.end };
}
