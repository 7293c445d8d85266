import assert from "node:assert/strict";
import { keyedBirthDate, spokenBirthDate } from "../../../functions/voice/hearing/birth-dates.ts";

const TODAY = "2026-11-22";

Deno.test("eight keys are a date of birth, in the order of the clinic's country", () => {
  assert.equal(keyedBirthDate("03091984", "en-US", TODAY), "1984-03-09");
  assert.equal(keyedBirthDate("09031984", "en-GB", TODAY), "1984-03-09");
  assert.equal(keyedBirthDate("02292000", "en-US", TODAY), "2000-02-29");
  assert.equal(keyedBirthDate("11222026", "en-US", TODAY), TODAY);
  for (
    const keys of [
      "",
      "0",
      "0309198",
      "030919841",
      "02291900",
      "02302001",
      "00011990",
      "13011990",
      "11232026",
      "01011899",
    ]
  ) {
    assert.equal(keyedBirthDate(keys, "en-US", TODAY), null, keys);
  }
});

for (
  const [words, american, british] of [
    ["March ninth nineteen eighty-four", "1984-03-09", "1984-03-09"],
    ["it's the 9th of March 1984", "1984-03-09", "1984-03-09"],
    ["March 9, 1984.", "1984-03-09", "1984-03-09"],
    ["9 March 84", "1984-03-09", "1984-03-09"],
    ["March 9th 05", "2005-03-09", "2005-03-09"],
    ["the twenty second of July nineteen ninety one", "1991-07-22", "1991-07-22"],
    ["February twenty eighth two thousand and one", "2001-02-28", "2001-02-28"],
    ["February twenty-eighth twenty oh one", "2001-02-28", "2001-02-28"],
    ["March twenty nineteen eighty", "1980-03-20", "1980-03-20"],
    ["the thirtieth of November nineteen fifty seven", "1957-11-30", "1957-11-30"],
    ["November thirty first nineteen fifty seven", null, null],
    ["May fifth nineteen hundred and five", "1905-05-05", "1905-05-05"],
    ["December twelfth two thousand twelve", "2012-12-12", "2012-12-12"],
    ["3/9/1984", "1984-03-09", "1984-09-03"],
    ["03.09.1984", "1984-03-09", "1984-09-03"],
    ["three nine nineteen eighty four", "1984-03-09", "1984-09-03"],
    ["0 3 0 9 1 9 8 4", "1984-03-09", "1984-09-03"],
    ["oh three oh nine one nine eight four", "1984-03-09", "1984-09-03"],
    ["03 09 1984", "1984-03-09", "1984-09-03"],
    ["1984-03-09", "1984-03-09", "1984-03-09"],
    ["1984 March 9", "1984-03-09", "1984-03-09"],
    ["13/1/1990", null, "1990-01-13"],
    ["March ninth", null, null],
    ["nineteen eighty four", null, null],
    ["tomorrow", null, null],
    ["the ninth of March twenty ninety", null, null],
    ["February 30th 2001", null, null],
    ["March or April 9th 1984", null, null],
    ["'; drop table contacts; -- 1 1 1 1 1 1 1 1 1", null, null],
    ["", null, null],
  ] as const
) {
  Deno.test(`"${words}" is ${american ?? "no date of birth"}${british === american ? "" : `, in Britain ${british}`}`, () => {
    assert.equal(spokenBirthDate(words, "en-US", TODAY), american);
    assert.equal(spokenBirthDate(words, "en-GB", TODAY), british);
  });
}
