import assert from "node:assert/strict";
import { hearCommand, hearMore, hearNumber, hearYesNo } from "../../../functions/voice/hearing/choices.ts";
import { announcesQuestion, hearErrand, hearPlainErrand } from "../../../functions/voice/hearing/errands.ts";
import { hearName, hearPersonName } from "../../../functions/voice/hearing/names.ts";
import { hearOfferedTime } from "../../../functions/voice/hearing/offered-times.ts";
import { keyedPhone } from "../../../functions/voice/hearing/phone-numbers.ts";
import { uniform } from "../../../functions/voice/hearing/uniform.ts";

/** Sees that each of many words is heard as one thing. */
function heard<Result>(hear: (words: string) => Result, expected: Result, words: string[]): void {
  for (const said of words) assert.deepEqual(hear(said), expected, said);
}

Deno.test("numbers and times are written in digits, whoever writes them how", () => {
  for (
    const [words, text] of [
      ["At half past nine, on the Twenty-Third.", "at 9:30 on the 23rd"],
      ["nine thirty a.m.", "9:30 am"],
      ["nine o'clock", "9 oclock"],
      ["quarter to one", "12:45"],
      ["Twenty five", "25"],
      ["the first free one", "the first free 1"],
      ["the first of May", "the 1st of may"],
      ["3.30 pm", "3:30 pm"],
      ["10 past nine", "9:10"],
      ["Dr. O'Neil's check-up", "dr o'neil's check up"],
    ] as const
  ) assert.equal(uniform(words), text);
});

Deno.test("0 and * mean the same at every step, and so do the words for them", () => {
  assert.equal(hearCommand("0", ""), "message");
  assert.equal(hearCommand("*", ""), "repeat");
  heard((words) => hearCommand("", words), "message", [
    "I want to speak to someone",
    "receptionist",
    "can I talk to a person",
    "a real person please",
    "Leave a message.",
    "operator",
    "human",
  ]);
  heard((words) => hearCommand("", words), "repeat", ["say that again", "Repeat, please.", "pardon", "what?"]);
  heard((words) => hearCommand("", words), "repeat", [
    "can you repeat the question",
    "could you repeat that",
    "repeat",
  ]);
  heard((words) => hearCommand("", words), null, ["book", "tomorrow", "the second one", "yes", ""]);
  heard((words) => hearCommand("", words), null, ["are my repeat prescriptions ready", "a repeat blood test"]);
});

Deno.test("yes and no are heard in many words, and doubt as neither", () => {
  heard((words) => hearYesNo("", words), true, [
    "yes",
    "Yes, please.",
    "that's right",
    "ok book it",
    "no problem",
    "mm-hmm",
  ]);
  heard((words) => hearYesNo("", words), false, ["no", "no thank you", "that's not right", "I don't think so", "two"]);
  heard((words) => hearYesNo("", words), null, ["not sure", "yes no wait", "purple", ""]);
  assert.deepEqual(["1", "2", "3", "11"].map((keys) => hearYesNo(keys, "")), [true, false, null, null]);
});

Deno.test("what was asked about is a yes by itself, and anything around it that is not plain is neither", () => {
  const hear = (words: string) => hearYesNo("", words, /\bcancel(?: (?:it|that))?\b/);
  heard(hear, true, ["cancel it", "yes, cancel it", "please cancel that", "I'd like to cancel", "yes", "okay then"]);
  heard(hear, false, ["no", "don't cancel it", "keep it", "leave it as it is", "no thank you"]);
  heard(hear, null, ["I can't cancel it", "cancel the other appointment", "maybe cancel it", "when is it", ""]);
});

Deno.test("an errand is heard in what is said, and a question is told from its announcement", () => {
  heard(hearErrand, "book", [
    "an appointment please",
    "how do I make an appointment",
    "is there anything free on Friday",
    "when can I come in",
    "I'd like to see the dentist",
  ]);
  heard(hearErrand, "move", ["can I change my appointment", "reschedule", "I need another time"]);
  heard(hearErrand, "cancel", ["I want to cancel", "I can't make it"]);
  heard(hearErrand, "question", [
    "what time do you close",
    "are you open on Saturday",
    "do you take insurance",
    "I have a question",
  ]);
  heard(hearErrand, null, ["purple", ""]);
  heard(announcesQuestion, true, ["I have a question", "I'd like to ask something", "just some information please"]);
  heard(announcesQuestion, false, ["a question about parking", "where are you", "yes", ""]);
  heard(hearPlainErrand, "cancel", ["can you cancel my appointment"]);
  heard(hearPlainErrand, "cancel", ["I want to cancel", "I have to cancel it please"]);
  heard(hearPlainErrand, "book", [
    "I would like to book",
    "okay, I'd like to book please",
    "then book me an appointment",
  ]);
  heard(hearPlainErrand, "move", ["I need to reschedule"]);
  heard(hearPlainErrand, null, [
    "do I need an appointment",
    "can I cancel",
    "what does an appointment cost",
    "I'd like to know how to cancel",
    "do I have to book",
  ]);
});

