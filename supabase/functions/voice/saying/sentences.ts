import type { Locale } from "../../_language/locale.ts";
import type { MessageReason } from "../state.ts";

/** One question in three wordings: asked, asked again, and asked for the last time. */
export type Wordings = readonly [first: string, again: string, last: string];

/** The wording for the number of times that was tried. */
export function worded(wordings: Wordings, tries: number): string {
  return wordings[tries] ?? wordings[0];
}

const american = {
  welcome: (clinic: string) => `Thank you for calling ${clinic}.`,
  emergency: (number: string) => `If this is an emergency, hang up and dial ${number}.`,
  noClinic: "I am sorry, this number does not belong to a clinic. Please check it and call again. Goodbye.",

  menu: [
    "To book an appointment press 1, to move one 2, to cancel one 3, to ask something 4, or to leave a message 0.",
    "Sorry, I did not get that. Just say it, or press 1 to book an appointment, 2 to move one, 3 to cancel one, " +
    "4 to ask something, 0 to leave a message.",
    "I still did not understand. Please press 1 for an appointment, 2 to move one, 3 to cancel one, 4 for a question, " +
    "or 0 for a message.",
  ] as Wordings,

  service: [
    "What would you like to come for?",
    "Sorry, I did not get that. Please say which one you need, or press its number.",
    "I still did not understand. Please press one of these keys.",
  ] as Wordings,
  serviceChoice: (key: number, service: string) => `For ${service}, press ${key}.`,
  more: "To hear more, press 9.",

  day: [
    "Which day suits you? Say, for example, tomorrow afternoon, or next Tuesday. For the first free appointment, press 1.",
    "Sorry, I did not get the day. You could say Friday morning, or the 14th. Or press 1 for the first free appointment.",
    "I still did not understand. Please say just a day of the week, or press 1 for the first free appointment.",
  ] as Wordings,
  otherDay: "Which other day suits you? Or press 1 for the first free appointment, or 0 to leave a message.",
  orWait: "Or press 2 to go on the waiting list for then.",
  waiting: "All right, you are on the waiting list. If something becomes free, our staff will call you.",
  dayHasPassed: (days: string) => `It is already too late to book ${days}.`,
  dayTooSoon: "That is too soon: it has passed, or we need a little more notice.",
  dayTooFar: (last: string | null) =>
    last === null ? "That is further ahead than we can book." : `That is too far ahead. We can book until ${last}.`,
  nothingFree: (days: string) => `I am sorry, there is nothing free ${days}.`,
  nothingFreeAtAll: "I am sorry, there is nothing free in the next weeks.",
  allRight: "All right.",
  nothingMore: "Those were all the openings there.",

  openings: (count: number) => count === 1 ? "I have one opening." : `I have ${count} openings.`,
  openingsOn: (count: number, date: string) =>
    count === 1 ? `On ${date} I have one opening.` : `On ${date} I have ${count} openings.`,
  opening: (key: number, when: string, provider: string) => `Press ${key} for ${when} with ${provider}.`,
  openingsEnd: "To hear more, press 9. Or say another day.",
  openingAgain: (openings: readonly string[]) =>
    `Sorry, I did not get that. ${openings.map((when, index) => `For ${when}, press ${index + 1}.`).join(" ")} ` +
    "To hear more, press 9.",
  openingLast: (openings: readonly string[]) =>
    "I still did not understand. Please press a key: " +
    `${openings.map((when, index) => `${index + 1} for ${when}`).join(", ")}, or 9 to hear more.`,
  slotTaken: "I am sorry, that time has just been taken.",
  slotGone: "I am sorry, that time can no longer be booked.",
  holdExpired: "I am sorry, that took so long that I had to let the time go.",
  insteadThereIs: "Here is what I have instead.",
  noOther: "I have nothing else close to it.",

  phone: [
    "On which number can we call you back? Please key it in, and then press the pound key.",
    "Sorry, that is not a number that I can use. Please key in all ten digits, and then press the pound key.",
    "That still was not a complete number. Please key in your number with its area code, and then press the pound key.",
  ] as Wordings,
  phoneHeard: (number: string) => `Thank you. That was ${number}.`,
  name: [
    "What is your name? Please say your first and last name. If you would rather not, press 1.",
    "Sorry, I did not hear a name. Please say your first and last name, or press 1 to go on without it.",
    "I still did not hear it. Say your name now, or press 1 and our staff will ask you when you come.",
  ] as Wordings,

  readBack: (service: string, provider: string, date: string, time: string) =>
    `${service} with ${provider} on ${date} at ${time}.`,
  forName: (name: string) => `For ${name}.`,
  confirm: [
    "Shall I book it? Press 1 or say yes. Press 2 or say no for another time.",
    "Sorry, I did not get that. If I should book it, say yes or press 1. If not, say no or press 2.",
    "I still did not understand. Please press 1 to book the appointment, or 2 to look for another time.",
  ] as Wordings,
  moveBack: (from: string, to: string, provider: string) =>
    `Your appointment would move from ${from} to ${to} with ${provider}.`,
  confirmMove: [
    "Shall I move it? Press 1 or say yes. Press 2 or say no for another time.",
    "Sorry, I did not get that. If I should move it, say yes or press 1. If not, say no or press 2.",
    "I still did not understand. Please press 1 to move the appointment, or 2 to look for another time.",
  ] as Wordings,
  letGo: "All right, I have let that time go. Let us look again.",
  booked: (service: string, provider: string, date: string, time: string) =>
    `Your appointment is booked: ${service} with ${provider} on ${date} at ${time}.`,
  moved: (service: string, provider: string, date: string, time: string) =>
    `Your appointment has moved. It is now ${service} with ${provider} on ${date} at ${time}.`,
  code: (digits: string) => `Your code is ${digits}. Once more, the code is ${digits}.`,
  goodbye: "Thank you for calling. Goodbye.",

  ownNumber: [
    "Under which phone number do we know you? Please key it in, and then press the pound key.",
    "Sorry, that is not a number that I can use. Please key in all ten digits, and then press the pound key.",
    "That still was not a complete number. Please key in your number with its area code, and then press the pound key.",
  ] as Wordings,
  birth: [
    "To make sure that it is you, please key in your date of birth: two digits for the month, two for the day, and four " +
    "for the year. Or key in the six digits of your appointment's code, and then press the pound key.",
    "Sorry, that is neither a date nor a code that I can use. Please key in eight digits: two for the month, two for the " +
    "day, and four for the year. Or the six digits of your code, and then the pound key.",
    "I still did not get it. Please key in when you were born: month, day and year, in eight digits. Or your code, in six " +
    "digits.",
  ] as Wordings,
  notMatched: "I am sorry, that does not match what we have.",

  oneAppointment: (service: string, provider: string, date: string, time: string) =>
    `You have one appointment: ${service} with ${provider} on ${date} at ${time}.`,
  someAppointments: (count: number) => `You have ${count} appointments.`,
  whichAppointment: [
    "Which one is it about?",
    "Sorry, I did not get that. Please say its date, or press its number.",
    "I still did not understand. Please press one of these keys.",
  ] as Wordings,
  appointmentChoice: (key: number, when: string) => `For ${when}, press ${key}.`,
  thatAppointment: (when: string) => `Your appointment on ${when}.`,
  keepsItsTime: "It stays yours until you have another time.",
  noAppointment: [
    "You have no coming appointment with us. Would you like to book one? Press 1 or say yes. Press 2 or say no. " +
    "Or press 0 to leave a message.",
    "Sorry, I did not get that. If you would like to book an appointment, say yes or press 1. If not, say no or press 2.",
    "I still did not understand. Please press 1 to book an appointment, 2 to go back, or 0 to leave a message.",
  ] as Wordings,
  cancel: [
    "Shall I cancel it? Press 1 or say yes. Press 2 or say no to keep it.",
    "Sorry, I did not get that. If I should cancel it, say yes or press 1. To keep it, say no or press 2.",
    "I still did not understand. Please press 1 to cancel the appointment, or 2 to keep it.",
  ] as Wordings,
  kept: "All right, your appointment stays as it is.",
  cancelled: (service: string, provider: string, date: string, time: string) =>
    `Your appointment is cancelled: ${service} with ${provider} on ${date} at ${time}.`,

  question: [
    "What would you like to know?",
    "Sorry, I did not hear a question. You could ask, for example, when we are open.",
    "I still did not hear it. Please say your question now, or press 0 to leave a message.",
  ] as Wordings,
  anythingElse: [
    "Is there anything else? Just ask again, or press 1 for yes, or 2 for no.",
    "Sorry, I did not get that. Ask another question, or press 1 to go back to the menu, or 2 to end the call.",
    "I still did not understand. Please press 1 to go back to the menu, or 2 to end the call.",
  ] as Wordings,

  messageLead: {
    message: "",
    move: "I am sorry, I cannot move an appointment for you. Someone will call you back about it.",
    cancel: "I am sorry, I cannot cancel an appointment for you. Someone will call you back about it.",
    question:
      "I am not sure about that, so someone will call you back with the answer. Please ask once more in your message.",
    not_understood: "I am sorry that I do not understand. Someone will call you back instead.",
    nothing_offered: "I am sorry, I cannot book appointments right now. Someone will call you back about it.",
    trouble: "I'm having trouble right now, let me help you another way. Someone will call you back.",
  } satisfies Record<MessageReason, string>,
  leaveMessage: "Please leave your name, your number and your message after the tone. When you have finished, " +
    "press the pound key or just hang up.",
  noMessage: "I did not hear a message. Please call again if you need us. Goodbye.",
  messageTaken: "Thank you. Your message was recorded, and someone will call you back. Goodbye.",
};

