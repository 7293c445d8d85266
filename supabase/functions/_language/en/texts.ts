import type { Locale } from "../locale.ts";
import { writtenTime } from "./written-time.ts";

/**
 * Everything that we write to patients. Postgres says when and to whom; the words are here. No text names a service: what
 * somebody comes for is nobody's business who glances at their phone.
 */

/** Why a text is sent. */
export type Occasion = "booked_text" | "moved_text" | "cancelled_text" | "reminder_text";

/** What a text is about. */
export interface TextFacts {
  kind: Occasion;
  clinic: { name: string; locale: Locale; address: string | null; phone: string | null };
  slot: { starts_local: string };
  provider: string;
  code: string;
}

/** A text to a patient about an appointment. The same facts give the same words: that is how a sent one is recognised. */
export function textBody({ kind, clinic, slot, provider, code }: TextFacts): string {
  const when = writtenTime(slot.starts_local, clinic.locale);
  const appointment = `appointment with ${provider} on ${when}`;
  const where = clinic.address === null ? "" : ` Address: ${clinic.address}.`;
  const answers = "Reply 1 to confirm, 2 to cancel";
  switch (kind) {
    case "booked_text":
      return `${clinic.name}: your ${appointment} is booked.${where} Code ${code}. ${answers}, STOP for no texts.`;
    case "moved_text":
      return `${clinic.name}: your appointment has moved. It is now with ${provider} on ${when}.${where} Code ${code}. ` +
        `${answers}.`;
    case "cancelled_text":
      return `${clinic.name}: your ${appointment} is cancelled. Code ${code}. ${callAgain(clinic.phone)}`;
    case "reminder_text":
      return `${clinic.name}: a reminder of your ${appointment}.${where} Code ${code}. ${answers}.`;
  }
}

function callAgain(phone: string | null): string {
  return phone === null ? "To book again, please call us." : `To book again, call ${phone}.`;
}

/** What became of a patient's answer, as far as we write back. */
export type Reply =
  | { outcome: "confirmed" | "cancelled"; clinic: { name: string; locale: Locale }; slot: { starts_local: string } }
  | { outcome: "passed_on"; clinic: { name: string; locale: Locale } };

/** The reply to a patient's text. */
export function replyBody(reply: Reply): string {
  const { outcome, clinic } = reply;
  switch (outcome) {
    case "confirmed":
      return `${clinic.name}: thank you, see you on ${writtenTime(reply.slot.starts_local, clinic.locale)}.`;
    case "cancelled":
      return `${clinic.name}: your appointment on ${
        writtenTime(reply.slot.starts_local, clinic.locale)
      } is cancelled. ${callAgain(null)}`;
    case "passed_on":
      return `${clinic.name}: thank you, we have passed your message on and will get back to you. ` +
        "If it is urgent, please call us.";
  }
}

/** What staff read of a text. Pictures stay at Twilio; staff are told that there are some, and under which name. */
export function wordsForStaff({ sid, body, attached }: { sid: string; body: string; attached: number }): string {
  if (attached === 0) return body.trim() === "" ? "(an empty text)" : body;
  const note = `(${attached} attached, kept at Twilio with message ${sid})`;
  return body === "" ? note : `${body}\n${note}`;
}

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
