import assert from "node:assert/strict";
import { readClinicFile, weeklyHours } from "./clinic-file.ts";

const example = Deno.readTextFileSync(new URL("example-clinic.json", import.meta.url));

function changed(change: (clinic: Record<string, unknown>) => void): string {
  const clinic: Record<string, unknown> = JSON.parse(example);
  change(clinic);
  return JSON.stringify(clinic);
}

function mistakesIn(text: string): readonly string[] {
  const reading = readClinicFile(text);
  return "mistakes" in reading ? reading.mistakes : [];
}

const weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday"];

Deno.test("the example is a clinic, with what it leaves out filled in", () => {
  const reading = readClinicFile(example);
  assert.ok("clinic" in reading, JSON.stringify(reading));
  assert.equal(reading.clinic.service.buffer_before_minutes, 0);
  assert.equal(weeklyHours(reading.clinic).length, 10);
  assert.deepEqual(weeklyHours(reading.clinic)[0], { weekday: 1, opens_at: "09:00", closes_at: "12:30" });
});

const mistakes: [what: string, change: (clinic: Record<string, unknown>) => void, sentences: string[]][] = [
  ["no phone", (c) => delete c.phone, ["phone must be the number that patients dial, such as +12125550100."]],
  ["a number without a plus", (c) => c.phone = "2125550120", [
    "phone must be the number that patients dial, with plus and country code, such as +12125550100.",
  ]],
  ["a zone that is none", (c) => c.timezone = "America/Springfield", [
    "timezone must be a time zone such as America/Chicago.",
  ]],
  ["an offset for a zone", (c) => c.timezone = "+05:00", ["timezone must be a time zone such as America/Chicago."]],
  ["a misspelt key", (c) => c.adress = "8 Birch Street", ["adress is not known here; is it misspelt?"]],
  ["an e-mail address that is none", (c) => c.owner = { email: "owner" }, [
    "owner.email must be the owner's e-mail address.",
  ]],
  ["a service that takes no time", (c) => c.service = { name: "Nothing", duration_minutes: 0 }, [
    "service.duration_minutes must be a whole number of minutes from 5 to 1440.",
  ]],
  ["an hour that does not exist", (c) => c.hours = [{ days: weekdays, opens: "9", closes: "25:00" }], [
    "hours, entry 1, opens must be a time such as 09:00.",
    "hours, entry 1, closes must be a time such as 09:00.",
  ]],
  [
    "an hour that does not exist, between hours that do",
    (c) =>
      c.hours = [
        { days: ["monday"], opens: "09:00", closes: "25:00" },
        { days: ["monday"], opens: "13:30", closes: "17:00" },
      ],
    ["hours, entry 1, closes must be a time such as 09:00."],
  ],
  ["a day that does not exist", (c) => c.hours = [{ days: ["someday"], opens: "09:00", closes: "17:00" }], [
    "hours, entry 1, days, entry 1 must be days in full: monday, tuesday, wednesday, thursday, friday, saturday, sunday.",
  ]],
  ["no hours", (c) => c.hours = [], ["hours must have at least one entry."]],
  [
    "hours that overlap",
    (c) =>
      c.hours = [
        { days: ["monday"], opens: "09:00", closes: "13:00" },
        { days: ["monday"], opens: "12:00", closes: "17:00" },
      ],
    ["hours, entry 2 overlaps entry 1 on monday."],
  ],
  [
    "hours that reach over Sunday's midnight into Monday's",
    (c) =>
      c.hours = [
        { days: ["sunday"], opens: "22:00", closes: "02:00" },
        { days: ["monday"], opens: "01:00", closes: "05:00" },
      ],
    ["hours, entry 2 overlaps entry 1 on monday."],
  ],
  ["a service longer than any hours", (c) => c.service = { name: "Marathon", duration_minutes: 300 }, [
    "service.duration_minutes is longer than the clinic is ever open at a stretch, so it could never be booked.",
  ]],
];

for (const [what, change, sentences] of mistakes) {
  Deno.test(`${what}: said in a sentence`, () => assert.deepEqual(mistakesIn(changed(change)), sentences));
}

Deno.test("all mistakes are said at once", () => {
  const text = changed((clinic) => {
    clinic.name = "";
    clinic.locale = "fr-FR";
    delete clinic.provider;
  });
  assert.deepEqual(mistakesIn(text), [
    "name must be the clinic's name, as callers hear it.",
    "locale must be en-US or en-GB.",
    "provider must be an object with the first provider's name.",
  ]);
});

Deno.test("hours that touch do not overlap, and may cross midnight", () => {
  const text = changed((clinic) => {
    clinic.hours = [
      { days: ["saturday"], opens: "20:00", closes: "00:00" },
      { days: ["sunday"], opens: "00:00", closes: "04:00" },
    ];
  });
  assert.deepEqual(mistakesIn(text), []);
});

Deno.test("what is not JSON, or no object, is said in a sentence too", () => {
  assert.match(mistakesIn("{").join(), /^The file is not JSON: .*\.$/);
  assert.deepEqual(mistakesIn("[]"), ["The file must be an object."]);
});
