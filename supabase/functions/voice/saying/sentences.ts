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
  noClinic: "I'm sorry, this number doesn't belong to a clinic. Please check it and call again. Goodbye.",

  menu: [
    "To book an appointment, press 1. To move one, press 2. To cancel one, press 3. To ask a question, press 4. " +
    "To leave a message, press 0.",
    "Sorry, I didn't get that. Just say what you need, or press 1 to book an appointment, 2 to move one, 3 to cancel " +
    "one, 4 to ask a question, or 0 to leave a message.",
    "I still didn't get that. Please press 1 to book an appointment, 2 to move one, 3 to cancel one, 4 to ask a " +
    "question, or 0 to leave a message.",
  ] as Wordings,

  service: [
    "What would you like to come in for?",
    "Sorry, I didn't get that. Please say which one you need, or press its number.",
    "I still didn't get that. Please press one of these keys.",
  ] as Wordings,
  serviceChoice: (key: number, service: string) => `For ${service}, press ${key}.`,
  more: "To hear more, press 9.",

  day: [
    "What day works for you? You can say, for example, tomorrow afternoon, or next Tuesday. For the first available " +
    "appointment, press 1.",
    "Sorry, I didn't get the day. You could say Friday morning, or the 14th. Or press 1 for the first available " +
    "appointment.",
    "I still didn't get that. Please just say a day of the week, or press 1 for the first available appointment.",
  ] as Wordings,
  otherDay: "What other day works for you? Or press 1 for the first available appointment, or 0 to leave a message.",
  orWait: "Or press 2 to go on the waiting list for that time.",
  waiting: "All right, you're on the waiting list. If something opens up, our staff will call you.",
  dayHasPassed: (days: string) => `I'm sorry, it's too late to book ${days}.`,
  dayTooSoon: "I'm sorry, that's too soon. We need a little more notice.",
  dayTooFar: (last: string | null) =>
    last === null
      ? "I'm sorry, that's further ahead than we can book."
      : `I'm sorry, that's too far ahead. We can book up to ${last}.`,
  nothingFree: (days: string) => `I'm sorry, there's nothing available ${days}.`,
  nothingFreeAtAll: "I'm sorry, there's nothing available in the next few weeks.",
  allRight: "All right.",
  nothingMore: "Those were all the openings.",

  openings: (count: number) => count === 1 ? "I have one opening." : `I have ${count} openings.`,
  openingsOn: (count: number, date: string) =>
    count === 1 ? `On ${date}, I have one opening.` : `On ${date}, I have ${count} openings.`,
  opening: (key: number, when: string, provider: string) => `Press ${key} for ${when} with ${provider}.`,
  openingsEnd: "To hear more, press 9. Or say another day.",
  openingAgain: (openings: readonly string[]) =>
    `Sorry, I didn't get that. ${openings.map((when, index) => `For ${when}, press ${index + 1}.`).join(" ")} ` +
    "To hear more, press 9.",
  openingLast: (openings: readonly string[]) =>
    "I still didn't get that. Please press " +
    `${openings.map((when, index) => `${index + 1} for ${when}`).join(", ")}, or 9 to hear more.`,
  slotTaken: "I'm sorry, that time has just been taken.",
  slotGone: "I'm sorry, that time is no longer available.",
  holdExpired: "I'm sorry, I couldn't hold that time any longer.",
  insteadThereIs: "Here's what I have instead.",
  noOther: "I don't have anything else around then.",

  phone: [
    "What number can we call you back on? Please enter it on your keypad, then press the pound key.",
    "Sorry, I can't use that number. Please enter all ten digits, then press the pound key.",
    "That still wasn't a complete number. Please enter your number with its area code, then press the pound key.",
  ] as Wordings,
  phoneHeard: (number: string) => `Thank you. That was ${number}.`,
  name: [
    "What's your name? Please say your first and last name. If you'd rather not, press 1.",
    "Sorry, I didn't get your name. Please say your first and last name, or press 1 to go on without it.",
    "I still didn't get it. Please say your name now, or press 1, and our staff will ask you when you come in.",
  ] as Wordings,

  readBack: (service: string, provider: string, date: string, time: string) =>
    `${service} with ${provider} on ${date} at ${time}.`,
  forName: (name: string) => `For ${name}.`,
  confirm: [
    "Shall I book it? Press 1 or say yes. Press 2 or say no for another time.",
    "Sorry, I didn't get that. To book it, say yes or press 1. If not, say no or press 2.",
    "I still didn't get that. Please press 1 to book the appointment, or 2 to look for another time.",
  ] as Wordings,
  moveBack: (from: string, to: string, provider: string) =>
    `Your appointment would move from ${from} to ${to} with ${provider}.`,
  confirmMove: [
    "Shall I move it? Press 1 or say yes. Press 2 or say no for another time.",
    "Sorry, I didn't get that. To move it, say yes or press 1. If not, say no or press 2.",
    "I still didn't get that. Please press 1 to move the appointment, or 2 to look for another time.",
  ] as Wordings,
  released: "All right, I've released that time. Let's look again.",
  booked: (service: string, provider: string, date: string, time: string) =>
    `Your appointment is booked: ${service} with ${provider} on ${date} at ${time}.`,
  moved: (service: string, provider: string, date: string, time: string) =>
    `Your appointment has moved. It's now ${service} with ${provider} on ${date} at ${time}.`,
  code: (digits: string) => `Your code is ${digits}. Once more, your code is ${digits}.`,
  goodbye: "Thank you for calling. Goodbye.",

  ownNumber: [
    "What's the phone number on your file? Please enter it on your keypad, then press the pound key.",
    "Sorry, I can't use that number. Please enter all ten digits, then press the pound key.",
    "That still wasn't a complete number. Please enter your number with its area code, then press the pound key.",
  ] as Wordings,
  birth: [
    "To make sure it's you, please enter your date of birth: two digits for the month, two for the day, and four for the " +
    "year. Or enter the six digits of your appointment code, then press the pound key.",
    "Sorry, that isn't a date or a code that I can use. Please enter eight digits: two for the month, two for the day, " +
    "and four for the year. Or enter the six digits of your code, then press the pound key.",
    "I still didn't get that. Please enter your date of birth in eight digits: month, day and year. Or enter your " +
    "six-digit code, then press the pound key.",
  ] as Wordings,
  notMatched: "I'm sorry, that doesn't match what we have.",

  oneAppointment: (service: string, provider: string, date: string, time: string) =>
    `You have one appointment: ${service} with ${provider} on ${date} at ${time}.`,
  someAppointments: (count: number) => `You have ${count} appointments.`,
  whichAppointment: [
    "Which one are you calling about?",
    "Sorry, I didn't get that. Please say its date, or press its number.",
    "I still didn't get that. Please press one of these keys.",
  ] as Wordings,
  appointmentChoice: (key: number, when: string) => `For ${when}, press ${key}.`,
  thatAppointment: (when: string) => `Your appointment on ${when}.`,
  keepsItsTime: "You'll keep it until you have a new time.",
  noAppointment: [
    "You don't have any upcoming appointments. Would you like to book one? Press 1 or say yes. Press 2 or say no. " +
    "Or press 0 to leave a message.",
    "Sorry, I didn't get that. To book an appointment, say yes or press 1. If not, say no or press 2.",
    "I still didn't get that. Please press 1 to book an appointment, 2 to go back, or 0 to leave a message.",
  ] as Wordings,
  cancel: [
    "Shall I cancel it? Press 1 or say yes. Press 2 or say no to keep it.",
    "Sorry, I didn't get that. To cancel it, say yes or press 1. To keep it, say no or press 2.",
    "I still didn't get that. Please press 1 to cancel the appointment, or 2 to keep it.",
  ] as Wordings,
  kept: "All right, your appointment stays as it is.",
  cancelled: (service: string, provider: string, date: string, time: string) =>
    `Your appointment is cancelled: ${service} with ${provider} on ${date} at ${time}.`,

  question: [
    "What would you like to know?",
    "Sorry, I didn't hear a question. You could ask, for example, when we're open.",
    "I still didn't hear one. Please ask your question now, or press 0 to leave a message.",
  ] as Wordings,
  anythingElse: [
    "Is there anything else? Just ask, or press 1 for yes, or 2 for no.",
    "Sorry, I didn't get that. Ask another question, or press 1 to go back to the menu, or 2 to end the call.",
    "I still didn't get that. Please press 1 to go back to the menu, or 2 to end the call.",
  ] as Wordings,

  messageLead: {
    message: "",
    move: "I'm sorry, I can't move an appointment for you. Someone will call you back about it.",
    cancel: "I'm sorry, I can't cancel an appointment for you. Someone will call you back about it.",
    question:
      "I'm not sure about that, so someone will call you back with the answer. Please repeat your question in your message.",
    not_understood: "I'm sorry, I'm having trouble understanding you. Someone will call you back instead.",
    nothing_offered: "I'm sorry, I can't book appointments right now. Someone will call you back about it.",
    trouble: "I'm having trouble right now, let me help you another way. Someone will call you back.",
  } satisfies Record<MessageReason, string>,
  leaveMessage:
    "Please leave your name, your number and your message after the tone. When you're done, press the pound " +
    "key or just hang up.",
  noMessage: "I didn't hear a message. Please call again if you need us. Goodbye.",
  messageTaken: "Thank you. Your message was recorded, and someone will call you back. Goodbye.",
};

