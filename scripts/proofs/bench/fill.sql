-- Clinics in bulk, for measuring. Runs as superuser in a throw-away database; nothing here is part of the product.
-- Every id and time follows from a clinic's number, so that two runs measure the same database.

create schema bench;

create function bench.id(p_what text, p_number bigint)
returns uuid
language sql
immutable
parallel safe
return md5(p_what || ' ' || p_number)::uuid;

-- A clinic: two providers, a room, three services (one needs the room), fifty patients, hours with a lunch break.
create function bench.open_clinics(p_first integer, p_last integer)
returns void
language sql
as $$
  insert into public.organizations (id, name, timezone)
  select
    bench.id('clinic', n),
    'Clinic ' || n,
    (array['America/New_York', 'Europe/London', 'Asia/Kathmandu', 'Australia/Adelaide', 'America/Sao_Paulo', 'UTC'])[1 + n % 6]
  from generate_series(p_first, p_last) n;

  insert into public.resources (id, org_id, kind, name)
  select bench.id(r.name, n), bench.id('clinic', n), r.kind, r.name
  from generate_series(p_first, p_last) n
  cross join (values ('provider', 'Dr. Lane'), ('provider', 'Dr. Moss'), ('room', 'Surgery')) r (kind, name);

  insert into public.providers (id, org_id, menu_position)
  select bench.id(p.name, n), bench.id('clinic', n), p.menu_position
  from generate_series(p_first, p_last) n
  cross join (values ('Dr. Lane', 1), ('Dr. Moss', 2)) p (name, menu_position);

  insert into public.services (
    id, org_id, name, duration_minutes, buffer_before_minutes, buffer_after_minutes, slot_step_minutes, menu_position
  )
  select bench.id(s.name, n), bench.id('clinic', n), s.name, s.duration, s.before, s.after, 15, s.menu_position
  from generate_series(p_first, p_last) n
  cross join (
    values ('Check-up', 30, 0, 0, 1), ('Cleaning', 45, 5, 10, 2), ('Surgery hour', 60, 10, 20, 3)
  ) s (name, duration, before, after, menu_position);

  insert into public.provider_services (org_id, provider_id, service_id)
  select bench.id('clinic', n), bench.id(p, n), bench.id(s, n)
  from generate_series(p_first, p_last) n
  cross join unnest(array['Dr. Lane', 'Dr. Moss']) p
  cross join unnest(array['Check-up', 'Cleaning', 'Surgery hour']) s;

  insert into public.service_resources (org_id, service_id, resource_id, kind)
  select bench.id('clinic', n), bench.id('Surgery hour', n), bench.id('Surgery', n), 'room'
  from generate_series(p_first, p_last) n;

  insert into public.availability (org_id, provider_id, weekday, opens_at, closes_at)
  select bench.id('clinic', n), bench.id(p, n), weekday, h.opens_at, h.closes_at
  from generate_series(p_first, p_last) n
  cross join unnest(array['Dr. Lane', 'Dr. Moss']) p
  cross join generate_series(1, 5) weekday
  cross join (values (time '09:00', time '12:30'), (time '13:30', time '17:00')) h (opens_at, closes_at);

  -- One day off a month, and a holiday a clinic: enough that reading them is part of what is measured.
  insert into public.time_off (org_id, resource_id, starts_at, ends_at)
  select bench.id('clinic', n), bench.id('Dr. Moss', n), d, d + interval '8 hours'
  from generate_series(p_first, p_last) n
  cross join generate_series(date_trunc('day', now()), date_trunc('day', now()) + interval '80 days', interval '30 days') d;

  insert into public.holidays (org_id, day, name)
  select bench.id('clinic', n), current_date + 20, 'Founders'' day'
  from generate_series(p_first, p_last) n;

  insert into public.contacts (id, org_id, phone, name)
  select bench.id('patient ' || k || ' of', n), bench.id('clinic', n), '+121255501' || lpad(k::text, 2, '0'), 'Patient ' || k
  from generate_series(p_first, p_last) n
  cross join generate_series(0, 49) k;
$$;

