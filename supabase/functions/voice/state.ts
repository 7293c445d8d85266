import { z } from "zod";
import { WALL_CLOCK } from "../_desk/clock.ts";
import { LOCALES } from "../_language/locale.ts";

/**
 * Where a call stands, as it travels in the URL that the next turn is posted to. Twilio's signature covers it, so it is
 * ours when it comes back. It holds ids, wall clocks and counters; never a name, a number or a spoken word.
 */

const Id = z.guid();
const WallClock = z.string().regex(WALL_CLOCK);
const Minutes = z.string().regex(/^\d{1,4}$/).transform(Number).pipe(z.number().max(24 * 60));

/** Three values in one field, with points between them. */
function joined<Read>(read: (parts: [string, string, string]) => Read | null) {
  return z.string().max(120).transform((text, refusal): Read => {
    const [first = "", second = "", third = "", fourth] = text.split(".");
    const value = fourth === undefined ? read([first, second, third]) : null;
    if (value !== null) return value;
    refusal.addIssue({ code: "custom" });
    return z.NEVER;
  });
}
const isId = (text: string): boolean => Id.safeParse(text).success;
const isWallClock = (text: string): boolean => WALL_CLOCK.test(text);

/** Three ways to ask, counted from 0. */
const Tries = z.string().regex(/^[0-2]$/).transform(Number).default(0);
const Page = z.string().regex(/^\d$/).transform(Number).default(0);
const Locale = z.enum(LOCALES);

/**
 * What every step after the greeting knows of the clinic. `asked` is its wall clock when it was last told, `version` the
 * count of its changes then; 0 for a call that began before the count did.
 */
const clinic = {
  org: Id,
  zone: z.string().regex(/^[A-Za-z]\w*(?:\/[\w+-]+){0,2}$/).max(64),
  locale: Locale,
  asked: WallClock,
  version: z.string().regex(/^\d{1,15}$/).transform(Number).default(0),
};
export type Clinic = z.output<z.ZodObject<typeof clinic>>;

/** An appointment that a caller has who proved who they are: which, for what, and when by the clinic's wall clock. */
export type Booked = { appointment: string; service: string; local: string };

const Booked = joined(([appointment, service, local]): Booked | null =>
  isId(appointment) && isId(service) && isWallClock(local) ? { appointment, service, local } : null
);

/** More than these are nobody's to choose from on the phone. */
export const MOST_APPOINTMENTS = 9;
const Appointments = z.union([
  Booked.transform((one) => [one]),
  z.array(Booked).min(1).max(MOST_APPOINTMENTS),
]);

/** What a caller wants done to an appointment that they have. */
const AppointmentErrand = z.enum(["move", "cancel"]);
export type AppointmentErrand = z.output<typeof AppointmentErrand>;

/** Who calls is still to be proved; `wrong` counts the dates of birth that were another's. */
const verification = { ...clinic, tries: Tries, errand: AppointmentErrand, wrong: Tries };

/** What is looked for: openings of a service in a span of wall clocks. */
const search = {
  ...clinic,
  service: Id,
  from: WallClock,
  to: WallClock,
  /** Of each day of the span, only this part. */
  hoursFrom: Minutes.optional(),
  hoursTo: Minutes.optional(),
  /** Only with this provider. */
  provider: Id.optional(),
  /** Only what starts later than this second since 1970, because the caller has heard the rest. */
  after: z.string().regex(/^\d{9,11}$/).transform(Number).optional(),
  /** The appointment that is to have another time; without one, a new appointment is made. */
  moving: Booked.optional(),
};
export type Search = z.output<z.ZodObject<typeof search>>;

/** One opening that was read aloud. `local` is for understanding "the nine thirty one" without asking Postgres again. */
export type Offer = { provider: string; second: number; local: string };

