/** Races around an appointment: cancelled, moved, swapped. */
import { newCall, phoneOf, startOf } from "../../../testkit/booking/clinic.ts";
import { succeeded } from "../../../testkit/booking/desk.ts";
import { all, type End, expectWinners, jitter, milliseconds, type Race, type Ring, winners } from "../race.ts";
import { claimUntil, endHoldIn } from "./holds.ts";
import { endOfClaim } from "./one-slot.ts";
import { endOfStaff } from "./staff.ts";

/** An appointment is cancelled while another caller wants its time: the time changes hands, or stays with one of them. */
export const cancelAgainstBooking: Race = {
  name: "cancel against confirm of its time",
  size: "small",
  async run({ desk, clinic: { providers: [provider], surgery }, random }, round) {
    const at = startOf(round);
    const appointment = await desk.book(provider, surgery, at, phoneOf(round));
    let cancelled = false;
    const cancel = async (): Promise<End> => {
      await jitter(random, 6);
      await desk.cancel(appointment).then(succeeded).finally(() => cancelled = true);
      return "won";
    };
    const book = async (): Promise<End> => {
      const call = newCall();
      const claimed = await claimUntil(() => desk.claim(provider, surgery, at, call), () => cancelled);
      if (!claimed.success) return endOfClaim(claimed);
      succeeded(await desk.confirm(`${claimed.hold_id}`, phoneOf(round + 1)));
      return "won";
    };
    return expectWinners(await all([cancel, book]), 2);
  },
};

/** One turn confirms a move while another cancels the appointment: it ends cancelled, and either time is free or held. */
export const cancelAgainstMove: Race = {
  name: "cancel against confirm of a move",
  size: "small",
  async run({ desk, clinic: { providers: [provider], visit }, target, random }, round) {
    const appointment = await desk.book(provider, visit, startOf(round), phoneOf(round));
    const { hold_id } = succeeded(await desk.claim(provider, visit, startOf(round, 60), newCall()));
    const cancel = async (): Promise<End> => {
      await jitter(random, 3);
      succeeded(await desk.cancel(appointment));
      return "won";
    };
    const move = async (): Promise<End> => {
      await jitter(random, 3);
      const answer = await desk.move(appointment, `${hold_id}`);
      if (answer.success || answer.reason === "not_found") return "lost";
      return { error: `${answer.reason}`, deadlock: false };
    };
    const ends = await all([cancel, move]);
    const [row] = await target.owner`
      select a.status, (select count(*)::int from public.slot_claims c where c.appointment_id = a.id) as claims
      from public.appointments a
      where a.id = ${appointment}`;
    const wrong = row?.status === "cancelled" && row.claims === 0 ? undefined : "the cancelled appointment has time";
    return expectWinners(ends, 1, wrong);
  },
};

/** Staff drag an appointment to another time. */
function movedByStaff({ target, random }: Ring, appointment: string, to: Date) {
  return async (): Promise<End> => {
    await jitter(random, 2);
    const times = { starts_at: to.toISOString(), ends_at: new Date(to.getTime() + 30 * 60_000).toISOString() };
    return endOfStaff(await target.staff.from("appointments").update(times).eq("id", appointment));
  };
}

/** Staff drag two appointments onto each other's places at once: neither can, and neither is lost. */
export const swap: Race = {
  name: "two moves that swap places, staff",
  size: "small",
  async run(ring, round) {
    const { desk, clinic: { providers: [provider], visit } } = ring;
    const places = [startOf(round), startOf(round, 30)] as const;
    const first = await desk.book(provider, visit, places[0], phoneOf(round));
    const second = await desk.book(provider, visit, places[1], phoneOf(round + 1));
    return expectWinners(await all([movedByStaff(ring, first, places[1]), movedByStaff(ring, second, places[0])]), 0);
  },
};

/** Both shift by a quarter of an hour towards each other, over a part of their own time: only one can. */
export const shift: Race = {
  name: "two moves that shift into each other, staff",
  size: "small",
  async run(ring, round) {
    const { desk, clinic: { providers: [provider], visit } } = ring;
    const first = await desk.book(provider, visit, startOf(round), phoneOf(round));
    const second = await desk.book(provider, visit, startOf(round, 45), phoneOf(round + 1));
    return expectWinners(
      await all([movedByStaff(ring, first, startOf(round, 15)), movedByStaff(ring, second, startOf(round, 30))]),
      1,
    );
  },
};

/** Two callers swap places by phone, by way of a time that is free: each takes what the other has just let go. */
export const swapByPhone: Race = {
  name: "two callers who swap places, by phone",
  size: "small",
  async run({ desk, clinic: { providers: [provider], surgery } }, round) {
    const [here, there, aside] = [startOf(round), startOf(round, 30), startOf(round, 60)];
    const first = await desk.book(provider, surgery, here, phoneOf(round));
    const second = await desk.book(provider, surgery, there, phoneOf(round + 1));
    const step = async (appointment: string, to: Date, call: string) => {
      const claimed = succeeded(await claimUntil(() => desk.claim(provider, surgery, to, call), () => false));
      succeeded(await desk.move(appointment, `${claimed.hold_id}`));
    };
    const byWayOfAside = async (): Promise<End> => {
      const call = newCall();
      await step(first, aside, call);
      await step(first, there, call);
      return "won";
    };
    const straight = async (): Promise<End> => {
      await step(second, here, newCall());
      return "won";
    };
    return expectWinners(await all([byWayOfAside, straight]), 2);
  },
};

/** A move is confirmed twice, and somebody wants the new time just as the hold on it ends. */
export const moveAtExpiry: Race = {
  name: "move at the instant of expiry",
  size: "small",
  async run(ring, round) {
    const { desk, clinic: { providers: [provider], surgery }, random } = ring;
    const to = startOf(round, 60);
    const appointment = await desk.book(provider, surgery, startOf(round), phoneOf(round));
    const { hold_id } = succeeded(await desk.claim(provider, surgery, to, newCall()));
    await endHoldIn(ring, `${hold_id}`, 2 + milliseconds(random, 10));
    let moved = 0;
    const move = async (): Promise<End> => {
      await jitter(random, 12);
      const answer = await desk.move(appointment, `${hold_id}`);
      moved += 1;
      if (answer.success) return "won";
      return answer.reason === "hold_expired" ? "lost" : { error: `${answer.reason}`, deadlock: false };
    };
    const call = newCall();
    const claim = async () =>
      endOfClaim(await claimUntil(() => desk.claim(provider, surgery, to, call), () => moved === 2));
    const ends = await all([move, move, claim]);
    // Both turns of the mover are told the same; whoever is not told of success has no time.
    const moves = winners(ends.slice(0, 2));
    const claimed = ends[2] === "won";
    const right = (moves > 0) !== claimed;
    return { ends, wrong: right ? undefined : `${moves} moves and ${claimed ? "a" : "no"} claim had the time` };
  },
};
