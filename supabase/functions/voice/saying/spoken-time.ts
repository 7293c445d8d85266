import type { Locale } from "../../_language/locale.ts";
import { addDays, dateOf, minuteOfDay, startOfDay, type WallClock, weekday } from "../../_desk/clock.ts";

const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** "Tuesday, November 24th", or "Tuesday the 24th of November" in Britain. */
export function spokenDate(clock: WallClock, locale: Locale): string {
  const { month, day } = dateOf(clock);
  const [name, nth] = [MONTHS[month - 1] ?? "", `${day}${ordinalEnding(day)}`];
  const dayName = WEEKDAYS[weekday(clock)] ?? "";
  return locale === "en-GB" ? `${dayName} the ${nth} of ${name}` : `${dayName}, ${name} ${nth}`;
}

/** "9 AM", "2:30 PM", "noon". */
export function spokenTime(clock: WallClock): string {
  const minute = minuteOfDay(clock);
  if (minute === 12 * 60) return "noon";
  if (minute === 0) return "midnight";
  const hour = Math.floor(minute / 60) % 12 || 12;
  const past = minute % 60 === 0 ? "" : `:${String(minute % 60).padStart(2, "0")}`;
  return `${hour}${past} ${minute < 12 * 60 ? "AM" : "PM"}`;
}

/** A day and a time of it: "Tuesday, November 24th at 2:30 PM". */
export function spokenMoment(clock: WallClock, locale: Locale): string {
  return `${spokenDate(clock, locale)} at ${spokenTime(clock)}`;
}

/** A span of days as one says it: a single day, or from one day to another. */
export function spokenDays(from: WallClock, to: WallClock, locale: Locale): string {
  // A span ends where the next day begins, so its last day is the one before.
  const last = minuteOfDay(to) === 0 ? addDays(startOfDay(to), -1) : to;
  return startOfDay(from) >= startOfDay(last)
    ? `on ${spokenDate(from, locale)}`
    : `between ${spokenDate(from, locale)} and ${spokenDate(last, locale)}`;
}

/** Digit by digit, so that "482913" is no number in the hundred thousands. */
export function spelled(digits: string): string {
  return [...digits].join(", ");
}

/** A telephone number in the groups in which people of its country say it. */
export function spelledPhone(phone: string): string {
  const national = phone.startsWith("+1")
    ? phone.slice(2).match(/^(\d{3})(\d{3})(\d+)$/)
    : phone.startsWith("+44")
    ? `0${phone.slice(3)}`.match(/^(\d{3,5}?)(\d{3,4})(\d{3,4})$/)
    : null;
  const groups = national === null ? [phone.replace("+", "")] : national.slice(1);
  return groups.map((group) => [...group].join(" ")).join(", ");
}

function ordinalEnding(day: number): string {
  if (day >= 11 && day <= 13) return "th";
  return ["th", "st", "nd", "rd"][day % 10] ?? "th";
}
