-- Availability: which starts are open. find_open_slots lists them; claim_slot_atomic asks the same functions whether one
-- start is among them, so what is offered can be claimed and what can be claimed is offered.
--
-- Wall clocks become instants here and nowhere else. A clinic's hours are wall-clock; steps, notice and durations are
-- elapsed time. On the night when clocks go back, Postgres takes the later of two equal wall clocks; a wall clock that
-- the spring change skips means as many minutes after the change.

create function private.opening_windows(
  p_org_id uuid,
  p_service_id uuid,
  p_provider_id uuid,
  p_from timestamptz,
  p_to timestamptz
)
returns table (provider_id uuid, opens_at timestamptz, closes_at timestamptz)
language plpgsql
stable
set search_path = ''
as $$
declare
  v_timezone text;
  v_first_day date;
begin
  select o.timezone, (p_from at time zone o.timezone)::date - 1
  into v_timezone, v_first_day
  from public.organizations o
  where o.id = p_org_id;

  return query
  select a.provider_id, w.opens_at, w.closes_at
  from generate_series(0, (p_to at time zone v_timezone)::date - v_first_day) n
  cross join lateral (select v_first_day + n as day) d
  join public.provider_services s
    on s.org_id = p_org_id
    and s.service_id = p_service_id
    and (p_provider_id is null or s.provider_id = p_provider_id)
  join public.resources r
    on r.org_id = s.org_id
    and r.id = s.provider_id
    and r.is_active
  join public.availability a
    on a.org_id = s.org_id
    and a.provider_id = s.provider_id
    and a.weekday = extract(isodow from d.day)
    and d.day >= coalesce(a.valid_from, '-infinity')
    and d.day <= coalesce(a.valid_to, 'infinity')
  cross join lateral (
    select
      (d.day + a.opens_at) at time zone v_timezone as opens_at,
      (d.day + case when a.closes_at <= a.opens_at then 1 else 0 end + a.closes_at) at time zone v_timezone as closes_at
  ) w
  where w.closes_at > p_from
    and w.opens_at < p_to
    -- A zone that moved over the date line skipped a day; its hours are nobody's on the next.
    and (d.day + 1)::timestamp at time zone v_timezone > d.day::timestamp at time zone v_timezone;
end;
$$;
comment on function private.opening_windows(uuid, uuid, uuid, timestamptz, timestamptz) is
  'The hours of each provider of a service (of one provider, if named) that touch a span, as instants. Hours across midnight belong to the day on which they open, so the day before is looked at too.';
revoke all on function private.opening_windows(uuid, uuid, uuid, timestamptz, timestamptz) from public;
grant execute on function private.opening_windows(uuid, uuid, uuid, timestamptz, timestamptz) to booking_engine;

create function private.away_spans(p_org_id uuid, p_resource_id uuid, p_from timestamptz, p_to timestamptz)
returns tstzmultirange
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(range_agg(span), '{}')
    from (
      select tstzrange(t.starts_at, t.ends_at) as span
      from public.time_off t
      where t.org_id = p_org_id
        and (t.resource_id = p_resource_id or t.resource_id is null)
      union all
      select tstzrange(
        h.day::timestamp at time zone o.timezone,
        (h.day + 1)::timestamp at time zone o.timezone
      )
      from public.holidays h
      join public.organizations o on o.id = h.org_id
      where h.org_id = p_org_id
        and h.day between (p_from at time zone o.timezone)::date - 1 and (p_to at time zone o.timezone)::date + 1
    ) spans
    where span && tstzrange(p_from, p_to)
  );
end;
$$;
comment on function private.away_spans(uuid, uuid, timestamptz, timestamptz) is
  'When a provider, room or device is away within a span: its own time off, the clinic''s, and holidays.';
revoke all on function private.away_spans(uuid, uuid, timestamptz, timestamptz) from public;
grant execute on function private.away_spans(uuid, uuid, timestamptz, timestamptz) to booking_engine;

create function private.taken_spans(p_org_id uuid, p_resource_id uuid, p_from timestamptz, p_to timestamptz)
returns tstzmultirange
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(range_agg(c.during), '{}')
    from public.slot_claims c
    where c.org_id = p_org_id
      and c.resource_id = p_resource_id
      and c.during && tstzrange(p_from, p_to)
      and (c.expires_at is null or c.expires_at > now())
  );
end;
$$;
comment on function private.taken_spans(uuid, uuid, timestamptz, timestamptz) is
  'The time of a resource that the ledger shows as taken within a span; claims of holds past their end do not count.';
