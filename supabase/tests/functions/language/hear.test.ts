import assert from "node:assert/strict";
import { hear } from "../../../functions/_language/en/hear/hear.ts";
import type { Asked, Findings } from "../../../functions/_language/findings.ts";
import { CLINIC, NOW } from "./clinics.ts";

const DAY = (day: string) => ({ days: [{ from: day, to: day }] });

/** Sees that each of some sentences is understood as the same findings, and as no more. */
function understood(asked: Asked, expected: Findings, sentences: string[]): void {
  for (const said of sentences) assert.deepEqual(hear(said, asked, CLINIC, NOW), expected, said);
}

const HELP: Asked = { kind: "help" };

Deno.test("the first sentence says as much as the caller likes", () => {
  understood(HELP, {
    errand: "book",
    service: "crown",
    provider: "whitlock",
    wish: { ...DAY("2026-12-03"), hours: [{ from: 600, to: 720 }] },
  }, [
    "I'd like to see Doctor Whitlock for a crown, a week from Thursday, late morning",
    "book me a crown with doctor wit lock late morning a week from thursday please",
  ]);
  understood(HELP, { errand: "book", service: "cleaning", wish: { ...DAY("2026-11-27"), time: 660 } }, [
    "can i get a cleaning on friday at eleven",
    "a clean friday 11 am",
    "i need my teeth cleaned friday at 11 o'clock",
  ]);
  understood(HELP, { errand: "book", complaint: true, wish: DAY("2026-11-24") }, [
    "i chipped a tooth can you see me tomorrow",
  ]);
  understood(HELP, { errand: "book", service: "cleaning", wish: DAY("2026-11-24"), name: "Nell Harper" }, [
    "my name is nell harper and i'd like a cleaning tomorrow",
  ]);
});

Deno.test("a service has the names that people give it, and of two that fit equally well one is asked for", () => {
  const service = (said: string, names: string[][]) => {
    const { service, either } = hear(said, { kind: "service" }, {
      ...CLINIC,
      services: names.map((of, n) => ({ id: String(n), names: of })),
    }, NOW);
    return service ?? either?.services ?? null;
  };
  assert.equal(service("exam", [["Exam"], ["New patient exam"]]), "0");
  assert.equal(service("a new patient exam please", [["Exam"], ["New patient exam"]]), "1");
  assert.equal(service("i'd like to see a doctor", [["Appointment with a doctor"], ["Blood test"]]), "0");
  assert.equal(service("an appointment for a blood test", [["Appointment with a doctor"], ["Blood test"]]), "1");
  assert.deepEqual(service("a test", [["Allergy test"], ["Blood test"]]), ["0", "1"]);
  assert.equal(service("something", [["Exam"], ["Blood test"]]), null);
});

Deno.test("a provider is wanted, refused or left to us", () => {
  understood({ kind: "day" }, { provider: "ortiz" }, ["with doctor ortiz", "doctor ortis please", "dr maya ortiz"]);
  understood({ kind: "day" }, { notProviders: ["whitlock"] }, ["not with doctor whitlock", "not whitlock"]);
  understood({ kind: "day" }, { notProviders: ["whitlock"], provider: "ortiz" }, ["not doctor whitlock doctor ortiz"]);
  assert.deepEqual(hear("anyone but doctor whitlock", { kind: "provider" }, CLINIC, NOW).notProviders, ["whitlock"]);
  assert.equal(hear("i don't mind who", { kind: "provider" }, CLINIC, NOW).anyProvider, true);
  assert.equal(hear("can i see someone else", { kind: "choice" }, CLINIC, NOW).otherProvider, true);
});

const CHOICES: Asked = {
  kind: "choice",
  choices: [
    { local: "2026-11-24T09:00", provider: "ortiz" },
    { local: "2026-11-24T09:30", provider: "whitlock" },
    { local: "2026-11-25T14:00", provider: "ortiz" },
  ],
};

Deno.test("what was read is chosen by whatever tells it from the rest", () => {
  const chosen: Record<number, string[]> = {
    0: [
      "one",
      "the first one",
      "option one please",
      "1",
      "nine",
      "the nine o'clock",
      "at 9 am",
      "9:00 please",
      "the first",
      "the earliest",
    ],
    1: [
      "two",
      "to",
      "number two",
      "the second",
      "the nine thirty one",
      "9:30",
      "half past nine",
      "930",
      "with doctor whitlock",
      "i think the second one is best",
    ],
    2: [
      "three",
      "the last one",
      "wednesday",
      "two pm",
      "the afternoon one",
      "wednesday at two",
      "the 25th",
      "the later one",
    ],
  };
  for (const [index, sentences] of Object.entries(chosen)) {
    for (const said of sentences) assert.equal(hear(said, CHOICES, CLINIC, NOW).choice, Number(index), said);
  }
  for (
    const said of [
      "tuesday",
      "ten",
      "nine pm",
      "in the morning",
      "wednesday at nine",
      "purple",
      "",
      "friday",
      "one or two",
    ]
  ) {
    assert.equal(hear(said, CHOICES, CLINIC, NOW).choice, undefined, said);
  }
});

