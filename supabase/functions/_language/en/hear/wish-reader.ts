import { type Weekday, weekdayFrom } from "../../calendar.ts";
import type { Hours } from "../../findings.ts";
import type { ClockTime } from "./clock.ts";
import { inMonthOf, single } from "./dates.ts";
import type { Heard, When } from "./when.ts";
import type { Cue } from "./wish-cues.ts";
import type { Item } from "./wish-items.ts";

/** Days, or a time, with all that was said of them. */
export type Part = {
  is: { days: Heard } | { hours: Hours } | { clock: ClockTime; to?: ClockTime };
  limit: Cue | null;
  isRefused: boolean;
  /** It is when the appointment is that they have. */
  isExisting: boolean;
  /** Joined with "or" to what is before it. */
  isJoined: boolean;
  /** How many corrections were made before it. */
  segment: number;
};

/** Reads items from left to right and gathers the days and times that they say, each with how it was meant. */
export class WishReader {
  readonly parts: Part[] = [];
  readonly flags = new Set<Cue>();
  segment = 0;
  shift: Heard["shift"] = undefined;
  #limit: Cue | null = null;
  #isRefusing = false;
  #hasRefused = false;
  #isExisting = false;
  #join: "or" | "to" | null = null;
  /** The item before, as far as what follows depends on it. */
  #last: Cue | "part" | null = null;
  #isChained = false;
  #isAlternative = false;

  /** Where something is moved, "from Tuesday to Friday" is no span. */
  constructor(private readonly today: When["today"], private readonly isMoving: boolean) {}

  read(item: Item): void {
    switch (item.is) {
      case "word":
        if (!PASSED_OVER.has(item.word)) this.#reset();
        return;
      case "cue":
        this.#readCue(item.cue);
        if (!KEPT.has(item.cue)) this.#last = item.cue;
        return;
      case "days":
        if (item.heard.shift !== undefined) this.shift = item.heard.shift;
        if (item.heard.days !== null) this.#add({ days: item.heard }, item.heard.every !== undefined);
        return;
      case "part":
        if (item.part.today === true) this.#add({ days: single(this.today, 0) }, false);
        this.#add({ hours: item.part.hours }, item.part.isEvery === true);
        return;
      case "clock":
        this.#add({ clock: item.clock }, false);
    }
  }