revoke all on function private.taken_spans(uuid, uuid, timestamptz, timestamptz) from public;
grant execute on function private.taken_spans(uuid, uuid, timestamptz, timestamptz) to booking_engine;

create function private.bookable_from(p_service public.services)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
begin
  return now() + make_interval(mins => p_service.min_notice_minutes);
end;
$$;
comment on function private.bookable_from(public.services) is
  'The first instant at which an appointment for a service may start: now and its notice, in elapsed time.';
revoke all on function private.bookable_from(public.services) from public;
grant execute on function private.bookable_from(public.services) to booking_engine;

create function private.bookable_until(p_service public.services, p_timezone text)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
begin
  return ((now() at time zone p_timezone)::date + p_service.horizon_days + 1)::timestamp at time zone p_timezone;
end;
$$;
comment on function private.bookable_until(public.services, text) is
  'The end of the last bookable day: local midnight after today and the service''s horizon.';
revoke all on function private.bookable_until(public.services, text) from public;
grant execute on function private.bookable_until(public.services, text) to booking_engine;

create function private.open_slots(
  p_org_id uuid,
  p_service_id uuid,
  p_provider_id uuid,
  p_from timestamptz,
  p_to timestamptz,
  p_limit integer
)
returns table (provider_id uuid, starts_at timestamptz, ends_at timestamptz)
language plpgsql
stable
set search_path = ''
as $$
declare
  v_service public.services;
  v_timezone text;
  v_from timestamptz;
  v_to timestamptz;
  v_duration interval;
  v_before interval;
  v_after interval;
  v_step interval;
begin
  select s.*
  into v_service
  from public.services s
  where s.org_id = p_org_id
    and s.id = p_service_id
    and s.is_active;
  select o.timezone
  into v_timezone
  from public.organizations o
  where o.id = p_org_id;
  v_from := greatest(p_from, private.bookable_from(v_service));
  v_to := least(p_to, private.bookable_until(v_service, v_timezone));
  if v_service.id is null or v_from >= v_to then
    return;
  end if;
  v_duration := make_interval(mins => v_service.duration_minutes);
  v_before := make_interval(mins => v_service.buffer_before_minutes);
  v_after := make_interval(mins => v_service.buffer_after_minutes);
  v_step := make_interval(mins => v_service.slot_step_minutes);

  return query
  with windows as materialized (
    select *
    from private.opening_windows(p_org_id, p_service_id, p_provider_id, v_from, v_to)
  ),
  candidates as materialized (
    select
      p.provider_id,
      p.menu_position,
      private.away_spans(p_org_id, p.provider_id, v_from, v_to + v_duration) as away,
      private.taken_spans(p_org_id, p.provider_id, v_from - v_before, v_to + v_duration + v_after) as taken
    from (
      select distinct w.provider_id, p.menu_position
      from windows w
      join public.providers p on p.org_id = p_org_id and p.id = w.provider_id
    ) p
  ),
  -- Rooms and devices: what each kind's pieces cannot be used for. Their own time off, as claiming asks: when the whole
  -- clinic pauses, its providers are away too, and a buffer may lie in the pause.
  pieces as materialized (
    select
      s.kind,
      (
        select coalesce(range_agg(tstzrange(t.starts_at, t.ends_at)), '{}')
        from public.time_off t
        where t.org_id = p_org_id
          and t.resource_id = s.resource_id
          and t.starts_at < v_to + v_duration + v_after
          and t.ends_at > v_from - v_before
      ) + private.taken_spans(p_org_id, s.resource_id, v_from - v_before, v_to + v_duration + v_after) as blocked
    from public.service_resources s
    join public.resources r
      on r.org_id = s.org_id
      and r.id = s.resource_id
    where s.org_id = p_org_id
      and s.service_id = p_service_id
      and r.is_active
  ),
  kinds as materialized (
    select distinct s.kind
    from public.service_resources s
    where s.org_id = p_org_id
      and s.service_id = p_service_id
  ),
  starts as (
    select distinct w.provider_id, g.at
    from windows w
    cross join lateral generate_series(
      w.opens_at + v_step * greatest(0, ceil(extract(epoch from v_from - w.opens_at) / extract(epoch from v_step)))::float8,
      w.closes_at - v_duration,
      v_step
    ) g (at)
    where g.at < v_to
  )
  select s.provider_id, s.at, s.at + v_duration
  from starts s
  join candidates c on c.provider_id = s.provider_id
  where not c.away && tstzrange(s.at, s.at + v_duration)
    and not c.taken && tstzrange(s.at - v_before, s.at + v_duration + v_after)
    and not exists (
      select 1
      from kinds k
      where not exists (
        select 1
        from pieces i
        where i.kind = k.kind
          and not i.blocked && tstzrange(s.at - v_before, s.at + v_duration + v_after)
      )
    )
  order by
    s.at,
    case
      when v_service.assignment = 'spread' then (
        select count(*)
        from public.appointments a
        where a.org_id = p_org_id
          and a.provider_id = s.provider_id
          and a.starts_at >= (s.at at time zone v_timezone)::date::timestamp at time zone v_timezone
          and a.starts_at < ((s.at at time zone v_timezone)::date + 1)::timestamp at time zone v_timezone
          and a.status not in ('cancelled', 'noshow')
      )
    end,
    c.menu_position,
    s.provider_id
  limit p_limit;
