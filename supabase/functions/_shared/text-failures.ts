/** For staff, in plain words: why a patient did not get a text. Numbers are Twilio's error codes. */
const EXPLANATIONS: ReadonlyMap<number, string> = new Map([
  [21211, "The number is not a valid phone number."],
  [21214, "The number is not a phone number that can be reached."],
  [21408, "Texts to the number's country are not switched on for this account."],
  [21610, "The patient has replied STOP and gets no more texts."],
  [21612, "The number cannot be reached from the clinic's number."],
  [21614, "The number is not a mobile number."],
  [30001, "The text waited too long to be sent and was dropped."],
  [30003, "The phone could not be reached: it is switched off, out of coverage or no longer in use."],
  [30004, "The patient's phone company blocks texts to the number."],
  [30005, "The number is unknown or no longer in service."],
  [30006, "The number is a landline, or cannot receive texts."],
  [30007, "The phone company took the text for spam and dropped it."],
  [30034, "The clinic's number is not registered for texting in the United States."],
]);

/** What staff read on the task that a text leaves which could not be delivered. */
export function explainTextFailure(code: number | undefined): string {
  const why = (code === undefined ? undefined : EXPLANATIONS.get(code)) ?? "The text could not be delivered.";
  return `${why} Please tell the patient another way.`;
}
