/** The file that describes a new clinic: its schema, and its mistakes in plain sentences. */
import { z } from "zod";

const days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
const week = 7 * 24 * 60;

const name = (what: string) =>
  z.string(`must be ${what}`).trim().min(1, `must be ${what}`).max(120, "must have at most 120 characters");
const minutes = (from: number, to: number) => {
  const rule = `must be a whole number of minutes from ${from} to ${to}`;
  return z.int(rule).min(from, rule).max(to, rule);
};
// Which hours overlap can be told only when each is a time.
const clock = z.string("must be a time such as 09:00").regex(/^([01]\d|2[0-3]):[0-5]\d$/, {
  error: "must be a time such as 09:00",
  abort: true,
});

const hoursSchema = z.strictObject({
  days: z.array(z.enum(days, `must be days in full: ${days.join(", ")}`), "must be a list of days").min(
    1,
    "must name at least one day",
  ),
  opens: clock,
  closes: clock,
});

const clinicSchema = z.strictObject({
  name: name("the clinic's name, as callers hear it"),
  timezone: z.string("must be a time zone such as America/Chicago").refine(
    isTimeZone,
    "must be a time zone such as America/Chicago",
  ),
  locale: z.enum(["en-US", "en-GB"], "must be en-US or en-GB").default("en-US"),
  phone: z.string("must be the number that patients dial, such as +12125550100").regex(
    /^\+[1-9][0-9]{6,14}$/,
    "must be the number that patients dial, with plus and country code, such as +12125550100",
  ),
  emergency_number: z.string("must be a number of three to six digits").regex(
    /^[0-9]{3,6}$/,
    "must be a number of three to six digits",
  ).default("911"),
  greeting: z.string("must be a sentence").trim().min(1, "must be a sentence").max(
    600,
    "must have at most 600 characters",
  ).optional(),
  address: z.string("must be an address").trim().min(1, "must be an address").max(
    300,
    "must have at most 300 characters",
  ).optional(),
  owner: z.strictObject({
    email: z.email("must be the owner's e-mail address").max(254, "must have at most 254 characters").toLowerCase(),
  }, "must be an object with the owner's email"),
  provider: z.strictObject({
    name: name("the first provider's name"),
    spoken_name: name("the name as it is to be said").optional(),
  }, "must be an object with the first provider's name"),
  service: z.strictObject({
    name: name("the first service's name"),
    duration_minutes: minutes(5, 1440),
    buffer_before_minutes: minutes(0, 480).default(0),
    buffer_after_minutes: minutes(0, 480).default(0),
    slot_step_minutes: minutes(5, 480).default(15),
    min_notice_minutes: minutes(0, 525600).default(60),
  }, "must be an object with the first service's name and duration_minutes"),
  hours: z.array(hoursSchema, "must be a list of opening hours").min(1, "must have at least one entry"),
}, "must be an object").superRefine(checkHours);

/** A clinic that can be made, with every default filled in. */
export type ClinicFile = z.infer<typeof clinicSchema>;

/** Either a clinic, or everything that is wrong with the file: a sentence each. */
export type ClinicReading = { readonly clinic: ClinicFile } | { readonly mistakes: readonly string[] };

/** Reads the text of a clinic's file. */
export function readClinicFile(text: string): ClinicReading {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { mistakes: [`The file is not JSON: ${error.message}.`] };
  }
  const read = clinicSchema.safeParse(json);
  return read.success ? { clinic: read.data } : { mistakes: read.error.issues.flatMap(asSentences) };
}

/** Weekly hours as rows of `availability`: ISO weekdays, Monday is 1. */
export function weeklyHours(clinic: ClinicFile): { weekday: number; opens_at: string; closes_at: string }[] {
  return clinic.hours.flatMap((hours) =>
    hours.days.map((day) => ({ weekday: days.indexOf(day) + 1, opens_at: hours.opens, closes_at: hours.closes }))
  );
}

function asSentences(issue: z.core.$ZodIssue): string[] {
  const where = issue.path.map((part, at) =>
    typeof part === "number"
      ? `, entry ${part + 1}`
      : `${at === 0 ? "" : typeof issue.path[at - 1] === "number" ? ", " : "."}${String(part)}`
  ).join("");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `${where ? `${where}.` : ""}${key} is not known here; is it misspelt?`);
  }
  return [`${where || "The file"} ${issue.message}.`];
}

function isTimeZone(zone: string): boolean {
  // Offsets are zones to Intl and no place's clock; Postgres would read their sign the other way round.
  if (!/^[A-Za-z_]+(\/[A-Za-z_+\-0-9]+)*$/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly entry: number;
  readonly day: string;
}

function checkHours(clinic: z.infer<z.ZodType<Pick<ClinicFile, "hours" | "service">>>, context: z.RefinementCtx): void {
  const spans = clinic.hours.flatMap(({ days: named, opens, closes }, entry) =>
    named.map((day): Span => {
      const from = days.indexOf(day) * 24 * 60 + minuteOfDay(opens);
      // Hours that close at or before they open end on the next day.
      const length = (minuteOfDay(closes) - minuteOfDay(opens) + 24 * 60) % (24 * 60) || 24 * 60;
      return { from, to: from + length, entry, day };
    })
  ).sort((a, b) => a.from - b.from);
  const around = spans.map((span) => ({ ...span, from: span.from + week, to: span.to + week }));
  for (const [at, span] of spans.entries()) {
    const next = spans[at + 1] ?? around[0];
    if (next && next.from < span.to) {
      context.addIssue({
        code: "custom",
        path: ["hours", next.entry],
        message: `overlaps entry ${span.entry + 1} on ${next.day}`,
      });
    }
  }
  const longest = Math.max(0, ...spans.map(({ from, to }) => to - from));
  if (spans.length > 0 && clinic.service.duration_minutes > longest) {
    context.addIssue({
      code: "custom",
      path: ["service", "duration_minutes"],
      message: "is longer than the clinic is ever open at a stretch, so it could never be booked",
    });
  }
}

function minuteOfDay(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}
