import type { Locale } from "./apology.ts";

/**
 * "Tue, Nov 24, 9:00 AM", or "Tue, 24 Nov, 09:00" in Britain: a clinic's wall clock as one reads it on a phone.
 * The wall clock is Postgres' ("2026-11-24T09:00:00"); it is only written here, never converted, hence UTC in and out.
 */
export function writtenTime(wallClock: string, locale: Locale): string {
  const format = new Intl.DateTimeFormat(locale, {
    timeZone: "UTC",
    weekday: "short",
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
  });
  // The narrow space that some versions put before AM would make a text of 160 characters one of 70.
  return format.format(new Date(`${wallClock.slice(0, 16)}Z`)).replaceAll(/\s/gu, " ");
}
