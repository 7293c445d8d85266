import VoiceResponse from "twilio/lib/twiml/VoiceResponse.js";
import { RECORDING } from "../../_shared/apology.ts";
import type { Reply } from "../conversation.ts";
import { sentencesIn } from "./sentences.ts";
import type { State } from "../state.ts";

/** Twilio refuses a longer one. */
const MOST_SPOKEN = 4096;

/** When the keys are complete. */
const KEYS = {
  one: { numDigits: 1, finishOnKey: "" },
  date: { numDigits: 8, finishOnKey: "#" },
  many: { finishOnKey: "#" },
} as const;

/** Writes a reply as TwiML. `address` gives the URL at which a state goes on. */
export function toTwiml(reply: Reply, address: (state: State) => string): string {
  const response = new VoiceResponse();
  const language = reply.locale;
  const say = (verbs: { say(attributes: { language: typeof language }, text: string): unknown }) => {
    for (const text of reply.say.map(speakable)) {
      if (text !== "") verbs.say({ language }, text);
    }
  };

  const { then } = reply;
  switch (then.verb) {
    case "listen":
      say(response.gather({
        input: ["dtmf", "speech"],
        action: address(then.state),
        method: "POST",
        language,
        // Silence is an answer too: it is asked again.
        actionOnEmptyResult: true,
        timeout: then.keys === "one" ? 5 : 8,
        speechTimeout: "auto",
        ...KEYS[then.keys],
        ...(then.hints.length > 0 && { hints: hints(then.hints) }),
      }));
      break;
    case "record":
      say(response);
      response.record({ action: address(then.state), method: "POST", ...RECORDING });
      // Twilio comes here when nothing was said, without asking us again.
      response.say({ language }, sentencesIn(language).noMessage);
      response.hangup();
      break;
    case "go":
      say(response);
      response.redirect({ method: "POST" }, address(then.state));
      break;
    case "hang up":
      say(response);
      response.hangup();
  }
  return response.toString();
}

/** Text that XML can hold and Twilio can say, whatever it was made of. */
function speakable(text: string): string {
  const clean = text.toWellFormed().replace(/[\p{Cc}\uFFFD-\uFFFF]+/gu, " ").replace(/\s+/g, " ").trim();
  return clean.length <= MOST_SPOKEN ? clean : clean.slice(0, MOST_SPOKEN).toWellFormed().replace("\uFFFD", "");
}

/** Words that are likely to be said here; a comma separates them. */
function hints(likely: readonly string[]): string {
  return likely.slice(0, 100).map((hint) => speakable(hint).replaceAll(",", " ").slice(0, 100)).join(",");
}
