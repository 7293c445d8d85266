/**
 * What a caller hears when we cannot go on, as finished TwiML. It is text and nothing else: no library, no database, no
 * setting, because it has to work when any of them does not.
 */

/** The languages that we speak. */
export type Locale = "en-US" | "en-GB";

/** How long a message may be, and what ends it. */
export const RECORDING = { maxLength: 120, timeout: 5, finishOnKey: "#", playBeep: true } as const;

/** Relative to any of our functions' addresses, for when nothing better is known. */
const PLAIN_MESSAGE_URL = "voice?step=message&reason=trouble";

/** Apologises and records a message, which goes to `messageUrl`. */
export function apology(locale: Locale = "en-US", messageUrl: string = PLAIN_MESSAGE_URL): string {
  const key = locale === "en-GB" ? "the hash key" : "the pound key";
  const say = (text: string) => `<Say language="${locale}">${text}</Say>`;
  return '<?xml version="1.0" encoding="UTF-8"?><Response>' +
    say(
      "I'm having trouble right now, let me help you another way. Please leave your name, your number and a message " +
        `after the tone, and someone will call you back. When you have finished, press ${key} or just hang up.`,
    ) +
    `<Record action="${escaped(messageUrl)}" method="POST" maxLength="${RECORDING.maxLength}" ` +
    `timeout="${RECORDING.timeout}" finishOnKey="${RECORDING.finishOnKey}" playBeep="${RECORDING.playBeep}"/>` +
    say("I did not hear a message. Please call again. Goodbye.") +
    "<Hangup/></Response>";
}

function escaped(url: string): string {
  return url.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
