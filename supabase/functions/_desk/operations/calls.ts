import { z } from "zod";
import { Id, Locale, WallClock } from "./answers.ts";
import { operation } from "./operation.ts";

/** Writes a call down once, and tells what it needs of the clinic whose number was dialled. */
export const beginCall = operation("begin_call", {
  clinic: z.object({
    id: Id,
    name: z.string(),
    timezone: z.string(),
    locale: Locale,
    greeting: z.string().nullable(),
    emergency_number: z.string(),
    local_now: WallClock,
    /** Counts the changes of everything that is told here. */
    version: z.number().int(),
  }),
  services: z.array(z.object({ id: Id, name: z.string() })),
  providers: z.array(z.object({ id: Id, name: z.string() })),
});

/** Notes the number that a caller gave, since it may not travel in a URL. */
export const noteCallerPhone = operation("note_caller_phone", {});

/** What the clinic has written down that may answer a question, the best first. */
export const searchKnowledge = operation("search_knowledge", {
  chunks: z.array(z.object({ body: z.string() })),
  /** Whether the first may be read out as the answer. */
  clear: z.boolean(),
});

/** Makes a recorded message a task for staff, once for each recording. */
export const takeMessage = operation("take_message", { task_id: Id });

/** Notes how far a call has come. Late and repeated events change nothing. */
export const recordCallEvent = operation("record_call_event", { status: z.string() });
