import { beginCall } from "../_desk/operations/calls.ts";
import { countLookup } from "../_shared/counting.ts";
import type { Success } from "../_desk/operations/operation.ts";
import type { Clinic } from "./state.ts";

type Told = Success<typeof beginCall>;

/** What a call needs to know about its clinic: how it introduces itself, and what it offers. Nothing about who is calling. */
export type Facts = {
  clinic: Omit<Told["clinic"], "local_now">;
  services: Told["services"];
  providers: Told["providers"];
};

/** What we remember of clinics from one call to the next. */
export interface Clinics {
  /** The facts of the very clinic and version that a call began with; null when they have to be asked for. */
  recall(clinic: Pick<Clinic, "org" | "version">): Facts | null;
  remember(facts: Facts): void;
}

/** Longer than most calls take from the greeting to their end; a call that takes longer asks again. */
const LIFE_MS = 5 * 60_000;

/** More clinics than one isolate serves within that time; a clinic's facts are a few kilobytes. */
const MOST_CLINICS = 500;

/**
 * The memory of one isolate. Every call begins by asking Postgres, so what changed is heard at the next call at the
 * latest; from then on its version is in the call's state, and a copy of any other version, or of any other clinic, is
 * not for this call.
 */
export class RememberedClinics implements Clinics {
  readonly #known = new Map<string, { facts: Facts; until: number }>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  recall({ org, version }: Pick<Clinic, "org" | "version">): Facts | null {
    const known = this.#known.get(org);
    const isHit = known !== undefined && known.facts.clinic.version === version && known.until > this.now();
    countLookup(isHit);
    return isHit ? known.facts : null;
  }

  remember(facts: Facts): void {
    const { id, version } = facts.clinic;
    const known = this.#known.get(id);
    // Two calls may hear their answers in the other order than the one in which they were given.
    if (known !== undefined && known.facts.clinic.version > version) return;
    // Put in anew, it is the youngest: the first in the map is always the one that nobody has called for longest.
    this.#known.delete(id);
    this.#known.set(id, { facts, until: this.now() + LIFE_MS });
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MOST_CLINICS) break;
      this.#known.delete(oldest);
    }
  }
}
