-- What find_open_slots offers and what claim_slot_atomic accepts are the same, and are what a slow, obvious reading of
-- the rules gives. The schedules are random; a seed that fails can be run again:
--   PGOPTIONS='-c test.seeds=0.42' psql … -f THIS_FILE
begin;
set local search_path = public, extensions;
create temporary table seeds as
select unnest(string_to_array(coalesce(
  nullif(current_setting('test.seeds', true), ''), '0.11 0.22 0.33 0.44 0.55 0.66 0.77 0.88'
), ' '))::float8 as seed;
select plan((3 * count(*) + 2)::integer) from seeds;
select tests.set_clock('2027-06-07 08:00');


-- Random schedules ---------------------------------------------------------------------------------------------------------------

create function pg_temp.one_of(p_choices anyarray)
returns anyelement
language sql
volatile
as $$ select p_choices[1 + floor(random() * array_length(p_choices, 1))::integer] $$;

-- So many minutes after the first midnight of the schedule, on a whole five.
create function pg_temp.minutes(p_from integer, p_to integer)
returns interval
language sql
volatile
return make_interval(mins => 5 * floor((p_from + random() * (p_to - p_from)) / 5)::integer);

create temporary table schedules (
  seed float8,
  org_id uuid,
  service_id uuid,
  timezone text,
  now_at timestamptz,
  from_at timestamptz,
  to_at timestamptz
);

-- A clinic of one to three providers, over two days, of which the second is one on which clocks may change.
create function pg_temp.make_schedule(p_seed float8)
returns void
language plpgsql
as $$
declare
  v_org uuid;
  v_service uuid;
  v_resource uuid;
  v_contact uuid;
  v_zone text;
  v_day date;
  v_from timestamptz;
  v_span tstzrange;
  v_hold uuid;
