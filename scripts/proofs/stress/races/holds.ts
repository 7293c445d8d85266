/** Races around a hold: overlapping ones, its confirmation, its end. */
import { newCall, phoneOf, startOf } from "../../../testkit/booking/clinic.ts";
import { type Answer, succeeded } from "../../../testkit/booking/desk.ts";
import { all, type End, expectWinners, jitter, milliseconds, type Race, type Ring } from "../race.ts";
import { endOfClaim } from "./one-slot.ts";

/** Services of different lengths and buffers at different starts; every two of these spans overlap. */
export const overlapping: Race = {
  name: "overlapping, unequal times",
  size: "small",
  async run({ desk, clinic: { providers: [provider], visit, long }, random }, round) {
    const tries = [
      { service: visit, at: startOf(round, 30) },
      { service: visit, at: startOf(round, 15 + 30 * random.below(2)) },
      { service: long, at: startOf(round, 0) },
      { service: long, at: startOf(round, 15) },
      { service: long, at: startOf(round, 30) },
    ];
    const attempts = tries.map(({ service, at }) => async () => {
      await jitter(random, 2);
      return endOfClaim(await desk.claim(provider, service, at, newCall()));
    });
    return expectWinners(await all(attempts), 1);
  },
};

/** The holder confirms while others still try to get the time. */
export const claimAgainstConfirm: Race = {
  name: "claim against confirm",
  size: "small",
  async run({ desk, clinic: { providers: [provider], visit }, random }, round) {
    const at = startOf(round);
    const { hold_id } = succeeded(await desk.claim(provider, visit, at, newCall()));
    const claim = async () => {
      await jitter(random, 4);
      return endOfClaim(await desk.claim(provider, visit, at, newCall()));
    };
    const confirm = async (): Promise<End> => {
      await jitter(random, 4);
      return succeeded(await desk.confirm(`${hold_id}`, phoneOf(round))).appointment_id ? "won" : "lost";
    };
    const ends = await all([confirm, claim, claim]);
    return expectWinners(ends, 1, ends[0] === "won" ? undefined : "the holder is not the winner");
  },
};

/** One hold is confirmed four times at once, as a retried webhook does: one appointment, the same answer to all. */
export const confirmAgainstConfirm: Race = {
  name: "confirm against confirm of one hold",
  size: "small",
  async run({ desk, clinic: { providers: [provider], visit }, random }, round) {
    const { hold_id } = succeeded(await desk.claim(provider, visit, startOf(round), newCall()));
    const told = new Map<string, number>();
    const confirm = async (): Promise<End> => {
      await jitter(random, 2);
      const { appointment_id, code } = succeeded(await desk.confirm(`${hold_id}`, phoneOf(round)));
      const answer = `${appointment_id} ${code}`;
      told.set(answer, (told.get(answer) ?? 0) + 1);
      // The first to be told made the appointment; the others are told of it.
      return told.get(answer) === 1 ? "won" : "lost";
    };
    return expectWinners(await all([confirm, confirm, confirm, confirm]), 1);
  },
};

/** Lets a hold end so many milliseconds from now, as if its minutes had gone by. */
export async function endHoldIn(ring: Ring, holdId: string, milliseconds: number): Promise<void> {
  const { owner } = ring.target;
  await owner.begin(async (tx) => {
    const [ends] = await tx<
      { at: Date }[]
    >`select clock_timestamp() + ${milliseconds} * interval '1 millisecond' as at`;
    await tx`update public.appointment_holds set expires_at = ${ends?.at ?? null} where id = ${holdId}`;
    await tx`update public.slot_claims set expires_at = ${ends?.at ?? null} where hold_id = ${holdId}`;
  });
}

/** Tries for a time until it is had or somebody else is known to have it for good. */
export async function claimUntil(claim: () => Promise<Answer>, isOver: () => boolean): Promise<Answer> {
  for (let tries = 1;; tries++) {
    const over = isOver();
    const answer = await claim();
    if (answer.success || over || answer.reason !== "slot_taken" || tries === 200) return answer;
  }
}

/** Its holder confirms in the instant in which the hold ends, while somebody else waits for the time. */
export const confirmAtExpiry: Race = {
  name: "confirm at the instant of expiry",
  size: "small",
  async run(ring, round) {
    const { desk, clinic: { providers: [provider], surgery }, random } = ring;
    const at = startOf(round);
    const { hold_id } = succeeded(await desk.claim(provider, surgery, at, newCall()));
    await endHoldIn(ring, `${hold_id}`, 2 + milliseconds(random, 10));
    let answered = false;
    const confirm = async (): Promise<End> => {
      await jitter(random, 12);
      const answer = await desk.confirm(`${hold_id}`, phoneOf(round)).finally(() => answered = true);
      if (answer.success) return "won";
      return answer.reason === "hold_expired" ? "lost" : { error: `${answer.reason}`, deadlock: false };
    };
    const call = newCall();
    const claim = async () =>
      endOfClaim(await claimUntil(() => desk.claim(provider, surgery, at, call), () => answered));
    return expectWinners(await all([confirm, claim]), 1);
  },
};

/** A hold ends while two want its time and the sweep for overdue holds runs twice. */
export const claimWhileExpiring: Race = {
  name: "claim while the hold expires, with expire_holds",
  size: "small",
  async run(ring, round) {
    const { desk, clinic: { providers: [provider], surgery }, random } = ring;
    const at = startOf(round);
    const { hold_id } = succeeded(await desk.claim(provider, surgery, at, newCall()));
    await endHoldIn(ring, `${hold_id}`, milliseconds(random, 8));
    let won = false;
    const claim = async (): Promise<End> => {
      const call = newCall();
      const answer = await claimUntil(() => desk.claim(provider, surgery, at, call), () => won);
      won ||= answer.success;
      return endOfClaim(answer);
    };
    const sweep = async (): Promise<End> => {
      await jitter(random, 10);
      succeeded(await desk.expireHolds());
      return "lost";
    };
    return expectWinners(await all([claim, claim, sweep, sweep]), 1);
  },
};
