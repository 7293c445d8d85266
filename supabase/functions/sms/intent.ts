/** What a patient wants with a text. */
export type Intent = "confirm" | "cancel" | "stop" | "start" | "other";

/**
 * The words that stop and start texts, alone in a message, in any case: Twilio acts on the same ones. CANCEL is among
 * them, which is why we ask for digits.
 */
const STOP = ["stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out"];
const START = ["start", "yes", "unstop"];

/** Reads a text; `optOutType` is what Twilio took it for, where the clinic has customised its own words. */
export function intentOf(text: string, optOutType: string | undefined): Intent {
  if (optOutType === "STOP") return "stop";
  if (optOutType === "START") return "start";
  // People add full stops, quotes, brackets and emoji keycaps to a digit; none of it changes what they mean.
  const said = text.normalize("NFKC").toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, " ").trim();
  if (said === "1" || said === "one") return "confirm";
  if (said === "2" || said === "two") return "cancel";
  if (STOP.includes(said)) return "stop";
  if (START.includes(said)) return "start";
  return "other";
}
