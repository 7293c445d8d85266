/** Finds the clinic that an operator means, by its id or by the number that patients dial. */
import type postgres from "postgres";
import { Refused } from "../command/command.ts";

/** A clinic, as an operator recognises it. */
export interface Clinic {
  readonly id: string;
  readonly name: string;
}

/** Refuses with a sentence when there is none. */
export async function findClinic(sql: postgres.ISql, given: string | undefined): Promise<Clinic> {
  if (!given) throw new Refused("Which clinic? Give its id or the number that patients dial.");
  const [clinic] = await sql<Clinic[]>`
    select o.id, o.name
    from public.organizations o
    where o.id::text = ${given.toLowerCase()}
      or o.id = (select n.org_id from public.phone_numbers n where n.phone = ${given})`;
  if (!clinic) throw new Refused(`There is no clinic with the id or number ${given}.`);
  return clinic;
}
