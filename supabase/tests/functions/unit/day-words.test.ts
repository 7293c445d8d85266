import assert from "node:assert/strict";
import { hearDay } from "../../../functions/voice/hearing/day-words.ts";
import { toMinute } from "../../../functions/_desk/clock.ts";

/** A Sunday afternoon. */
const ASKED = "2026-11-22T15:29";

/** What is said, the span that it means, and of which hours of each day when that is not all of them. */
type Case = [words: string, from: string | null, to?: string, hours?: [number, number]];

async function means(locale: "en-US" | "en-GB", asked: string, [words, from, to, hours]: Case): Promise<void> {
  const expected = from === null ? null : {
    from,
    to,
    ...(hours !== undefined && { hours: { from: hours[0] * 60, to: hours[1] * 60 } }),
  };
  assert.deepEqual(await hearDay(words, locale, asked), expected, words);
}

const DAYS: Record<string, Case[]> = {
  "a day in its plain words": [
    ["Today.", "2026-11-22T00:00", "2026-11-23T00:00"],
    ["tomorrow please", "2026-11-23T00:00", "2026-11-24T00:00"],
    ["day after tomorrow", "2026-11-24T00:00", "2026-11-25T00:00"],
    ["Can I come in on Monday, please?", "2026-11-23T00:00", "2026-11-24T00:00"],
    ["may I come in tomorrow", "2026-11-23T00:00", "2026-11-24T00:00"],
    ["this coming Thursday", "2026-11-26T00:00", "2026-11-27T00:00"],
    ["Wed", "2026-11-25T00:00", "2026-11-26T00:00"],
    ["any Friday", "2026-11-27T00:00", "2026-11-28T00:00"],
    ["Fridays", "2026-11-27T00:00", "2026-11-28T00:00"],
    ["Monday or Tuesday", "2026-11-23T00:00", "2026-11-25T00:00"],
    ["Monday or Friday", "2026-11-23T00:00", "2026-11-24T00:00"],
    ["in three days", "2026-11-25T00:00", "2026-11-26T00:00"],
  ],
  "a day of a further week": [
    ["two weeks from Tuesday", "2026-12-08T00:00", "2026-12-09T00:00"],
    ["a week on Tuesday", "2026-12-01T00:00", "2026-12-02T00:00"],
    ["Tuesday week", "2026-12-01T00:00", "2026-12-02T00:00"],
    ["a week Saturday", "2026-12-05T00:00", "2026-12-06T00:00"],
    ["Monday fortnight", "2026-12-07T00:00", "2026-12-08T00:00"],
    ["a week today", "2026-11-29T00:00", "2026-11-30T00:00"],
    ["tomorrow week", "2026-11-30T00:00", "2026-12-01T00:00"],
    ["Tuesday after next", "2026-12-01T00:00", "2026-12-02T00:00"],
    ["Thursday next week", "2026-11-26T00:00", "2026-11-27T00:00"],
  ],
  "a date": [
    ["The fourteenth.", "2026-12-14T00:00", "2026-12-15T00:00"],
    ["the twenty third", "2026-11-23T00:00", "2026-11-24T00:00"],
    ["the 22nd", "2026-11-22T00:00", "2026-11-23T00:00"],
    ["Friday the 27th", "2026-11-27T00:00", "2026-11-28T00:00"],
    ["Monday 30", "2026-11-30T00:00", "2026-12-01T00:00"],
    ["the 14th of next month", "2026-12-14T00:00", "2026-12-15T00:00"],
    ["November the 24th", "2026-11-24T00:00", "2026-11-25T00:00"],
    ["the second of January", "2027-01-02T00:00", "2027-01-03T00:00"],
    ["Mon 23 Nov", "2026-11-23T00:00", "2026-11-24T00:00"],
    ["2026-12-01", "2026-12-01T00:00", "2026-12-02T00:00"],
    ["November 24th twenty thirty-six", "2036-11-24T00:00", "2036-11-25T00:00"],
    ["in ten years", "2036-11-22T00:00", "2036-11-23T00:00"],
    ["yesterday", "2026-11-21T00:00", "2026-11-22T00:00"],
    ["last Tuesday", "2026-11-17T00:00", "2026-11-18T00:00"],
  ],
  "a week, a weekend or a month": [
    ["the end of next week", "2026-11-26T00:00", "2026-11-29T00:00"],
    ["the week after next", "2026-11-29T00:00", "2026-12-06T00:00"],
    ["the week of the 14th", "2026-12-13T00:00", "2026-12-20T00:00"],
    ["in a couple of weeks", "2026-12-06T00:00", "2026-12-13T00:00"],
    ["this weekend", ASKED, "2026-11-23T00:00"],
    ["next weekend", "2026-11-28T00:00", "2026-11-30T00:00"],
    ["next month", "2026-12-01T00:00", "2027-01-01T00:00"],
    ["early December", "2026-12-01T00:00", "2026-12-11T00:00"],
    ["the first week of December", "2026-12-01T00:00", "2026-12-08T00:00"],
    ["the end of January", "2027-01-22T00:00", "2027-02-01T00:00"],
    ["November 2036", "2036-11-01T00:00", "2036-12-01T00:00"],
    ["mornings next month", "2026-12-01T00:00", "2027-01-01T00:00", [0, 12]],
  ],
  "a time of day": [
    ["next Tuesday after 3:00.", "2026-11-24T15:00", "2026-11-25T00:00"],
    ["half past nine on Friday", "2026-11-27T09:30", "2026-11-28T00:00"],
    ["quarter to four tomorrow", "2026-11-23T15:45", "2026-11-24T00:00"],
    ["tomorrow at 930", "2026-11-23T09:30", "2026-11-24T00:00"],
    ["Monday nine", "2026-11-23T09:00", "2026-11-24T00:00"],
    ["Monday before ten", "2026-11-23T00:00", "2026-11-23T10:00"],
    ["Monday not before ten", "2026-11-23T10:00", "2026-11-24T00:00"],
    ["Wednesday between 9 and 5", "2026-11-25T09:00", "2026-11-25T17:00"],
    ["tomorrow 2-4pm", "2026-11-23T14:00", "2026-11-23T16:00"],
    ["from 2 to 4 p.m. on Thursday", "2026-11-26T14:00", "2026-11-26T16:00"],
    ["Thursday around 3ish", "2026-11-26T14:00", "2026-11-26T16:30"],
    ["first thing tomorrow", "2026-11-23T00:00", "2026-11-23T10:00"],
    ["late tomorrow afternoon", "2026-11-23T15:00", "2026-11-23T18:00"],
    ["at lunchtime tomorrow", "2026-11-23T11:30", "2026-11-23T14:00"],
    ["Friday before noon", "2026-11-27T00:00", "2026-11-27T12:00"],
    ["tonight", "2026-11-22T17:00", "2026-11-23T00:00"],
  ],
  "the first free time, or any day": [
    ["as soon as possible", ASKED, "2026-12-23T00:00"],
    ["the first available", ASKED, "2026-12-23T00:00"],
    ["any day", ASKED, "2026-12-23T00:00"],
    ["in the afternoon", ASKED, "2026-12-23T00:00", [12, 18]],
    ["the ten o'clock one", ASKED, "2026-12-23T00:00", [10, 24]],
    ["the first one", ASKED, "2026-12-23T00:00"],
    ["the earliest you have on Friday", "2026-11-27T00:00", "2026-11-28T00:00"],
  ],
  "from or until a day": [
    ["after the 14th", "2026-12-15T00:00", "2027-01-15T00:00"],
    ["from Monday", "2026-11-23T00:00", "2026-12-24T00:00"],
    ["before Friday", ASKED, "2026-11-27T00:00"],
    ["by Friday", ASKED, "2026-11-28T00:00"],
  ],
  "nothing that can be understood": [
    ["", null],
    ["hello", null],
    ["not Monday", null],
    ["the 31st of February", null],
    ["February 30", null],
    ["'; drop table appointments; --", null],
    ["<Say>hi</Say>", null],
    ["x".repeat(10_000), null],
  ],
};

