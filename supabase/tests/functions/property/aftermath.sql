-- What a history leaves behind, beside what verdict.sql looks for. $1: the clinic; $2: now, before the last sweep.
with away as (
  select t.org_id, t.resource_id, tstzrange(t.starts_at, t.ends_at) as span
  from public.time_off t
  where t.org_id = $1
)
select 'live holds past their end, after the sweep' as fault, count(*)::integer as found
from public.appointment_holds h
where h.org_id = $1
  and h.status = 'held'
  and h.expires_at <= $2
union all
select 'offers of the waitlist without a live hold', count(*)::integer
from public.waitlist_entries w
left join public.appointment_holds h on h.org_id = w.org_id and h.id = w.hold_id and h.status = 'held'
where w.org_id = $1
  and (w.status = 'offered') <> (h.id is not null)
union all
select 'appointments in time off of which no task tells staff', count(*)::integer
from public.appointments a
where a.org_id = $1
  and a.status in ('booked', 'confirmed')
  and exists (
    select 1
    from public.slot_claims c
    join away w on w.resource_id is null or w.resource_id = c.resource_id
    where c.appointment_id = a.id
      and w.span && tstzrange(a.starts_at, a.ends_at)
  )
  and not exists (
    select 1
    from public.follow_up_tasks t
    where t.org_id = $1
      and t.appointment_id = a.id
      and t.reason = 'time_off_conflict'
      and t.idempotency_key like '%' || a.starts_at
  )
union all
select 'events of a call that are kept twice', count(*)::integer
from (
  select call_sid
  from public.call_events
  where org_id = $1
  group by call_sid, sequence, status
  having count(*) > 1
) twice
union all
select 'ended calls that still hold a time', count(*)::integer
from public.calls k
join public.appointment_holds h on h.org_id = k.org_id and h.call_sid = k.call_sid and h.status = 'held'
where k.org_id = $1
  and k.ended_at is not null;
