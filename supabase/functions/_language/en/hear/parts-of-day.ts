import type { Hours } from "../../findings.ts";
import { type Phrases, phrases } from "./words.ts";

const DAY_END = 24 * 60;
const hours = (from: number, to: number): Hours => ({ from: from * 60, to: to * 60 });

/** A part of a day by name; `today` where the name says which day too: "tonight". */
export type PartOfDay = { hours: Hours; today?: true; isEvery?: true };

const early = hours(0, 10);
const morning = hours(0, 12);
const afternoon = hours(12, 18);
const evening = hours(17, 24);
const lunch = hours(11.5, 14);

export const PARTS_OF_DAY: Phrases<PartOfDay> = phrases([
  [
    "first thing in the morning|first thing|when you open|right when you open|as soon as you open|early morning|early in the morning|bright and early",
    { hours: early },
  ],
  ["late morning|late in the morning|midmorning|later in the morning|later morning", { hours: hours(10, 12) }],
  ["early afternoon|early in the afternoon", { hours: hours(12, 15) }],
  ["midafternoon|middle of the afternoon", { hours: hours(14, 16) }],
  ["late afternoon|late in the afternoon|later in the afternoon|end of the day|end of day|late in the day", {
    hours: hours(15, 18),
  }],
  ["last thing|last thing in the day|last thing in the afternoon", { hours: hours(16, 18) }],
  [
    "lunch|lunchtime|at lunch|lunch hour|lunch break|over lunch|during lunch|over my lunch|my lunch hour|over my lunch hour|my lunch break",
    { hours: lunch },
  ],
  ["morning|in the am|the am|am", { hours: morning }],
  ["mornings", { hours: morning, isEvery: true }],
  ["afternoon|in the pm|the pm|pm|arvo", { hours: afternoon }],
  ["afternoons", { hours: afternoon, isEvery: true }],
  ["evening|at night|night", { hours: evening }],
  ["evenings|nights", { hours: evening, isEvery: true }],
  ["this morning", { hours: morning, today: true }],
  ["this afternoon", { hours: afternoon, today: true }],
  ["tonight|this evening", { hours: evening, today: true }],
  ["before lunch|before lunchtime|just before lunch|before my lunch", { hours: hours(0, 12.5) }],
  ["just before lunch|right before lunch", { hours: hours(11, 12.5) }],
  ["after lunch|after lunchtime|right after lunch|just after lunch", { hours: hours(13, 18) }],
  ["not too early|not first thing|not super early|not so early", { hours: hours(10, 24) }],
  ["not too late|not late|not super late", { hours: hours(0, 16) }],
  [
    "before you close|just before you close|right before you close|as late as possible|last appointment of the day|last slot of the day|latest you have|the latest you've got",
    {
      hours: hours(15, 24),
    },
  ],
  [
    "after work|after i finish work|once i finish work|when i finish work|after school|after the kids finish school|" +
    "when school's out|once school's out|after the kids get out",
    { hours: { from: 16 * 60, to: DAY_END } },
  ],
  [
    "before the school run|before school|before the kids go to school|before i drop the kids|before work",
    { hours: hours(0, 9) },
  ],
  [
    "after the school run|after i drop the kids|after i drop off the kids|after drop off|once the kids are at school|" +
    "when the kids are at school|not before the school run|after i've dropped the kids|after i take the kids",
    { hours: hours(9, 24) },
  ],
]);