const Offer = joined(([provider, second, local]): Offer | null =>
  isId(provider) && /^\d{9,11}$/.test(second) && isWallClock(local) ? { provider, second: Number(second), local } : null
);
const Offers = z.union([Offer.transform((offer) => [offer]), z.array(Offer).min(1).max(3)]);

/** Why a caller is asked for a message. */
const MESSAGE_REASONS = [
  "message",
  "move",
  "cancel",
  "question",
  "not_understood",
  "nothing_offered",
  "trouble",
] as const;
export type MessageReason = (typeof MESSAGE_REASONS)[number];

/** Every step, with what it knows. */
const AnyState = z.discriminatedUnion("step", [
  z.object({ step: z.literal("greeting") }),
  z.object({ step: z.literal("menu"), ...clinic, tries: Tries }),
  z.object({ step: z.literal("service"), ...clinic, tries: Tries, page: Page }),
  z.object({
    step: z.literal("day"),
    ...clinic,
    tries: Tries,
    service: Id,
    moving: Booked.optional(),
    /** The span in which there was nothing, for the waiting list. */
    from: WallClock.optional(),
    to: WallClock.optional(),
    provider: Id.optional(),
  }),
  z.object({ step: z.literal("search"), ...search }),
  z.object({ step: z.literal("opening"), ...search, tries: Tries, offers: Offers }),
  z.object({ step: z.literal("claim"), ...search, offer: Offer }),
  z.object({ step: z.literal("phone"), ...search, tries: Tries, hold: Id }),
  z.object({ step: z.literal("name"), ...search, tries: Tries, hold: Id }),
  z.object({ step: z.literal("confirm"), ...search, tries: Tries, hold: Id }),
  z.object({ step: z.literal("number"), ...verification }),
  z.object({ step: z.literal("birth"), ...verification }),
  z.object({
    step: z.literal("appointment"),
    ...clinic,
    tries: Tries,
    errand: AppointmentErrand,
    page: Page,
    appointments: Appointments,
  }),
  z.object({ step: z.literal("none"), ...clinic, tries: Tries }),
  z.object({ step: z.literal("cancel"), ...clinic, tries: Tries, booked: Booked }),
  z.object({ step: z.literal("question"), ...clinic, tries: Tries }),
  z.object({ step: z.literal("answer"), ...clinic, tries: Tries }),
  z.object({
    step: z.literal("message"),
    /** Unknown when nobody could tell us: Postgres then goes by the number that was dialled. */
    org: Id.optional(),
    locale: Locale.optional(),
    reason: z.enum(MESSAGE_REASONS).default("message"),
  }),
]);

/** Where a call stands. */
export type State = z.output<typeof AnyState>;
export type StepName = State["step"];
/** Where a call stands in one step. */
export type StateOf<Name extends StepName> = Extract<State, { step: Name }>;

/** Reads the query of a turn. A call begins without one. */
export const StateInUrl = z.looseObject({ step: z.string().default("greeting") }).pipe(AnyState);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Writes a state as the query that `StateInUrl` reads. */
export function toQuery(state: State): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(state)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (isOffer(one)) query.append(name, `${one.provider}.${one.second}.${one.local}`);
      else if (isBooked(one)) query.append(name, `${one.appointment}.${one.service}.${one.local}`);
      else if (one !== undefined) query.append(name, String(one));
    }
  }
  return query.toString();
}

function isOffer(value: unknown): value is Offer {
  return isRecord(value) && "second" in value;
}

function isBooked(value: unknown): value is Booked {
  return isRecord(value) && "appointment" in value;
}

/** What every later step needs to know of a state. */
export function clinicOf({ org, zone, locale, asked, version }: Clinic): Clinic {
  return { org, zone, locale, asked, version };
}

/** What was looked for, so that it can be looked for again. */
export function searchOf(state: Search): Search {
  const { service, from, to, hoursFrom, hoursTo, provider, after, moving } = state;
  return { ...clinicOf(state), service, from, to, hoursFrom, hoursTo, provider, after, moving };
}