-- A hundred appointments a clinic, one a day for each provider: half of them past, half to come. Every other one was made
-- by phone and has the hold that it came from.
create function bench.book(p_first integer, p_last integer)
returns void
language sql
as $$
  insert into public.appointments (id, org_id, contact_id, provider_id, service_id, starts_at, ends_at, status, code, hold_id)
  select
    bench.id('appointment ' || p.name || ' ' || k || ' in', n),
    o.id,
    bench.id('patient ' || k || ' of', n),
    bench.id(p.name, n),
    bench.id('Check-up', n),
    w.starts_at,
    w.starts_at + interval '30 minutes',
    case when w.starts_at < now() then 'fulfilled' else 'booked' end,
    lpad((k * 2 + p.at)::text, 6, '0'),
    case when p.at = 0 then bench.id('hold ' || k || ' in', n) end
  from generate_series(p_first, p_last) n
  join public.organizations o on o.id = bench.id('clinic', n)
  cross join (values ('Dr. Lane', 0), ('Dr. Moss', 1)) p (name, at)
  cross join generate_series(0, 49) k
  -- In the morning, so that the afternoons stay free to be claimed.
  cross join lateral (
    select ((now() at time zone o.timezone)::date + k - 25 + time '09:00' + ((k * 5 + n + p.at) % 7) * interval '30 minutes')
      at time zone o.timezone as starts_at
  ) w;

  insert into public.appointment_holds (
    id, org_id, call_sid, provider_id, service_id, starts_at, ends_at, expires_at, status, contact_name, appointment_id
  )
  select
    a.hold_id, a.org_id, 'CA' || md5(a.id::text), a.provider_id, a.service_id, a.starts_at, a.ends_at,
    a.starts_at - interval '10 days', 'confirmed', 'Patient', a.id
  from generate_series(p_first, p_last) n
  join public.appointments a on a.org_id = bench.id('clinic', n)
  where a.hold_id is not null;

  insert into public.slot_claims (org_id, resource_id, during, appointment_id)
  select a.org_id, a.provider_id, tstzrange(a.starts_at, a.ends_at), a.id
  from generate_series(p_first, p_last) n
  join public.appointments a on a.org_id = bench.id('clinic', n);
$$;

-- What the triggers and foreign keys would have seen to, had they not been off while the rows went in.
create function bench.faults()
returns table (fault text, found bigint)
language sql
stable
as $$
  select 'live appointments without exactly one claim of their span', count(*)
  from public.appointments a
  left join (
    select c.org_id, c.appointment_id, count(*) as claims, min(c.resource_id::text)::uuid as resource_id, range_agg(c.during) as during
    from public.slot_claims c
    where c.appointment_id is not null
    group by c.org_id, c.appointment_id
  ) c on c.org_id = a.org_id and c.appointment_id = a.id
  where a.status <> 'cancelled'
    and (c.claims, c.resource_id, c.during) is distinct from (1, a.provider_id, tstzmultirange(tstzrange(a.starts_at, a.ends_at)))
  union all
  select 'claims without their appointment', count(*)
  from public.slot_claims c
  left join public.appointments a on a.org_id = c.org_id and a.id = c.appointment_id
  where c.appointment_id is not null and a.id is null
  union all
  select 'appointments without patient, provider, service or the hold they came from', count(*)
  from public.appointments a
  left join public.contacts k on k.org_id = a.org_id and k.id = a.contact_id
  left join public.providers p on p.org_id = a.org_id and p.id = a.provider_id
  left join public.services s on s.org_id = a.org_id and s.id = a.service_id
  left join public.appointment_holds h on h.org_id = a.org_id and h.id = a.hold_id and h.appointment_id = a.id
  where k.id is null or p.id is null or s.id is null or (a.hold_id is null) <> (h.id is null);
$$;

-- What is measured against ---------------------------------------------------------------------------------------------

-- Whom the bare inserts claim for: the ledger wants an owner for each claim.
create table bench.owners (org_id uuid primary key, hold_id uuid not null);

create function bench.make_owners(p_clinics integer)
returns void
language sql
as $$
  with holds as (
    insert into public.appointment_holds (org_id, call_sid, provider_id, service_id, starts_at, ends_at, expires_at)
    select bench.id('clinic', n), 'bench-owner', bench.id('Dr. Lane', n), bench.id('Check-up', n), now(), now(), now() + interval '1 day'
    from generate_series(1, p_clinics) n
    where not exists (select 1 from bench.owners o where o.org_id = bench.id('clinic', n))
    returning org_id, id
  )
  insert into bench.owners
  select org_id, id
  from holds;
$$;

-- The floor: what a claim cannot be cheaper than. The ledger itself, its constraint, its indexes; nothing asked before
-- or after. As a function, because the Data API has no other way to say `on conflict do nothing` for such a constraint.
create function public.bench_bare_insert(
  p_org_id uuid, p_resource_id uuid, p_starts_at timestamptz, p_ends_at timestamptz, p_hold_id uuid
)
returns void
language sql
as $$
  insert into public.slot_claims (org_id, resource_id, during, hold_id, expires_at)
  values (p_org_id, p_resource_id, tstzrange(p_starts_at, p_ends_at), p_hold_id, now() + interval '5 minutes')
  on conflict do nothing;