begin
  perform setseed(p_seed);
  select z, d
  into v_zone, v_day
  from (values
    ('America/New_York', date '2027-06-07'), ('America/New_York', '2027-03-13'), ('America/New_York', '2026-10-31'),
    ('Europe/London', '2027-03-27'), ('Australia/Lord_Howe', '2027-04-03'), ('Asia/Kolkata', '2027-06-07')
  ) days (z, d)
  order by random()
  limit 1;
  insert into organizations (name, timezone)
  values ('Random Clinic', v_zone)
  returning id into v_org;
  insert into contacts (org_id, phone)
  values (v_org, '+12125550131')
  returning id into v_contact;
  insert into services (
    org_id, name, duration_minutes, buffer_before_minutes, buffer_after_minutes, slot_step_minutes, min_notice_minutes,
    horizon_days, assignment
  )
  values (
    v_org, 'Visit', pg_temp.one_of('{15,20,45,60,90}'::integer[]), pg_temp.one_of('{0,5,10,30}'::integer[]),
    pg_temp.one_of('{0,5,10,30}'::integer[]), pg_temp.one_of('{10,15,20,30,45}'::integer[]),
    pg_temp.one_of('{0,0,60,1500}'::integer[]), pg_temp.one_of('{1,2,30}'::integer[]),
    pg_temp.one_of('{first_free,spread}'::text[])
  )
  returning id into v_service;
  v_from := v_day::timestamp at time zone v_zone;
  insert into schedules
  values (
    p_seed, v_org, v_service, v_zone, v_from - pg_temp.minutes(0, 720), v_from, (v_day + 2)::timestamp at time zone v_zone
  );
  perform set_config('test.now', now_at::text, true) from schedules where seed = p_seed;

  for n in 1..1 + floor(random() * 3)::integer loop
    insert into resources (org_id, kind, name, is_active)
    values (v_org, 'provider', 'Provider ' || n, n = 1 or random() < 0.9)
    returning id into v_resource;
    insert into providers (id, org_id, menu_position)
    values (v_resource, v_org, n);
    insert into provider_services (org_id, provider_id, service_id)
    select v_org, v_resource, v_service
    where n = 1 or random() < 0.9;
    -- Also for the day before, whose hours may reach over midnight.
    insert into availability (org_id, provider_id, weekday, opens_at, closes_at, valid_from, valid_to)
    select
      v_org, v_resource, extract(isodow from v_day + d), time '00:00' + pg_temp.minutes(0, 1435), time '00:00' + pg_temp.minutes(0, 1435),
      case when random() < 0.2 then v_day + floor(random() * 3)::integer end,
      case when random() < 0.2 then v_day + 2 end
    from generate_series(-1, 1) d
    cross join generate_series(1, 2) again
    where random() < 0.8;
  end loop;

  insert into service_resources (org_id, service_id, resource_id, kind)
  select v_org, v_service, r.id, r.kind
  from pg_temp.make_rooms(v_org) r;

  insert into time_off (org_id, resource_id, starts_at, ends_at)
  select v_org, case when random() < 0.6 then r.id end, s.at, s.at + pg_temp.minutes(5, 300)
  from resources r
  cross join lateral (select v_from + pg_temp.minutes(-120, 2880) as at) s
  where r.org_id = v_org
    and random() < 0.5;
  insert into holidays (org_id, day, name)
  select v_org, v_day + d, 'Holiday'
  from generate_series(-1, 1) d
  where random() < 0.1;

  -- What is taken: by appointments, by live holds, and by holds that are over.
  for v_resource in
    select r.id
    from resources r
    cross join generate_series(1, 8)
    where r.org_id = v_org
    order by r.kind, r.name
  loop
    v_span := tstzrange(v_from + pg_temp.minutes(-120, 2880), null);
    v_span := tstzrange(lower(v_span), lower(v_span) + pg_temp.minutes(5, 120));
    continue when exists (select 1 from slot_claims c where c.resource_id = v_resource and c.during && v_span);
    v_hold := gen_random_uuid();
    if random() < 0.5 then
      insert into appointments (id, org_id, contact_id, provider_id, service_id, starts_at, ends_at, status)
      select v_hold, v_org, v_contact, p.id, v_service, lower(v_span), upper(v_span), 'cancelled'
      from providers p
      where p.org_id = v_org
      limit 1;
      insert into slot_claims (org_id, resource_id, during, appointment_id)
      values (v_org, v_resource, v_span, v_hold);
    else
      insert into appointment_holds (id, org_id, call_sid, provider_id, service_id, starts_at, ends_at, expires_at)
      select v_hold, v_org, 'CA' || left(md5(v_hold::text), 20), p.id, v_service, lower(v_span), upper(v_span), v_from
      from providers p
      where p.org_id = v_org
      limit 1;
      insert into slot_claims (org_id, resource_id, during, hold_id, expires_at)
      select v_org, v_resource, v_span, v_hold, s.now_at + pg_temp.one_of(array[interval '0', '-1 minute', '1 minute', '5 minutes'])
      from schedules s
      where s.seed = p_seed;
    end if;
  end loop;
end;
$$;

create function pg_temp.make_rooms(p_org uuid)
returns setof public.resources
language sql
volatile
as $$
  insert into public.resources (org_id, kind, name, is_active)
  select p_org, kind, kind || ' ' || n, random() < 0.8
  from unnest(array['room', 'device']) kind
  cross join generate_series(1, 2) n
  where random() < 0.6
  returning *;
$$;

-- The reference: every rule as it is said, minute by minute ------------------------------------------------------------------------

create function pg_temp.is_open(p_schedule pg_temp.schedules, p_service public.services, p_provider uuid, p_start timestamptz)
returns boolean
language plpgsql
as $$
declare
  v_first constant timestamptz := p_start - make_interval(mins => p_service.buffer_before_minutes);
  v_end constant timestamptz := p_start + make_interval(mins => p_service.duration_minutes);
  v_last constant timestamptz := v_end + make_interval(mins => p_service.buffer_after_minutes);
  v_minute timestamptz;
  v_kind text;
