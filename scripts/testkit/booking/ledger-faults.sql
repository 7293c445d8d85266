-- What must never be, counted from the rows alone: each line names a fault and how often it is found. Nothing here trusts
-- the constraint, the triggers or the functions that are on trial. $1: the clinic, or null for all.
with appointments as (
  select a.*, tstzrange(
    a.starts_at - make_interval(mins => s.buffer_before_minutes),
    a.ends_at + make_interval(mins => s.buffer_after_minutes)
  ) as during
  from public.appointments a
  join public.services s on s.org_id = a.org_id and s.id = a.service_id
  where a.org_id = coalesce($1::uuid, a.org_id)
),
holds as (
  select h.*, tstzrange(
    h.starts_at - make_interval(mins => s.buffer_before_minutes),
    h.ends_at + make_interval(mins => s.buffer_after_minutes)
  ) as during
  from public.appointment_holds h
  join public.services s on s.org_id = h.org_id and s.id = h.service_id
  where h.org_id = coalesce($1::uuid, h.org_id)
),
claims as (
  select c.*, r.kind, coalesce(c.appointment_id, c.hold_id) as owner_id
  from public.slot_claims c
  join public.resources r on r.org_id = c.org_id and r.id = c.resource_id
  where c.org_id = coalesce($1::uuid, c.org_id)
),
live_appointments as (
  select *
  from appointments
  where status not in ('cancelled', 'noshow')
),
-- Who has a right to their time now, and to what part of it.
owners as (
  select org_id, id, provider_id, service_id, during
  from live_appointments
  union all
  select org_id, id, provider_id, service_id, during
  from holds
  where status = 'held'
    -- Not those that end while this is being counted.
    and expires_at > now() + interval '1 second'
)
select 'appointments of one provider that overlap' as fault, count(*)::integer as found
from live_appointments a
join live_appointments b on b.provider_id = a.provider_id and b.id > a.id and b.during && a.during
union all
select 'claims of one provider, room or device that overlap', count(*)::integer
from claims a
join claims b on b.resource_id = a.resource_id and b.id > a.id and b.during && a.during
union all
select 'live appointments or holds without their provider''s time', count(*)::integer
from owners o
where not exists (
  select 1
  from claims c
  where c.owner_id = o.id
    and c.resource_id = o.provider_id
    and c.during = o.during
)
union all
select 'live appointments or holds without a room or device that they need, or with two', count(*)::integer
from owners o
join (select distinct org_id, service_id, kind from public.service_resources) k
  on k.org_id = o.org_id
  and k.service_id = o.service_id
where (
  select count(*)
  from claims c
  where c.owner_id = o.id
    and c.kind = k.kind
    and c.during = o.during
) <> 1
union all
select 'claims that belong to nobody who may have them', count(*)::integer
from claims c
left join live_appointments a on a.id = c.appointment_id
left join holds h on h.id = c.hold_id and h.status = 'held'
where num_nonnulls(a.id, h.id) <> 1
union all
select 'holds that became two appointments', count(*)::integer
from (
  select hold_id
  from appointments
  where hold_id is not null
  group by hold_id
  having count(*) > 1
) twice
union all
select 'calls with two live holds', count(*)::integer
from (
  select call_sid
  from holds
  where status = 'held'
  group by org_id, call_sid
  having count(*) > 1
) twice
union all
select 'confirmed holds without their appointment', count(*)::integer
from holds h
left join appointments a on a.id = h.appointment_id
where (h.status = 'confirmed') <> (a.id is not null)
union all
select 'open appointments of a clinic with the same code', count(*)::integer
from (
  select code
  from appointments
  where status in ('booked', 'confirmed', 'arrived')
  group by org_id, code
  having count(*) > 1
) twice;