for (const [what, cases] of Object.entries(DAYS)) {
  Deno.test(`words for ${what} are understood as the clinic's days`, async () => {
    for (const one of cases) await means("en-US", ASKED, one);
  });
}

Deno.test("a date in figures is read as its country reads it", async () => {
  await means("en-US", ASKED, ["3/12", "2027-03-12T00:00", "2027-03-13T00:00"]);
  await means("en-GB", ASKED, ["3/12", "2026-12-03T00:00", "2026-12-04T00:00"]);
});

Deno.test("half three is half past three in Britain", async () => {
  await means("en-GB", ASKED, ["half three on Friday", "2026-11-27T15:30", "2026-11-28T00:00"]);
});

Deno.test("a day that a month lacks is that of the next month that has it", async () => {
  await means("en-US", "2027-01-31T09:00", ["the 30th", "2027-03-30T00:00", "2027-03-31T00:00"]);
  await means("en-US", "2027-01-31T09:00", ["the 31st", "2027-01-31T00:00", "2027-02-01T00:00"]);
  await means("en-US", "2028-02-01T09:00", ["the 29th", "2028-02-29T00:00", "2028-03-01T00:00"]);
});

const TIME_CASES: {
  wordings: { locale: "en-US" | "en-GB"; asked: string; said: [string, string | null, string?][] }[];
} = JSON.parse(Deno.readTextFileSync(new URL("../../time-cases.json", import.meta.url)));

Deno.test("the wordings that SQL converts to instants mean the same wall clocks here", async () => {
  for (const { locale, asked, said } of TIME_CASES.wordings) {
    for (const [words, from, to] of said) await means(locale, toMinute(asked), [words, from, to]);
  }
});
