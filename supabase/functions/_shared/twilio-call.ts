import { z } from "zod";

/**
 * What Twilio puts in From, in several spellings and as letters on a keypad (ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN,
 * UNAVAILABLE), when a caller's number is withheld or was never known.
 */
const STAND_INS = new Set([
  "+266696687",
  "+2666966687",
  "+7378742833",
  "+2562533",
  "+8656696",
  "+86282452253",
]);

/** The caller's number in E.164, or null when it is withheld, or when the call comes from no phone at all. */
export function callerNumber(from: string | undefined): string | null {
  if (from === undefined || STAND_INS.has(from)) return null;
  return /^\+[1-9]\d{6,14}$/.test(from) ? from : null;
}

/** A number, or the address of a phone that has none. Neither has control characters, which Postgres could not keep. */
export const party = z.string().max(200).regex(/^\P{Cc}*$/u);

/** A call as every webhook of Twilio's names it. */
export const callFields = {
  CallSid: z.string().regex(/^CA[0-9a-zA-Z]{32}$/),
  To: party.min(1),
  From: party.optional(),
};