/** Everything that a call says in one language. */
export type Sentences = typeof american;

const british: Sentences = {
  ...american,
  birth: [
    "To make sure that it is you, please key in your date of birth: two digits for the day, two for the month, and four " +
    "for the year. Or key in the six digits of your appointment's code, and then press the hash key.",
    "Sorry, that is neither a date nor a code that I can use. Please key in eight digits: two for the day, two for the " +
    "month, and four for the year. Or the six digits of your code, and then the hash key.",
    "I still did not get it. Please key in when you were born: day, month and year, in eight digits. Or your code, in six " +
    "digits.",
  ],
  ownNumber: [
    "Under which phone number do we know you? Please key it in, and then press the hash key.",
    "Sorry, that is not a number that I can use. Please key in all its digits from the first nought, and then press hash.",
    "That still was not a complete number. Please key in your number with its area code, and then press the hash key.",
  ],
  phone: [
    "On which number can we ring you back? Please key it in, and then press the hash key.",
    "Sorry, that is not a number that I can use. Please key in all its digits from the first nought, and then press hash.",
    "That still was not a complete number. Please key in your number with its area code, and then press the hash key.",
  ],
  leaveMessage: "Please leave your name, your number and your message after the tone. When you have finished, " +
    "press the hash key or just hang up.",
  noMessage: "I did not hear a message. Please ring again if you need us. Goodbye.",
};

/** What is said in a clinic's language. */
export function sentencesIn(locale: Locale): Sentences {
  return locale === "en-GB" ? british : american;
}
