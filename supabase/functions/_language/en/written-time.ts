import type { Locale } from "../locale.ts";

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * "Tue, Nov 24, 9:00 AM", or "Tue 24 Nov, 09:00" in Britain: a clinic's wall clock as one reads it on a phone.
 * By hand and not by Intl, whose commas and spaces change with its version: one text has to be the same text everywhere,
 * and one of its spaces is a character that makes a text of 160 characters one of 70.
 */
export function writtenTime(wallClock: string, locale: Locale): string {
  // Reading it as UTC converts nothing: what goes in comes out.
  const clock = new Date(`${wallClock.slice(0, 16)}Z`);
  const [weekday, month] = [WEEKDAYS[clock.getUTCDay()], MONTHS[clock.getUTCMonth()]];
  const [day, hour, minute] = [clock.getUTCDate(), clock.getUTCHours(), twoDigits(clock.getUTCMinutes())];
  return locale === "en-GB"
    ? `${weekday} ${day} ${month}, ${twoDigits(hour)}:${minute}`
    : `${weekday}, ${month} ${day}, ${hour % 12 || 12}:${minute} ${hour < 12 ? "AM" : "PM"}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}
