/** Staff at the Data API against callers on the phone. */
import { newCall, startOf } from "../../../testkit/booking/clinic.ts";
import { all, type End, expectWinners, jitter, type Race } from "../race.ts";
import { endOfClaim } from "./one-slot.ts";

/** The end of what staff tried to write: losing is HTTP 409. */
export function endOfStaff(
  { status, error }: { status: number; error: { code: string; message: string } | null },
): End {
  if (error === null) return "won";
  return status === 409
    ? "lost"
    : { error: `HTTP ${status} ${error.code} ${error.message}`, deadlock: error.code === "40P01" };
}

/** A member of staff writes an appointment over the Data API while two callers claim the time by phone. */
export const staffAgainstPhone: Race = {
  name: "staff insert against phone booking",
  size: "small",
  async run({ desk, clinic, target, random }, round) {
    const { providers: [provider], visit, surgery } = clinic;
    const at = startOf(round);
    const insert = async (): Promise<End> => {
      await jitter(random, 4);
      return endOfStaff(
        await target.staff.from("appointments").insert({
          org_id: clinic.id,
          contact_id: clinic.contactId,
          provider_id: provider,
          service_id: surgery.id,
          starts_at: at.toISOString(),
          ends_at: new Date(at.getTime() + 30 * 60_000).toISOString(),
        }),
      );
    };
    const claim = (service: typeof visit) => async () => {
      await jitter(random, 4);
      return endOfClaim(await desk.claim(provider, service, at, newCall()));
    };
    return expectWinners(await all([insert, claim(visit), claim(surgery)]), 1);
  },
};

/** Two providers, one room: whoever has the room has the time; the other keeps nothing of it. */
export const oneRoom: Race = {
  name: "one room, two providers",
  size: "small",
  async run({ desk, clinic: { providers, surgery }, random }, round) {
    const attempts = [...providers, ...providers].map((provider) => async () => {
      await jitter(random, 2);
      return endOfClaim(await desk.claim(provider, surgery, startOf(round), newCall()));
    });
    return expectWinners(await all(attempts), 1);
  },
};