end;
$$;
comment on function private.open_slots(uuid, uuid, uuid, timestamptz, timestamptz, integer) is
  'Every start in [from, to) that can be claimed right now, soonest first; at one time, the provider whom the service''s assignment names first.';
revoke all on function private.open_slots(uuid, uuid, uuid, timestamptz, timestamptz, integer) from public;
grant execute on function private.open_slots(uuid, uuid, uuid, timestamptz, timestamptz, integer) to booking_engine;

create function private.why_not_bookable(
  p_org_id uuid,
  p_service_id uuid,
  p_provider_id uuid,
  p_starts_at timestamptz
)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_service public.services;
  v_timezone text;
  v_offered boolean;
  v_ends_at timestamptz;
begin
  select s.*
  into v_service
  from public.services s
  where s.org_id = p_org_id
    and s.id = p_service_id;
  if not found then
    return 'not_found';
  end if;
  select r.is_active and v_service.is_active and exists (
    select 1
    from public.provider_services p
    where p.org_id = p_org_id
      and p.provider_id = p_provider_id
      and p.service_id = p_service_id
  )
  into v_offered
  from public.resources r
  where r.org_id = p_org_id
    and r.id = p_provider_id
    and r.kind = 'provider';
  if v_offered is null then
    return 'not_found';
  elsif not v_offered then
    return 'not_offered';
  end if;

  select o.timezone
  into v_timezone
  from public.organizations o
  where o.id = p_org_id;
  if p_starts_at < private.bookable_from(v_service) then
    return 'too_soon';
  elsif p_starts_at >= private.bookable_until(v_service, v_timezone) then
    return 'too_far';
  end if;

  v_ends_at := p_starts_at + make_interval(mins => v_service.duration_minutes);
  return (
    select case
      when w.within is null
        or private.away_spans(p_org_id, p_provider_id, p_starts_at, v_ends_at) && tstzrange(p_starts_at, v_ends_at)
        then 'outside_hours'
      when not w.on_step
        then 'not_offered'
    end
    from (
      select
        bool_or(true) as within,
        bool_or(
          mod(extract(epoch from p_starts_at - o.opens_at), v_service.slot_step_minutes * 60) = 0
        ) as on_step
      from private.opening_windows(p_org_id, p_service_id, p_provider_id, p_starts_at, v_ends_at) o
      where o.opens_at <= p_starts_at
        and o.closes_at >= v_ends_at
    ) w
  );
end;
$$;
comment on function private.why_not_bookable(uuid, uuid, uuid, timestamptz) is
  'Null when a start may be claimed as far as hours, notice, horizon and steps go; else the reason. Whether it is taken, the ledger tells.';
revoke all on function private.why_not_bookable(uuid, uuid, uuid, timestamptz) from public;
grant execute on function private.why_not_bookable(uuid, uuid, uuid, timestamptz) to booking_engine;

-- How slots are told ---------------------------------------------------------------------------------------------------

create function private.slot(
  p_org_id uuid,
  p_service_id uuid,
  p_provider_id uuid,
  p_starts_at timestamptz,
  p_ends_at timestamptz
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'provider_id', p_provider_id,
      'provider_name', coalesce(p.spoken_name, r.name),
      'service_id', p_service_id,
      'service_name', s.name,
      'starts_at', p_starts_at,
      'ends_at', p_ends_at,
      'starts_local', p_starts_at at time zone o.timezone,
      'ends_local', p_ends_at at time zone o.timezone
    )
    from public.organizations o
    join public.resources r on r.org_id = o.id
    join public.providers p on p.org_id = r.org_id and p.id = r.id
    join public.services s on s.org_id = o.id
    where o.id = p_org_id
      and r.id = p_provider_id
      and s.id = p_service_id
  );
end;
$$;
comment on function private.slot(uuid, uuid, uuid, timestamptz, timestamptz) is
  'A slot as every RPC tells it: provider, service, instants, and the clinic''s wall clock, so that nobody else converts.';
