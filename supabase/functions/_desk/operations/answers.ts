import { z } from "zod";
import { LOCALES } from "../../_language/locale.ts";

/** The parts that the database's answers are made of. Beside every instant stands the clinic's wall clock for it. */

export const Id = z.guid();
/** An instant: as JSON and PostgREST write it, or as Postgres does in text ("2026-11-24 14:00:00+00"), made the same. */
export const Instant = z.string()
  .transform((text) => text.replace(/^(\d{4}-\d\d-\d\d) ([\d:.]+[+-]\d\d)$/, "$1T$2:00"))
  .pipe(z.iso.datetime({ offset: true }));
export const WallClock = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$/);
export const Locale = z.enum(LOCALES);

/** One start of one provider. */
export const Slot = z.object({
  provider_id: Id,
  provider_name: z.string(),
  service_id: Id,
  service_name: z.string(),
  starts_at: Instant,
  ends_at: Instant,
  starts_local: WallClock,
  ends_local: WallClock,
});
export type Slot = z.output<typeof Slot>;

/** Someone whom the clinic may not know yet. */
export type Contact = { phone?: string; name?: string };
