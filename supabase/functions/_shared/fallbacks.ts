import { element, response } from "./twiml.ts";

/** How the one who called us is spoken to. */
export type Channel = "voice" | "sms" | "json";

/** The plainest answer of a channel when something went wrong. It depends on nothing, so it cannot go wrong too. */
export function fallbackAnswer(channel: Channel): Response {
  switch (channel) {
    case "voice":
      return twimlAnswer(apology());
    case "sms":
      return twimlAnswer(response());
    case "json":
      // 503, so that a sender who retries failed requests retries this one.
      return Response.json({
        success: false,
        error: "I'm having trouble accessing the schedule right now. Let me try another way to help you.",
      }, { status: 503 });
  }
}

/** How long a message may be, and what ends it. */
export const RECORDING = { maxLength: 120, timeout: 5, finishOnKey: "#", playBeep: true } as const;

/** How the key that ends a message is called where the language is spoken. */
const END_KEY: Readonly<Record<string, string>> = { "en-GB": "the hash key" };

/** Relative to any of our functions' addresses, for when nothing better is known. */
const PLAIN_MESSAGE_URL = "voice?step=message&reason=trouble";

/**
 * What a caller hears when we cannot go on, as finished TwiML: it apologizes and records a message, which goes to
 * `messageUrl`. No database, no setting and nothing that is loaded later, because it has to work when any of them does not.
 */
export function apology(language: string = "en-US", messageUrl: string = PLAIN_MESSAGE_URL): string {
  const say = (text: string) => element("Say", { language }, text);
  return response(
    say(
      "I'm having trouble right now, let me help you another way. Please leave your name, your number and a message " +
        `after the tone, and someone will call you back. When you're done, press ${
          END_KEY[language] ?? "the pound key"
        } or just hang up.`,
    ),
    element("Record", { action: messageUrl, method: "POST", ...RECORDING }),
    say("I didn't hear a message. Please call again. Goodbye."),
    element("Hangup", {}),
  );
}

/** A document for Twilio to perform. */
export function twimlAnswer(document: string): Response {
  return new Response(document, {
    headers: { "content-type": "text/xml; charset=utf-8", "cache-control": "no-store" },
  });
}