revoke all on function private.slot(uuid, uuid, uuid, timestamptz, timestamptz) from public;
grant execute on function private.slot(uuid, uuid, uuid, timestamptz, timestamptz) to booking_engine;

create function private.open_slots_told(
  p_org_id uuid,
  p_service_id uuid,
  p_provider_id uuid,
  p_from timestamptz,
  p_to timestamptz,
  p_limit integer
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(
      jsonb_agg(private.slot(p_org_id, p_service_id, o.provider_id, o.starts_at, o.ends_at) order by o.nth),
      '[]'
    )
    from private.open_slots(p_org_id, p_service_id, p_provider_id, p_from, p_to, p_limit)
      with ordinality o (provider_id, starts_at, ends_at, nth)
  );
end;
$$;
comment on function private.open_slots_told(uuid, uuid, uuid, timestamptz, timestamptz, integer) is
  'private.open_slots as the jsonb array that RPCs answer with.';
revoke all on function private.open_slots_told(uuid, uuid, uuid, timestamptz, timestamptz, integer) from public;
grant execute on function private.open_slots_told(uuid, uuid, uuid, timestamptz, timestamptz, integer) to booking_engine;

create function private.alternatives(p_org_id uuid, p_service_id uuid, p_starts_at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_from constant timestamptz := greatest(p_starts_at, now());
  v_slots jsonb;
begin
  -- Nearly always the next week has some; only a full clinic pays for the long look.
  v_slots := private.open_slots_told(p_org_id, p_service_id, null, v_from, v_from + interval '7 days', 3);
  if v_slots = '[]' then
    v_slots := private.open_slots_told(p_org_id, p_service_id, null, now(), v_from + interval '90 days', 3);
  end if;
  return v_slots;
end;
$$;
comment on function private.alternatives(uuid, uuid, timestamptz) is
  'Up to three open slots of a service, the first ones from a start on, with any provider: what to offer instead of it.';
revoke all on function private.alternatives(uuid, uuid, timestamptz) from public;
grant execute on function private.alternatives(uuid, uuid, timestamptz) to booking_engine;

create function public.find_open_slots(
  p_org_id uuid,
  p_service_id uuid,
  p_from timestamptz,
  p_to timestamptz,
  p_provider_id uuid default null,
  p_limit integer default 10,
  p_call_sid text default null
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_service public.services;
  v_timezone text;
begin
  if p_org_id is null
    or p_service_id is null
    or p_from is null
    or p_to is null
    or not isfinite(p_from)
    or not isfinite(p_to)
    or p_to <= p_from
    or p_limit is null
    or p_limit not between 1 and 5000
  then
    return private.failure('invalid_input');
  end if;
  perform private.enter_clinic(p_org_id);

  select s.*
  into v_service
  from public.services s
  where s.org_id = p_org_id
    and s.id = p_service_id
    and s.is_active;
  if not found or (
    p_provider_id is not null and not exists (
      select 1
      from public.providers p
      where p.org_id = p_org_id
        and p.id = p_provider_id
    )
  ) then
    return private.failure('not_found');
  end if;
  select o.timezone
  into v_timezone
  from public.organizations o
  where o.id = p_org_id;

  if p_to <= private.bookable_from(v_service) then
    return private.failure('too_soon');
  elsif p_from >= private.bookable_until(v_service, v_timezone) then
    return private.failure('too_far')
      || jsonb_build_object('latest_local', (now() at time zone v_timezone)::date + v_service.horizon_days);
  end if;
  if p_call_sid is not null then
    perform private.note_progress(p_org_id, p_call_sid, 'choosing_time');
  end if;
  return jsonb_build_object(
    'success', true,
    'slots', private.open_slots_told(p_org_id, p_service_id, p_provider_id, p_from, p_to, p_limit),
    'timezone', v_timezone,
    'local_now', date_trunc('second', now() at time zone v_timezone)
  );
end;
$$;
comment on function public.find_open_slots(uuid, uuid, timestamptz, timestamptz, uuid, integer, text) is
  'Open slots of a service that start in [p_from, p_to), soonest first, at most p_limit (1 to 5000); p_call_sid notes the call''s progress. Fails with invalid_input, not_found, too_soon (the span has passed or lies within the notice), too_far (with latest_local, the last bookable day).';
revoke all on function public.find_open_slots(uuid, uuid, timestamptz, timestamptz, uuid, integer, text) from public, anon, authenticated;
grant execute on function public.find_open_slots(uuid, uuid, timestamptz, timestamptz, uuid, integer, text) to service_role;
alter function public.find_open_slots(uuid, uuid, timestamptz, timestamptz, uuid, integer, text) owner to booking_engine;
