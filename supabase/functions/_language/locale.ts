/** The languages that we speak, each as one of its countries does. */
export const LOCALES = ["en-US", "en-GB"] as const;
export type Locale = (typeof LOCALES)[number];

/** The language to speak before the clinic is known: that of the country whose number was dialled. */
export function localeOfNumber(number: string): Locale {
  return number.startsWith("+44") ? "en-GB" : "en-US";
}
