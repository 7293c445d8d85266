import type { Slot } from "../_desk/operations/answers.ts";
import { hearName } from "./hearing/names.ts";
import type { Offer, Search } from "./state.ts";
import { minuteOfDay, toMinute } from "../_desk/clock.ts";

/** More than three cannot be kept in mind. */
export const MOST_READ = 3;

/**
 * The openings to read aloud: the soonest within the hours asked for, at different times as far as possible, because a
 * caller chooses by time first. Whoever names a provider hears only that provider's, if there are any.
 */
export function chooseOpenings(slots: readonly Slot[], search: Search, words: string): Slot[] {
  const inHours = slots.filter(({ starts_local }) => {
    const minute = minuteOfDay(starts_local);
    return minute >= (search.hoursFrom ?? 0) && minute < (search.hoursTo ?? 24 * 60);
  });
  const asked = namedProvider(inHours, words);
  const wanted = asked === null ? inHours : inHours.filter((slot) => slot.provider_id === asked);

  const distinct = wanted.filter((slot, index) =>
    wanted.findIndex((other) => other.starts_at === slot.starts_at) === index
  ).slice(0, MOST_READ);
  const others = wanted.filter((slot) => !distinct.includes(slot)).slice(0, MOST_READ - distinct.length);
  return wanted.filter((slot) => distinct.includes(slot) || others.includes(slot));
}

/** The provider whom the words ask for: "tomorrow with Dr. Reed". A bare word could just as well be a month. */
export function namedProvider(slots: readonly Slot[], words: string): string | null {
  if (!mayNameProvider(words)) return null;
  const providers = [...new Map(slots.map((slot) => [slot.provider_id, slot.provider_name]))];
  const index = hearName(words, providers.map(([, name]) => name));
  return index === null ? null : providers[index]?.[0] ?? null;
}

/** Whether the words may say who should see the caller. */
export function mayNameProvider(words: string): boolean {
  return /\b(?:with|see|dr|doctor|nurse)\b/i.test(words);
}

/** An opening as it travels to the next turn. */
export function toOffer(slot: Slot): Offer {
  return {
    provider: slot.provider_id,
    second: Math.floor(Date.parse(slot.starts_at) / 1000),
    local: toMinute(slot.starts_local),
  };
}

/** The instant at which an offer starts. */
export function startOf(offer: Offer): string {
  return new Date(offer.second * 1000).toISOString();
}
