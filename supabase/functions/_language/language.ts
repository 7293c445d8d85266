import { hear } from "./en/hear/hear.ts";
import type { Hear } from "./findings.ts";
import type { LanguageCode } from "./locale.ts";

/** All that a language has to bring. */
export interface Language {
  hear: Hear;
}

/** The languages that we know: one that is missing here, or lacks a part, is a type error. */
export const LANGUAGES: Record<LanguageCode, Language> = { en: { hear } };