  /** A word that has nothing to do with days ends what was begun. */
  #reset(): void {
    this.#limit = null;
    this.#join = null;
    this.#isChained = false;
    this.#last = null;
  }

  #readCue(cue: Cue): void {
    if (LIMITS.has(cue)) return this.#readLimit(cue);
    if (JUDGEMENTS.has(cue)) return this.#limitLast(cue);
    switch (cue) {
      case "or":
        this.#join = this.#isRangeOpen() && this.parts.at(-1)?.limit === "between" ? "to" : "or";
        return;
      case "to":
        this.#join = this.#isExisting || !this.#isChained ? null : "to";
        this.#isExisting = false;
        return;
      case "not":
      case "any but":
        return this.#refuse(cue);
      case "but":
        return this.flags.has("any day") || this.flags.has("any time") ? this.#refuse("not") : this.#beginAlternative();
      case "bad":
        return this.#refuseChain();
      case "correction":
        return this.#correct();
      case "no":
        return this.parts.some((part) => !part.isRefused) ? this.#correct() : undefined;
      case "fresh":
        return this.#begin();
      case "existing":
        this.#isExisting = true;
        return;
      default:
        this.#flag(cue);
    }
  }

  #readLimit(cue: Cue): void {
    if (cue === "by" && this.#isRefusing && !this.#hasRefused) {
      // "I'm away until the 12th."
      this.#isRefusing = false;
      this.#limit = "from";
      return;
    }
    // "Till" is a limit of its own, or the end of what began before it.
    this.#join = cue === "by" && this.#isRangeOpen() ? "to" : this.#join;
    this.#limit = cue;
  }

  #flag(cue: Cue): void {
    if (cue === "whenever") this.flags.add("any day").add("any time");
    else this.flags.add(cue);
  }

  #isRangeOpen(): boolean {
    const last = this.parts.at(-1);
    return this.#isChained && last !== undefined && (last.limit === "from" || last.limit === "between");
  }

  #begin(): void {
    this.#reset();
    this.#isRefusing = false;
    this.#isExisting = false;
  }

  /** "The afternoon, but mornings are okay": both, unless one of them is refused. */
  #beginAlternative(): void {
    this.#begin();
    this.#isAlternative = this.parts.at(-1)?.isRefused === false;
  }

  #refuse(cue: Cue): void {
    if (cue === "any but") this.flags.add("any day");
    this.#reset();
    this.#isRefusing = true;
    this.#hasRefused = false;
  }

  #correct(): void {
    if (this.parts.length > 0) this.segment++;
    this.#begin();
  }

  /** "Mondays and Tuesdays are out": all that was joined to the last one. */
  #refuseChain(): void {
    for (let at = this.parts.length - 1; at >= 0; at--) {
      const part = this.parts[at];
      if (part === undefined) break;
      part.isRefused = true;
      if (!part.isJoined) break;
    }
    this.#begin();
  }

  /** "Three or later", "ten is too early", "threeish". */
  #limitLast(cue: Cue): void {
    const last = this.parts.at(-1);
    if (last === undefined) {
      // "That's too early", of what was read.
      if (cue === "too early") this.flags.add("later");
      if (cue === "too late") this.flags.add("sooner");
      return;
    }
    const limits: Partial<Record<Cue, Cue>> = {
      "too early": "too early",
      "or later": "from",
      "too late": "before",
      "or earlier": "by",
      ish: "around",
    };
    last.limit = limits[cue] ?? null;
    if (cue === "too early" || cue === "too late") last.isRefused = false;
  }

  #add(is: Part["is"], isEvery: boolean): void {
    const previous = this.parts.at(-1);
    const saidNo = this.#last === "no";
    if (this.#isRefusing && this.#hasRefused && this.#join !== "or") this.#isRefusing = false;
    if (this.#join === "to" && previous !== undefined && this.#extend(previous, is)) return this.#added();
    const joined = this.#isChained && this.#join === "or";
    // "Not Monday at three" is no Monday; that three would do on another day is not said.
    const isOfRefused = this.#isChained && previous?.isRefused === true && "days" in previous.is && !("days" in is) &&
      this.#join !== "or";
    if (isOfRefused) return this.#added();
    this.parts.push({
      is: joined && previous !== undefined ? besideMonth(previous, is) : is,
      limit: joined && this.#limit === null && previous?.limit !== "between" ? previous?.limit ?? null : this.#limit,
      isRefused: this.#isRefusing || (saidNo && isEvery),
      isExisting: this.#isExisting || this.#last === "my",
      isJoined: joined || (this.#isAlternative && this.#limit === null) || this.#isOfJoined(is),
      segment: this.segment,
    });
    this.#added();
  }

  /** "Monday morning or Tuesday afternoon": the afternoon is as much an alternative as its Tuesday. */
  #isOfJoined(is: Part["is"]): boolean {
    const previous = this.parts.at(-1);
    return !("days" in is) && this.#isChained && previous !== undefined && previous.isJoined && "days" in previous.is;
  }

  #added(): void {
    if (this.#isRefusing) this.#hasRefused = true;
    this.#isAlternative = false;
    this.#limit = null;
    this.#join = null;
    this.#isChained = true;
    this.#last = "part";
  }

  /** "The 3rd to the 5th", "from nine to eleven": makes one of two; false when they are not of a kind. */
  #extend(previous: Part, is: Part["is"]): boolean {
    if ("clock" in previous.is && "clock" in is) {
      previous.is = { ...previous.is, to: is.clock };
      previous.limit = "between";
      return true;
    }
    if (!("days" in previous.is && "days" in is)) return false;
    const first = inMonthOf(previous.is.days, is.days);
    const last = inMonthOf(is.days, previous.is.days);
    if (first.days === null || last.days === null) return false;
    const { from } = first.days;
    const to = last.days.to >= from
      ? last.days.to
      : last.weekday === undefined
      ? null
      : weekdayFrom(from, last.weekday);
    if (to === null) return false;
    if (this.isMoving && previous.limit === "from") {
      previous.is = { days: first };
      Object.assign(previous, { limit: null, isExisting: true });
      return false;
    }
    const range = first.weekday === undefined || last.weekday === undefined
      ? {}
      : { range: weekdaysFrom(first.weekday, last.weekday) };
    previous.is = { days: { days: { from, to }, end: last.end, ...range } };
    previous.limit = null;
    return true;
  }
}

function weekdaysFrom(first: Weekday, last: Weekday): Weekday[] {
  return Array.from({ length: (last - first + 7) % 7 + 1 }, (_, n) => (first + n) % 7);
}

function besideMonth(previous: Part, is: Part["is"]): Part["is"] {
  if (!("days" in previous.is && "days" in is)) return is;
  previous.is = { days: inMonthOf(previous.is.days, is.days) };
  return { days: inMonthOf(is.days, previous.is.days) };
}

/** Words between a cue and what it is said of. */
const PASSED_OVER = new Set(
  "the a an on in of any every some time around day it be if possible please um uh er well maybe like say".split(" "),
);
const LIMITS: ReadonlySet<Cue> = new Set<Cue>(["from", "after", "before", "by", "around", "between"]);
/** What is said of a time behind it. */
const JUDGEMENTS: ReadonlySet<Cue> = new Set<Cue>(["too early", "or later", "too late", "or earlier", "ish"]);
/** Cues after which "no" still counts. */
const KEPT: ReadonlySet<Cue> = new Set<Cue>(["at", "for"]);