/** Everything that a call says in one language. */
export type Sentences = typeof american;

const british: Sentences = {
  ...american,
  birth: [
    "To make sure it's you, please enter your date of birth: two digits for the day, two for the month, and four for the " +
    "year. Or enter the six digits of your appointment code, then press the hash key.",
    "Sorry, that isn't a date or a code that I can use. Please enter eight digits: two for the day, two for the month, " +
    "and four for the year. Or enter the six digits of your code, then press the hash key.",
    "I still didn't get that. Please enter your date of birth in eight digits: day, month and year. Or enter your " +
    "six-digit code, then press the hash key.",
  ],
  ownNumber: [
    "What's the phone number on your file? Please enter it on your keypad, then press the hash key.",
    "Sorry, I can't use that number. Please enter all its digits, starting with the nought, then press the hash key.",
    "That still wasn't a complete number. Please enter your number with its area code, then press the hash key.",
  ],
  phone: [
    "What number can we ring you back on? Please enter it on your keypad, then press the hash key.",
    "Sorry, I can't use that number. Please enter all its digits, starting with the nought, then press the hash key.",
    "That still wasn't a complete number. Please enter your number with its area code, then press the hash key.",
  ],
  leaveMessage:
    "Please leave your name, your number and your message after the tone. When you're done, press the hash " +
    "key or just hang up.",
  noMessage: "I didn't hear a message. Please ring again if you need us. Goodbye.",
};

/** What is said in a clinic's language. */
export function sentencesIn(locale: Locale): Sentences {
  return locale === "en-GB" ? british : american;
}
