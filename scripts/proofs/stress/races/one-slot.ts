/** A hundred callers want the same time, through the RPC. */
import { newCall, startOf } from "../../../testkit/booking/clinic.ts";
import type { Answer } from "../../../testkit/booking/desk.ts";
import { all, type End, expectWinners, type Race } from "../race.ts";

/** The end of an attempt to hold a time: losing is being told so, with what is free instead. */
export function endOfClaim({ success, reason, alternatives }: Answer): End {
  if (success) return "won";
  const polite = reason === "slot_taken" && alternatives !== undefined && alternatives.length <= 3;
  return polite ? "lost" : { error: `a claim was answered with ${reason}`, deadlock: false };
}

/** Through the RPC over the Data API. */
export function callersForOneSlot(callers: number): Race {
  return {
    name: `${callers} callers for one slot, RPC`,
    size: "hundred",
    async run({ desk, clinic: { providers: [provider], visit } }, round) {
      const at = startOf(round);
      const attempt = async () => endOfClaim(await desk.claim(provider, visit, at, newCall()));
      return expectWinners(await all(Array.from({ length: callers }, () => attempt)), 1);
    },
  };
}
