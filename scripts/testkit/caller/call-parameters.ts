/** The parameters that Twilio sends about an inbound call with every request of that call. */
import { z } from "zod";
import type { Parameters } from "./line.ts";

/** How Twilio names a caller who withheld their number. */
export const WITHHELD = "anonymous";

/** The E.164 form of a number as people type it, or null. */
export function phoneNumber(typed: string): string | null {
  const bare = typed.replace(/[\s().-]/g, "");
  return /^\+[1-9]\d{6,14}$/.test(bare) ? bare : null;
}

/** An option of a command with a phone number. */
export const phoneOption = z.string().transform((typed, context) => {
  const number = phoneNumber(typed);
  if (number !== null) return number;
  context.addIssue(`takes a phone number with + and the country's code, not "${typed}".`);
  return z.NEVER;
});

/** An identifier as Twilio makes them: two letters for the kind, 32 hexadecimal digits. */
export function newSid(kind: "CA" | "RE" | "SM" | "TR"): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return kind + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** All that stays the same during one inbound call; CallStatus does not, each request adds it. */
export function inboundCall(call: { callSid: string; accountSid: string; to: string; from: string }): Parameters {
  return {
    AccountSid: call.accountSid,
    ApiVersion: "2010-04-01",
    CallSid: call.callSid,
    Direction: "inbound",
    From: call.from,
    ...placeOf("From", call.from),
    Caller: call.from,
    ...placeOf("Caller", call.from),
    To: call.to,
    ...placeOf("To", call.to),
    Called: call.to,
    ...placeOf("Called", call.to),
    // Only calls within the United States and Canada come with a verdict on the caller's number.
    ...(call.from.startsWith("+1") && { StirVerstat: "TN-Validation-Passed-A" }),
  };
}

const PLACES: readonly (readonly [prefix: string, country: string, state: string, city: string, zip: string])[] = [
  ["+1212", "US", "NY", "NEW YORK", "10001"],
  ["+1", "US", "", "", ""],
  ["+44", "GB", "", "", ""],
];

/** Twilio derives the place from the number, and sends the names with empty values when it cannot. */
function placeOf(party: "From" | "Caller" | "To" | "Called", number: string): Parameters {
  const [, country, state, city, zip] = PLACES.find(([prefix]) => number.startsWith(prefix)) ?? ["", "", "", "", ""];
  return { [`${party}Country`]: country, [`${party}State`]: state, [`${party}City`]: city, [`${party}Zip`]: zip };
}
