/** Writes what was understood as the corpus writes it. */
import type { Days, Findings, Hours, Wish } from "../../../functions/_language/findings.ts";

const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
/** The corpus begins a week on Monday. */
const mondayFirst = (left: number, right: number) => (left + 6) % 7 - (right + 6) % 7;

const span = ({ from, to }: Days): string => from === to ? from : `${from}..${to}`;
const weekdays = (list: readonly number[]): string => [...list].sort(mondayFirst).map((day) => WEEKDAYS[day]).join(" ");
const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
const part = ({ from, to }: Hours): string => `${clock(from)}-${clock(to)}`;

/** "2026-11-24 or 2026-11-26; not fri", "every mon", "any", "soonest", "? a / b", "-" for no day. */
export function daysReading({ wish = {}, either }: Findings): string {
  const wanted = either?.days !== undefined
    ? `? ${either.days.map(span).sort().join(" / ")}`
    : wish.days !== undefined
    ? wish.days.map(span).join(" or ") + (wish.weekdays === undefined ? "" : `; every ${weekdays(wish.weekdays)}`)
    : wish.weekdays !== undefined
    ? `every ${weekdays(wish.weekdays)}`
    : wish.soonest === true
    ? "soonest"
    : wish.anyDay === true
    ? "any"
    : "";
  const refused = [
    ...(wish.notDays ?? []).map(span),
    ...(wish.notWeekdays === undefined ? [] : [weekdays(wish.notWeekdays)]),
  ].join(" ");
  return [wanted, refused === "" ? "" : `not ${refused}`].filter((one) => one !== "").join("; ") || "-";
}

/** "11:00", "15:00-24:00 or 09:00-10:00; not 00:00-12:00", "any", "-" for no time. */
export function timeReading({ wish = {} }: Findings): string {
  return timesOf(wish) || "-";
}

function timesOf({ time, hours, notHours, anyTime }: Wish): string {
  const wanted = time !== undefined
    ? clock(time)
    : hours !== undefined
    ? hours.map(part).join(" or ")
    : anyTime === true
    ? "any"
    : "";
  const refused = notHours === undefined ? "" : `not ${notHours.map(part).join(" ")}`;
  return [wanted, refused].filter((one) => one !== "").join("; ");
}

/** What is called for: what holds at any time before an errand, "ask then book", "cancel all", "-" for nothing. */
export function errandReading(findings: Findings): string {
  const { person, repeat, back, restart, language, goodbye, errand, thenErrand, all } = findings;
  if (language !== undefined) return `language ${language}`;
  if (person === true) return "person";
  if (restart === true) return "restart";
  if (repeat === true) return "repeat";
  if (back === true) return "back";
  if (errand !== undefined) {
    return errand + (thenErrand === undefined ? "" : ` then ${thenErrand}`) + (all ? " all" : "");
  }
  return goodbye === true ? "goodbye" : "-";
}

/** A number, a code or a date of birth; null for none. A code where a date was asked has "code" before it. */
export function numberReading({ phone, born, code }: Findings, asked: string): string | null {
  const given = code === undefined || asked === "code" ? code : `code ${code}`;
  return phone ?? born ?? given ?? null;
}

/** A name, "declines" for a refusal to say, null for no name. */
export function nameReading({ name, declines }: Findings): string | null {
  return name ?? (declines === true ? "declines" : null);
}