$$;
grant execute on function public.bench_bare_insert(uuid, uuid, timestamptz, timestamptz, uuid) to service_role;
grant insert on public.slot_claims to service_role;

-- The lower floor: a table with the same constraint and nothing else, no other index, no reference, no trail.
create table bench.lean_claims (
  resource_id uuid not null,
  during tstzrange not null,
  exclude using gist (resource_id with =, during with &&)
);
grant usage on schema bench to service_role;
grant insert on bench.lean_claims to service_role;

-- Afternoon starts that are free: on which clinic's clock, with both providers. Random, and the same for the same seed.
create function bench.free_starts(p_clinics integer, p_count integer, p_seed double precision)
returns table (org_id uuid, lane uuid, moss uuid, service_id uuid, hold_id uuid, starts_at timestamptz, ends_at timestamptz)
language sql
as $$
  select setseed(p_seed);
  select o.id, bench.id('Dr. Lane', r.n), bench.id('Dr. Moss', r.n), bench.id('Check-up', r.n), w.hold_id, t.at, t.at + interval '30 minutes'
  from (
    select 1 + floor(random() * p_clinics)::integer as n, 2 + floor(random() * 58)::integer as day, floor(random() * 7)::integer as half_hour
    from generate_series(1, p_count * 2)
  ) r
  join public.organizations o on o.id = bench.id('clinic', r.n)
  join bench.owners w on w.org_id = o.id
  cross join lateral (
    select (now() at time zone o.timezone)::date + r.day as date
  ) d
  cross join lateral (
    select (d.date + time '13:30' + r.half_hour * interval '30 minutes') at time zone o.timezone as at
  ) t
  where extract(isodow from d.date) <= 5
    and not exists (select 1 from public.holidays h where h.org_id = o.id and h.day = d.date)
    and not exists (
      select 1
      from public.time_off a
      where a.org_id = o.id
        and tstzrange(a.starts_at, a.ends_at) && tstzrange(t.at, t.at + interval '30 minutes')
    )
    and not exists (
      select 1
      from public.slot_claims c
      where c.resource_id in (bench.id('Dr. Lane', r.n), bench.id('Dr. Moss', r.n))
        and c.during && tstzrange(t.at, t.at + interval '30 minutes')
    )
  group by 1, 2, 3, 4, 5, 6
  order by random()
  limit p_count;
$$;

-- One clinic whose two providers work around the clock, five minutes a visit, so that many can claim from one calendar.
create function bench.open_hot_clinic()
returns void
language sql
as $$
  insert into public.organizations (id, name, timezone)
  values (bench.id('hot clinic', 0), 'Hot clinic', 'UTC');
  insert into public.resources (id, org_id, kind, name)
  select bench.id(p, 0), bench.id('hot clinic', 0), 'provider', p
  from unnest(array['Dr. Haste', 'Dr. Rush']) p;
  insert into public.providers (id, org_id)
  select bench.id(p, 0), bench.id('hot clinic', 0)
  from unnest(array['Dr. Haste', 'Dr. Rush']) p;
  insert into public.services (id, org_id, name, duration_minutes, slot_step_minutes, min_notice_minutes, horizon_days)
  values (bench.id('Glance', 0), bench.id('hot clinic', 0), 'Glance', 5, 5, 0, 730);
  insert into public.provider_services (org_id, provider_id, service_id)
  select bench.id('hot clinic', 0), bench.id(p, 0), bench.id('Glance', 0)
  from unnest(array['Dr. Haste', 'Dr. Rush']) p;
  insert into public.availability (org_id, provider_id, weekday, opens_at, closes_at)
  select bench.id('hot clinic', 0), bench.id(p, 0), weekday, '00:00', '00:00'
  from unnest(array['Dr. Haste', 'Dr. Rush']) p
  cross join generate_series(1, 7) weekday;
  with hold as (
    insert into public.appointment_holds (org_id, call_sid, provider_id, service_id, starts_at, ends_at, expires_at)
    values (bench.id('hot clinic', 0), 'bench-owner', bench.id('Dr. Haste', 0), bench.id('Glance', 0), now(), now(), now() + interval '1 day')
    returning org_id, id
  )
  insert into bench.owners
  select org_id, id
  from hold;
$$;
