import { dayOf, type WallClock } from "../../calendar.ts";
import type { Asked, ClinicWords, Either, Findings } from "../../findings.ts";
import { hearAtAnyTime } from "./at-any-time.ts";
import { hearBirthDate } from "./birth-dates.ts";
import { monthOf } from "./calendar-names.ts";
import { hearCatalogue } from "./catalogue.ts";
import { hearChoice } from "./choices.ts";
import { hearCode } from "./codes.ts";
import { hearsEmergency } from "./emergencies.ts";
import { hearErrands, hearQuestion } from "./errands.ts";
import { hearName } from "./names.ts";
import { hearForWhom } from "./people.ts";
import { hearPhone } from "./phone-numbers.ts";
import { cardinalAt } from "./numerals.ts";
import { whenOf } from "./when.ts";
import { type HeardWish, hearWish } from "./wishes.ts";
import { wordsOf } from "./words.ts";
import { hearYesNo } from "./yes-no.ts";

/**
 * Understands one utterance in English. Each subject looks for its own in the same words; only what the others found is
 * taken from them, so that a date of birth is no day to come and a name no month.
 */
export function hear(said: string, asked: Asked, clinic: ClinicWords, now: WallClock): Findings {
  const words = wordsOf(said);
  const text = words.join(" ");
  const emergency = hearsEmergency(said, clinic.emergencies ?? []);
  const numbers = hearNumbers(words, text, asked.kind, clinic.country, dayOf(now));
  const name = hearName(said, asked);
  const catalogue = hearCatalogue(words, clinic);
  const isTaken = numbers.born !== undefined || numbers.phone !== undefined || numbers.code !== undefined ||
    (asked.kind === "name" && name.name !== undefined) || isPartOfNumber(words, asked.kind);
  const wish: HeardWish = isTaken ? { isCorrected: false } : hearWish(whenOf(words, asked, clinic, now), asked);
  const anyTime = hearAtAnyTime(text, asked);
  const errands = asked.kind === "name" && name.name !== undefined
    ? {}
    : hearErrands(text, asked, wish.wish ?? wish.either);
  const choice = isTaken ? {} : hearChoice(words, asked, wish, catalogue.provider);
  const yes = asked.kind === "yes or no" || ANSWER.test(text) ? hearYesNo(text, asked) : null;
  const forWhom = hearForWhom(text);
  // "What was that?" and "can I talk to someone" are no questions about the clinic.
  const isMeantForUs = errands.errand === "ask" && (anyTime.repeat === true || anyTime.person === true);
  const asksSomething = !isMeantForUs &&
    (errands.errand === "ask" || errands.thenErrand === "ask" || asked.kind === "question");
  const question = asksSomething ? hearQuestion(words) : null;

  return {
    ...(emergency && { emergency }),
    ...anyTime,
    ...(isMeantForUs ? {} : withBooking(errands, catalogue, asked.kind)),
    ...withoutEither(catalogue),
    ...wished(wish, choice, errands),
    ...eitherOf(catalogue.either, wish.either),
    ...choice,
    ...(yes !== null && { yes }),
    ...(wish.isCorrected && { correction: true }),
    ...name,
    ...(forWhom !== null && { forWhom }),
    ...numbers,
    ...(question !== null && { question }),
  };
}

/** Half a date of birth or half a phone number is no day to come and no time of one. */
function isPartOfNumber(words: readonly string[], kind: string): boolean {
  const isAsked = kind === "phone" || kind === "birth" || kind === "code";
  return isAsked && words.some((word, at) => monthOf(word) !== null || cardinalAt(words, at) !== null);
}

/** How an answer begins, where none was expected. */
const ANSWER =
  /^(?:(?:oh|um|uh|well|hmm|ah) ){0,2}(?:yes|yeah|yep|yup|no|nope|nah|okay|sure|correct|great|perfect|fine|lovely|not really|that's (?:right|fine|it|correct|wrong))\b/;

type Numbers = Pick<Findings, "phone" | "born" | "code">;

function hearNumbers(
  words: readonly string[],
  text: string,
  kind: string,
  country: "US" | "GB",
  today: string,
): Numbers {
  const phone = kind === "birth" || kind === "code" ? null : hearPhone(words, country);
  if (phone !== null) return { phone };
  const isBirth = kind === "birth" || /\b(?:born|birthday|birth|birthdate|dob)\b/.test(text);
  const born = isBirth ? hearBirthDate(words, country, today) : null;
  if (born !== null) return { born };
  const isCode = kind === "birth" || kind === "code" || /\bcode\b/.test(text);
  const code = isCode && !words.some((word) => monthOf(word) !== null) ? hearCode(words) : null;
  return code === null ? {} : { code };
}

/** Who names a service to a greeting wants to book it. */
function withBooking(errands: ReturnType<typeof hearErrands>, { service }: Findings, kind: string): Partial<Findings> {
  const isWanted = kind === "help" && errands.errand === undefined && service !== undefined;
  return isWanted ? { ...errands, errand: "book" } : errands;
}

function withoutEither({ either: _either, ...rest }: Partial<Findings>): Partial<Findings> {
  return rest;
}

/** A day that only says which of the read times is meant is no new wish; of a booking, all days are wishes. */
function wished(
  { wish, existing }: HeardWish,
  { choice }: Pick<Findings, "choice">,
  { errand, thenErrand }: Pick<Findings, "errand" | "thenErrand">,
): Partial<Findings> {
  if (choice !== undefined) return {};
  const isOfTheirs = thenErrand === undefined && (errand === "cancel" || errand === "list" || errand === "confirm");
  if (isOfTheirs) return existing === undefined && wish === undefined ? {} : { existing: existing ?? wish ?? {} };
  const hasTheirs = errand === "move" || errand === "cancel";
  const wanted = hasTheirs ? wish : wish ?? existing;
  return {
    ...(wanted !== undefined && { wish: wanted }),
    ...(hasTheirs && existing !== undefined && { existing }),
  };
}

function eitherOf(one: Either | undefined, other: Either | undefined): Partial<Findings> {
  return one === undefined && other === undefined ? {} : { either: { ...one, ...other } };
}
