import type VoiceResponse from "twilio/lib/twiml/VoiceResponse.js";
import { RECORDING } from "../../_shared/fallbacks.ts";
import { element, response } from "../../_shared/twiml.ts";
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
  const language = reply.locale;
  const say = (text: string) => element("Say", { language }, text);
  const said = reply.say.map(speakable).filter((text) => text !== "").map(say);
  const { then } = reply;
  switch (then.verb) {
    case "listen": {
      const attributes: VoiceResponse.GatherAttributes = {
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
      };
      return response(element("Gather", { ...attributes }, ...said));
    }
    case "record": {
      const attributes: VoiceResponse.RecordAttributes = { action: address(then.state), method: "POST", ...RECORDING };
      return response(
        ...said,
        element("Record", { ...attributes }),
        // Twilio comes here when nothing was said, without asking us again.
        say(sentencesIn(language).noMessage),
        element("Hangup", {}),
      );
    }
    case "go":
      return response(...said, element("Redirect", { method: "POST" }, address(then.state)));
    case "hang up":
      return response(...said, element("Hangup", {}));
  }
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
