import type { Locale } from "../../_language/locale.ts";
import type { Reply } from "../conversation.ts";
import { sentencesIn } from "../saying/sentences.ts";

/** Ends the call; `before` tells what it has come to. */
export function sayGoodbye(locale: Locale, before: readonly string[] = []): Reply {
  return { locale, say: [...before, sentencesIn(locale).goodbye], then: { verb: "hang up" } };
}
