/** What staff ask all day. Each is asked as it stands under row security, and with the clinic in a plain `where`. */

/** A question, with `$1` for a row of the clinic that is picked anew each time. */
export interface Question {
  readonly name: string;
  /** The statement; `{mine}` is where the superuser names the clinic, and where staff need not. */
  readonly sql: string;
  /** Which row of the clinic the number n picks: the value of `$1`. */
  readonly parameter: "phone" | "day" | "appointment";
  /** Staff name the clinic too: a first page in the order of an index can be read off it only for one clinic. */
  readonly staffNameTheClinic?: boolean;
}

export const questions: readonly Question[] = [
  {
    name: "the patient with a number",
    sql: "select * from public.contacts t where phone = $1 {mine}",
    parameter: "phone",
  },
  {
    name: "an appointment by its id",
    sql: "select * from public.appointments t where id = $1 {mine}",
    parameter: "appointment",
  },
  {
    name: "a day's appointments",
    sql:
      "select * from public.appointments t where starts_at >= $1 and starts_at < $1::timestamptz + interval '1 day' {mine} order by starts_at",
    parameter: "day",
  },
  {
    name: "a day's appointments with patient and service",
    sql: `select t.*, c.name, c.phone, s.name as service
      from public.appointments t
      join public.contacts c on c.org_id = t.org_id and c.id = t.contact_id
      join public.services s on s.org_id = t.org_id and s.id = t.service_id
      where t.starts_at >= $1 and t.starts_at < $1::timestamptz + interval '1 day' {mine} order by t.starts_at`,
    parameter: "day",
  },
  {
    name: "the next twenty appointments, of a clinic that is named",
    sql: "select * from public.appointments t where starts_at >= $1 {mine} order by starts_at limit 20",
    parameter: "day",
    staffNameTheClinic: true,
  },
  {
    name: "how many appointments are to come",
    sql: "select count(*) from public.appointments t where starts_at >= $1 {mine}",
    parameter: "day",
  },
  {
    name: "all patients",
    sql: "select id, name, phone from public.contacts t where phone <> $1 {mine}",
    parameter: "phone",
  },
  {
    name: "all appointments",
    sql: "select * from public.appointments t where id <> $1 {mine}",
    parameter: "appointment",
  },
];
