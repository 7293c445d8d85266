/** The last resort: no function, no trigger, no row security, only the constraint. */
import { newCall, startOf } from "../../../testkit/booking/clinic.ts";
import { succeeded } from "../../../testkit/booking/desk.ts";
import { all, type End, expectWinners, type Race } from "../race.ts";

/**
 * Rows of overlapping spans, written into the ledger by a superuser whose session fires no trigger. `on conflict do
 * nothing`, because of plain inserts that meet in one instant Postgres itself may end one as a deadlock: each has
 * written its row and waits for the other. That the constraint refuses a plain insert too, the step by step races show.
 */
export const bypass: Race = {
  name: "raw inserts by a superuser, RPC bypassed",
  size: "small",
  async run({ desk, clinic, target, random }, round) {
    const { providers: [provider, other], visit } = clinic;
    // The ledger wants an owner for each claim; this hold is of another provider's time.
    const { hold_id } = succeeded(await desk.claim(other, visit, startOf(round), newCall()));
    const insert = async (): Promise<End> => {
      const from = startOf(round, random.below(30));
      const to = startOf(round, 31 + random.below(60));
      const claimed = await target.superuser.begin(async (tx) => {
        await tx`set local session_replication_role = replica`;
        return await tx`
          insert into public.slot_claims (org_id, resource_id, during, hold_id, expires_at)
          values (${clinic.id}, ${provider}, tstzrange(${from}, ${to}), ${`${hold_id}`}, ${to})
          on conflict do nothing
          returning id`;
      });
      return claimed.length === 1 ? "won" : "lost";
    };
    const ends = await all(Array.from({ length: 8 }, () => insert));
    await target.owner`delete from public.slot_claims where hold_id = ${`${hold_id}`} and resource_id = ${provider}`;
    return expectWinners(ends, 1);
  },
};