begin
  -- Not before the notice, not after the last bookable day.
  if p_start < p_schedule.now_at + make_interval(mins => p_service.min_notice_minutes)
    or (p_start at time zone p_schedule.timezone)::date
      > (p_schedule.now_at at time zone p_schedule.timezone)::date + p_service.horizon_days
  then
    return false;
  end if;
  -- In each minute of the patient's time the provider is here.
  v_minute := p_start;
  while v_minute < v_end loop
    if exists (
      select 1
      from time_off t
      where t.org_id = p_schedule.org_id
        and (t.resource_id is null or t.resource_id = p_provider)
        and t.starts_at <= v_minute
        and v_minute < t.ends_at
    ) or exists (
      select 1
      from holidays h
      where h.org_id = p_schedule.org_id
        and h.day = (v_minute at time zone p_schedule.timezone)::date
    ) then
      return false;
    end if;
    v_minute := v_minute + interval '1 minute';
  end loop;
  -- In each minute, buffers included, the provider is nobody else's.
  v_minute := v_first;
  while v_minute < v_last loop
    if exists (
      select 1
      from slot_claims c
      where c.resource_id = p_provider
        and lower(c.during) <= v_minute
        and v_minute < upper(c.during)
        and (c.appointment_id is not null or c.expires_at > p_schedule.now_at)
    ) then
      return false;
    end if;
    v_minute := v_minute + interval '1 minute';
  end loop;
  -- Of each kind that the service needs, one piece is usable and nobody else's in all of these minutes.
  for v_kind in
    select distinct kind from service_resources where service_id = p_service.id
  loop
    if not exists (
      select 1
      from service_resources s
      join resources r on r.id = s.resource_id
      where s.service_id = p_service.id
        and s.kind = v_kind
        and r.is_active
        and not exists (
          select 1
          from generate_series(v_first, v_last - interval '1 minute', interval '1 minute') m
          where exists (
            select 1
            from slot_claims c
            where c.resource_id = r.id
              and lower(c.during) <= m
              and m < upper(c.during)
              and (c.appointment_id is not null or c.expires_at > p_schedule.now_at)
          ) or exists (
            select 1
            from time_off t
            where t.resource_id = r.id
              and t.starts_at <= m
              and m < t.ends_at
          )
        )
    ) then
      return false;
    end if;
  end loop;
  return true;
end;
$$;

create temporary table expected (seed float8, provider_id uuid, starts_at timestamptz);

create function pg_temp.work_out(p_seed float8)
returns void
language plpgsql
as $$
declare
  v_schedule pg_temp.schedules;
  v_service public.services;
  v_hours record;
  v_opens timestamptz;
  v_closes timestamptz;
  v_start timestamptz;
begin
  select * into v_schedule from schedules where seed = p_seed;
  select * into v_service from services where id = v_schedule.service_id;
  for v_hours in
    select a.provider_id, d::date as day, a.opens_at, a.closes_at
    from generate_series(v_schedule.from_at at time zone v_schedule.timezone - interval '1 day', v_schedule.to_at at time zone v_schedule.timezone, '1 day') d
    join availability a on a.org_id = v_schedule.org_id and a.weekday = extract(isodow from d)
    join resources r on r.id = a.provider_id and r.is_active
    join provider_services s on s.provider_id = a.provider_id and s.service_id = v_service.id
    where (a.valid_from is null or d::date >= a.valid_from)
      and (a.valid_to is null or d::date <= a.valid_to)
  loop
    v_opens := (v_hours.day + v_hours.opens_at) at time zone v_schedule.timezone;
    if v_hours.closes_at > v_hours.opens_at then
      v_closes := (v_hours.day + v_hours.closes_at) at time zone v_schedule.timezone;
    else
      v_closes := (v_hours.day + 1 + v_hours.closes_at) at time zone v_schedule.timezone;
    end if;
    v_start := v_opens;
    while v_start + make_interval(mins => v_service.duration_minutes) <= v_closes loop
      if v_start >= v_schedule.from_at
        and v_start < v_schedule.to_at
        and pg_temp.is_open(v_schedule, v_service, v_hours.provider_id, v_start)
      then
        insert into expected values (p_seed, v_hours.provider_id, v_start);
      end if;
      v_start := v_start + make_interval(mins => v_service.slot_step_minutes);
    end loop;
  end loop;
