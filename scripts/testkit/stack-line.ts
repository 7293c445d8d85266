/** The line to a stack's own functions. */
import { type Line, openLine } from "./caller/line.ts";
import type { StackEnvironment } from "./stack-environment.ts";

/** Opens it from the stack's environment. */
export function readFunctionsLine(stack: StackEnvironment): Line {
  const { FUNCTIONS_URL, PUBLIC_FUNCTIONS_URL = FUNCTIONS_URL, TWILIO_AUTH_TOKEN, TWILIO_ACCOUNT_SID = null } = stack;
  if (FUNCTIONS_URL === undefined || PUBLIC_FUNCTIONS_URL === undefined || TWILIO_AUTH_TOKEN === undefined) {
    throw new Error("The stack's environment does not say where its functions are, or how Twilio signs.");
  }
  return openLine({
    functionsUrl: FUNCTIONS_URL,
    publicFunctionsUrl: PUBLIC_FUNCTIONS_URL,
    twilioAuthToken: TWILIO_AUTH_TOKEN,
    twilioAccountSid: TWILIO_ACCOUNT_SID,
  });
}
