import { z } from "zod";

const Refusal = z.object({ status: z.int(), code: z.int().nullish().catch(undefined) });

/** Why a request to Twilio failed. */
export interface Failure {
  /** A code of ours: never a message from outside. */
  problem: string;
  twilioCode: number | undefined;
  /** It would fail again however often we tried. */
  isFinal: boolean;
  /** Twilio may have accepted it all the same. */
  isUnsure: boolean;
}

/** Statuses about us or the moment, not about the text: our key, our pace, a timeout on the way. */
const PASSING = [401, 403, 404, 408, 409, 425, 429];

/** Reads what a request to Twilio threw. */
export function failureOf(thrown: unknown): Failure {
  const refusal = Refusal.safeParse(thrown);
  if (!refusal.success) {
    return { problem: "no_answer", twilioCode: undefined, isFinal: false, isUnsure: true };
  }
  const { status, code } = refusal.data;
  return {
    problem: typeof code === "number" ? `twilio_${code}` : `http_${status}`,
    twilioCode: code ?? undefined,
    isFinal: status >= 400 && status < 500 && !PASSING.includes(status),
    isUnsure: status < 400 || status >= 500,
  };
}