end;
$$;

-- What the engine says ---------------------------------------------------------------------------------------------------------------

create function pg_temp.offered(p_seed float8)
returns table (provider_id uuid, starts_at timestamptz)
language sql
as $$
  select (e ->> 'provider_id')::uuid, (e ->> 'starts_at')::timestamptz
  from pg_temp.schedules s
  cross join set_config('test.now', s.now_at::text, true)
  cross join jsonb_array_elements(
    public.find_open_slots(s.org_id, s.service_id, s.from_at, s.to_at, null, 5000) -> 'slots'
  ) e
  where s.seed = p_seed;
$$;

-- Claims and lets go of everything again; what it answered.
create function pg_temp.claimed(p_schedule pg_temp.schedules, p_provider uuid, p_starts_at timestamptz)
returns jsonb
language plpgsql
as $$
declare
  v_answer jsonb;
begin
  v_answer := claim_slot_atomic(p_schedule.org_id, p_provider, p_schedule.service_id, p_starts_at, 'CArandom');
  raise exception '%', v_answer using errcode = 'UNDO1';
exception
  when sqlstate 'UNDO1' then
    return sqlerrm::jsonb;
end;
$$;

-- All that is expected is claimed, and as many starts again that are not: on the grid of five minutes, or off it.
create function pg_temp.claims_that_surprise(p_seed float8)
returns table (provider_id uuid, starts_at timestamptz, expected boolean, answer jsonb)
language plpgsql
as $$
declare
  v_schedule pg_temp.schedules;
begin
  select * into v_schedule from schedules where seed = p_seed;
  perform set_config('test.now', v_schedule.now_at::text, true), setseed(p_seed);
  return query
  select *
  from (
    select t.provider_id, t.starts_at, t.expected, pg_temp.claimed(v_schedule, t.provider_id, t.starts_at) as answer
    from (
      select distinct e.provider_id, e.starts_at, true as expected
      from expected e
      where e.seed = p_seed
      union all
      (
        select p.id, g, false
        from providers p
        cross join generate_series(v_schedule.from_at, v_schedule.to_at - interval '5 minutes', '5 minutes') g
        where p.org_id = v_schedule.org_id
          and not exists (
            select 1
            from expected e
            where e.seed = p_seed
              and e.provider_id = p.id
              and e.starts_at = g
          )
        order by random()
        limit 60
      )
      union all
      (
        select e.provider_id, e.starts_at + pg_temp.one_of(array[interval '1 minute', '-1 minute', '1 second', '0.000001 seconds']), false
        from expected e
        where e.seed = p_seed
        order by random()
        limit 10
      )
    ) t
  ) tried
  where tried.expected <> (tried.answer ->> 'success')::boolean;
end;
$$;

select pg_temp.make_schedule(seed), pg_temp.work_out(seed) from seeds;

select is_empty(
  format('select * from pg_temp.offered(%L) except select provider_id, starts_at from expected where seed = %1$L', seed),
  format('Seed %s: nothing is offered that the rules, read minute by minute, forbid', seed)
)
from seeds;
select is_empty(
  format('select provider_id, starts_at from expected where seed = %L except select * from pg_temp.offered(%1$L)', seed),
  format('Seed %s: nothing is hidden that the rules allow (%s starts)', seed, (select count(*) from expected e where e.seed = seeds.seed))
)
from seeds;
select is_empty(
  format('select * from pg_temp.claims_that_surprise(%L)', seed),
  format('Seed %s: every start that is offered can be claimed, and no other', seed)
)
from seeds;
select isnt(
  (select count(*) from expected),
  0::bigint,
  'The random schedules have starts to offer'
);
select is_empty(
  $$
    select seed, provider_id, starts_at, count(*)
    from seeds
    cross join lateral pg_temp.offered(seed)
    group by seed, provider_id, starts_at
    having count(*) > 1
  $$,
  'No start of a provider is offered twice'
);

select * from finish();
rollback;
