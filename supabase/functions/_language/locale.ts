/**
 * Language and country apart: `en-GB` and `en-US` are one language and two countries. Language decides words; country
 * decides the order of a date, what a phone number looks like, whom to call in an emergency, and when a week begins.
 */

/** The locales that a clinic can have. */
export const LOCALES = ["en-US", "en-GB"] as const;
export type Locale = (typeof LOCALES)[number];
/** A language that we understand and speak: a folder beside this file. */
export type LanguageCode = "en";
export type Country = "US" | "GB";

type CountryFacts = {
  /** What comes first in "3/9/84". */
  dateOrder: "month first" | "day first";
  /** 0 is Sunday. */
  weekBegins: 0 | 1;
  emergencyNumber: string;
  callingCode: string;
};

export const COUNTRIES: Record<Country, CountryFacts> = {
  US: { dateOrder: "month first", weekBegins: 0, emergencyNumber: "911", callingCode: "1" },
  GB: { dateOrder: "day first", weekBegins: 1, emergencyNumber: "999", callingCode: "44" },
};

const PARTS: Record<Locale, { language: LanguageCode; country: Country }> = {
  "en-US": { language: "en", country: "US" },
  "en-GB": { language: "en", country: "GB" },
};

export function languageOf(locale: Locale): LanguageCode {
  return PARTS[locale].language;
}

export function countryOf(locale: Locale): Country {
  return PARTS[locale].country;
}

/** The locale to speak in before the clinic is known: that of the country whose number was dialled. */
export function localeOfNumber(number: string): Locale {
  return number.startsWith(`+${COUNTRIES.GB.callingCode}`) ? "en-GB" : "en-US";
}