Deno.test("a number counts when there is such an option", () => {
  heard((words) => hearNumber("", words, 3), 1, ["one", "the first one", "option one please", "1"]);
  heard((words) => hearNumber("", words, 3), 2, ["two", "number two", "I'll take the second", "to"]);
  heard((words) => hearNumber("", words, 3), 3, ["three", "the third one", "the last one"]);
  heard((words) => hearNumber("", words, 3), null, ["four", "nine thirty", "the nine thirty one", "one or two", ""]);
  assert.deepEqual(["1", "3", "4", "9", "12", "#"].map((keys) => hearNumber(keys, "", 3)), [1, 3, null, 9, null, null]);
});

Deno.test("9, or words for it, ask for more of a list", () => {
  assert.equal(hearMore("9", ""), true);
  assert.equal(hearMore("8", ""), false);
  heard((words) => hearMore("", words), true, ["more", "something else", "none of those", "later", "any others?"]);
  heard((words) => hearMore("", words), false, ["the first", ""]);
});

Deno.test("a name is recognised by its own words, and doubt is no choice", () => {
  const services = ["Check-up", "Cleaning", "Crown fitting"];
  heard((words) => hearName(words, services), 0, ["checkup", "a check up please"]);
  heard((words) => hearName(words, services), 1, ["cleaning", "I need my teeth cleaned"]);
  heard((words) => hearName(words, services), 2, ["crown", "a crown fitting"]);
  heard((words) => hearName(words, services), null, ["a filling", "", "something"]);
  const clinic = ["Appointment with a doctor", "Blood test"];
  heard((words) => hearName(words, clinic), 0, ["I'd like to see a doctor", "an appointment with a doctor"]);
  heard((words) => hearName(words, clinic), 1, ["an appointment for a blood test", "blood"]);
  heard((words) => hearName(words, ["Exam", "New patient exam"]), 0, ["exam"]);
  heard((words) => hearName(words, ["Exam", "New patient exam"]), 1, ["new patient exam", "new patient"]);
  heard((words) => hearName(words, ["Dr. Ada Reed", "Dr. Ada Cole"]), null, ["doctor Ada"]);
  heard((words) => hearName(words, ["Dr. Ada Reed", "Dr. Ada Cole"]), 1, ["doctor Cole"]);
});

Deno.test("a person's name is taken out of its sentence, and nothing else is taken for one", () => {
  for (
    const [words, name] of [
      ["my name is jane doe", "Jane Doe"],
      ["It's Mary-Ann O'Neil.", "Mary-Ann O'Neil"],
      ["This is José", "José"],
      ["<b>Ann</b> & \u0007 Co", "b Ann b Co"],
      ["J", null],
      ["123", null],
      ["", null],
    ] as const
  ) assert.equal(hearPersonName(words), name);
  assert.equal(hearPersonName("x".repeat(5000))?.length, 80);
});

Deno.test("a keyed number is a number of the clinic's country or none", () => {
  heard((keys) => keyedPhone(keys, "en-US"), "+12125550147", ["2125550147", "12125550147", "212 555 0147"]);
  heard((keys) => keyedPhone(keys, "en-US"), null, ["5550147", "0125550147", "2121550147", "22125550147", "", "*"]);
  heard((keys) => keyedPhone(keys, "en-GB"), "+442079460123", ["02079460123", "442079460123", "00442079460123"]);
  heard((keys) => keyedPhone(keys, "en-GB"), null, ["2079460123", "0207946", "09912345678", "020794601234567"]);
});

Deno.test("an opening is chosen by what tells it from the others", () => {
  const offers = ["2026-11-24T09:00", "2026-11-24T09:30", "2026-11-25T14:00"]
    .map((local, index) => ({
      provider: "a0000000-0000-4000-8000-000000000011",
      second: 1_795_000_000 + index,
      local,
    }));
  const choose = (words: string) => offers.findIndex((offer) => offer === hearOfferedTime(words, offers));
  heard(choose, 0, ["nine", "the nine o'clock", "at 9 am", "9:00 please"]);
  heard(choose, 1, ["the nine thirty one", "9:30", "half past nine", "930"]);
  heard(choose, 2, ["Wednesday", "two pm", "the afternoon one", "Wednesday at two"]);
  heard(choose, -1, ["Tuesday", "ten", "nine pm", "in the morning", "Wednesday at nine", "purple", ""]);
});