Deno.test("none of what was read may suit, or any of it", () => {
  for (const said of ["none of those", "something else", "what else have you got", "any others", "neither"]) {
    assert.equal(hear(said, CHOICES, CLINIC, NOW).more, true, said);
  }
  for (const said of ["either is fine", "whichever", "i don't mind"]) {
    assert.equal(hear(said, CHOICES, CLINIC, NOW).anyChoice, true, said);
  }
  assert.equal(hear("not that one later", CHOICES, CLINIC, NOW).wish?.than, "later");
  assert.deepEqual(hear("have you anything on friday", CHOICES, CLINIC, NOW).wish, DAY("2026-11-27"));
});

Deno.test("'the 1st' is a date when one of that date was read, and 'the first' is the first", () => {
  const asked: Asked = { kind: "choice", choices: [{ local: "2026-11-30T09:00" }, { local: "2026-12-01T09:00" }] };
  assert.equal(hear("the 1st", asked, CLINIC, NOW).choice, 1);
  assert.equal(hear("the first", asked, CLINIC, NOW).choice, 0);
  assert.equal(hear("the 1st one", asked, CLINIC, NOW).choice, 0);
});

const READ_BACK: Asked = { kind: "yes or no", deed: "book", reference: "2026-11-24T10:00" };

Deno.test("a read-back can be corrected in one breath", () => {
  assert.equal(hear("no that's fine", READ_BACK, CLINIC, NOW).yes, true);
  const later = hear("no the thirteenth", READ_BACK, CLINIC, NOW);
  assert.deepEqual([later.yes, later.wish], [false, DAY("2026-12-13")]);
  assert.deepEqual(hear("no i said thursday at three", READ_BACK, CLINIC, NOW).wish, {
    ...DAY("2026-11-26"),
    time: 900,
  });
  assert.deepEqual(hear("yes but at eleven", READ_BACK, CLINIC, NOW).wish, { time: 660 });
  assert.deepEqual(hear("make it a week later", READ_BACK, CLINIC, NOW).wish?.days, DAY("2026-12-01").days);
  assert.equal(hear("not with doctor ortiz with doctor whitlock", READ_BACK, CLINIC, NOW).provider, "whitlock");
});

Deno.test("the appointment that one has is told from the one that one wants", () => {
  const move = hear("can i move my tuesday appointment to friday", HELP, CLINIC, NOW);
  assert.deepEqual([move.errand, move.existing, move.wish], ["move", DAY("2026-11-24"), DAY("2026-11-27")]);
  const switched = hear("move it from tuesday to thursday at two", HELP, CLINIC, NOW);
  assert.deepEqual([switched.existing, switched.wish], [DAY("2026-11-24"), { ...DAY("2026-11-26"), time: 840 }]);
  const cancelled = hear("cancel my appointment on friday", HELP, CLINIC, NOW);
  assert.deepEqual([cancelled.errand, cancelled.existing, cancelled.wish], ["cancel", DAY("2026-11-27"), undefined]);
  const unable = hear("i can't make tuesday can i come wednesday instead", HELP, CLINIC, NOW);
  assert.deepEqual([unable.errand, unable.wish?.days], ["move", DAY("2026-11-25").days]);
});

Deno.test("it is heard for whom it is, and how many", () => {
  const forWhom = (said: string) => hear(said, HELP, CLINIC, NOW).forWhom;
  assert.deepEqual(forWhom("it's for my son"), { who: "other", relation: "son" });
  assert.deepEqual(forWhom("i need a check up for both my kids"), { who: "other", relation: "kids", people: 2 });
  assert.deepEqual(forWhom("my daughter needs a cleaning"), { who: "other", relation: "daughter" });
  assert.deepEqual(forWhom("for me"), { who: "self" });
  assert.deepEqual(forWhom("an appointment for my husband and me"), { who: "other", relation: "husband", people: 2 });
  assert.equal(forWhom("my mother told me to call"), undefined);
  assert.equal(forWhom("i need a cleaning"), undefined);
});

Deno.test("a question is what is left without the words around it", () => {
  const question = (said: string) => hear(said, HELP, CLINIC, NOW).question;
  assert.equal(question("hi i was wondering if you take delta dental"), "you take delta dental");
  assert.equal(question("can you tell me where i can park please"), "where i can park");
  assert.equal(question("i have a question"), undefined);
  assert.equal(hear("i have a question", HELP, CLINIC, NOW).errand, "ask");
});

Deno.test("half a number or a date of birth is no day to come, and one can still be named", () => {
  for (const said of ["two one two five", "march ninth", "the ninth of march", "nineteen eighty four"]) {
    assert.equal(hear(said, { kind: "birth" }, CLINIC, NOW).wish, undefined, said);
  }
  assert.deepEqual(hear("actually can we do friday", { kind: "birth" }, CLINIC, NOW).wish, DAY("2026-11-27"));
});
