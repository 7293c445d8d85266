/** What a running stack tells those who use it. */
import { type Line, openLine } from "./caller/line.ts";

/** What a stack's `env` file holds. */
export type StackEnvironment = Readonly<Record<string, string | undefined>>;

/** A value without which nothing can be tried. */
export function needed(stack: StackEnvironment, name: string): string {
  const value = stack[name];
  if (value === undefined || value === "") throw new Error(`The stack's environment has no ${name}.`);
  return value;
}

/** The keys and tokens of the stack, which must not turn up anywhere. */
export function secretsOf(stack: StackEnvironment): string[] {
  return ["SECRET_KEY", "PUBLISHABLE_KEY", "TWILIO_AUTH_TOKEN"].map((name) => needed(stack, name));
}

/** The line to the stack's own functions, or to one of them in a process of its own. */
export function lineTo(stack: StackEnvironment, functionsUrl = needed(stack, "FUNCTIONS_URL")): Line {
  return openLine({
    functionsUrl,
    publicFunctionsUrl: stack.PUBLIC_FUNCTIONS_URL ?? functionsUrl,
    twilioAuthToken: needed(stack, "TWILIO_AUTH_TOKEN"),
    twilioAccountSid: stack.TWILIO_ACCOUNT_SID || null,
  });
}
