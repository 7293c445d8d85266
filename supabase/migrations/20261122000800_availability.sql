-- Availability: which starts are open. find_open_slots lists them; claim_slot_atomic asks the same functions whether one
-- start is among them, so what is offered can be claimed and what can be claimed is offered.
--
-- Wall clocks become instants here and nowhere else. A clinic's hours are wall-clock; steps, notice and durations are
-- elapsed time. On the night when clocks go back, Postgres takes the later of two equal wall clocks; a wall clock that
-- the spring change skips means as many minutes after the change.

create function private.opening_windows(
  p_org_id uuid,
  p_provider_id uuid,
  p_timezone text,
  p_from timestamptz,
  p_to timestamptz
)
returns tstzrange[]
language plpgsql
stable
set search_path = ''
as $$
declare
  -- Hours last a day at most, which is 25 hours when clocks go back.
  v_first_day constant date := ((p_from - interval '25 hours') at time zone p_timezone)::date;
  v_days constant integer := (p_to at time zone p_timezone)::date - v_first_day;
begin
  return array(
    select tstzrange(w.opens_at, w.closes_at)
    from public.availability a
    -- Its weekday's days within the span.
    cross join lateral generate_series((a.weekday - extract(isodow from v_first_day)::integer + 7) % 7, v_days, 7) n
    cross join lateral (select v_first_day + n as day) d
    cross join lateral (
      select
        (d.day + a.opens_at) at time zone p_timezone as opens_at,
        (d.day + case when a.closes_at <= a.opens_at then 1 else 0 end + a.closes_at) at time zone p_timezone as closes_at
    ) w
    where a.org_id = p_org_id
      and a.provider_id = p_provider_id
      and d.day >= coalesce(a.valid_from, '-infinity')
      and d.day <= coalesce(a.valid_to, 'infinity')
      and w.closes_at > greatest(p_from, w.opens_at)
      and w.opens_at < p_to
      -- A zone that moved over the date line skipped a day; its hours are nobody's on the next.
      and (d.day + 1)::timestamp at time zone p_timezone > d.day::timestamp at time zone p_timezone
  );
end;
$$;
comment on function private.opening_windows(uuid, uuid, text, timestamptz, timestamptz) is
  'The hours of a provider that touch a span, as instants. Hours across midnight belong to the day on which they open, so the day before is looked at too.';
revoke all on function private.opening_windows(uuid, uuid, text, timestamptz, timestamptz) from public;
grant execute on function private.opening_windows(uuid, uuid, text, timestamptz, timestamptz) to booking_engine;

create function private.away_spans(
  p_org_id uuid,
  p_resource_id uuid,
  p_timezone text,
  p_from timestamptz,
  p_to timestamptz
)
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
        h.day::timestamp at time zone p_timezone,
        (h.day + 1)::timestamp at time zone p_timezone
      )
      from public.holidays h
      where h.org_id = p_org_id
        and h.day between (p_from at time zone p_timezone)::date - 1 and (p_to at time zone p_timezone)::date + 1
    ) spans
    where span && tstzrange(p_from, p_to)
  );
end;
$$;
comment on function private.away_spans(uuid, uuid, text, timestamptz, timestamptz) is
  'When a provider, room or device is away within a span: its own time off, the clinic''s, and holidays.';
revoke all on function private.away_spans(uuid, uuid, text, timestamptz, timestamptz) from public;
grant execute on function private.away_spans(uuid, uuid, text, timestamptz, timestamptz) to booking_engine;

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

create function private.open_slots_within(
  p_service public.services,
  p_timezone text,
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
  v_duration constant interval := make_interval(mins => p_service.duration_minutes);
  v_before constant interval := make_interval(mins => p_service.buffer_before_minutes);
  v_after constant interval := make_interval(mins => p_service.buffer_after_minutes);
  v_step constant interval := make_interval(mins => p_service.slot_step_minutes);
begin
  return query
  with candidates as materialized (
    select
      p.id as provider_id,
      p.menu_position,
      private.away_spans(p_service.org_id, p.id, p_timezone, p_from, p_to + v_duration) as away,
      private.taken_spans(p_service.org_id, p.id, p_from - v_before, p_to + v_duration + v_after) as taken
    from public.provider_services s
    join public.resources r
      on r.org_id = s.org_id
      and r.id = s.provider_id
      and r.is_active
    join public.providers p
      on p.org_id = r.org_id
      and p.id = r.id
    where s.org_id = p_service.org_id
      and s.service_id = p_service.id
      and (p_provider_id is null or s.provider_id = p_provider_id)
  ),
  -- Rooms and devices: what each kind's pieces cannot be used for. Their own time off, as claiming asks: when the whole
  -- clinic pauses, its providers are away too, and a buffer may lie in the pause.
  pieces as materialized (
    select
      s.kind,
      (
        select coalesce(range_agg(tstzrange(t.starts_at, t.ends_at)), '{}')
        from public.time_off t
        where t.org_id = p_service.org_id
          and t.resource_id = s.resource_id
          and t.starts_at < p_to + v_duration + v_after
          and t.ends_at > p_from - v_before
      ) + private.taken_spans(p_service.org_id, s.resource_id, p_from - v_before, p_to + v_duration + v_after) as blocked
    from public.service_resources s
    join public.resources r
      on r.org_id = s.org_id
      and r.id = s.resource_id
    where s.org_id = p_service.org_id
      and s.service_id = p_service.id
      and r.is_active
  ),
  kinds as materialized (
    select distinct s.kind
    from public.service_resources s
    where s.org_id = p_service.org_id
      and s.service_id = p_service.id
  ),
  starts as (
    select distinct c.provider_id, g.at
    from candidates c
    cross join lateral unnest(
      private.opening_windows(p_service.org_id, c.provider_id, p_timezone, p_from, p_to)
    ) w
    cross join lateral generate_series(
      lower(w) + v_step * greatest(0, ceil(extract(epoch from p_from - lower(w)) / extract(epoch from v_step)))::float8,
      upper(w) - v_duration,
      v_step
    ) g (at)
    where g.at < p_to
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
      when p_service.assignment = 'spread' then (
        select count(*)
        from public.appointments a
        where a.org_id = p_service.org_id
          and a.provider_id = s.provider_id
          and a.starts_at >= (s.at at time zone p_timezone)::date::timestamp at time zone p_timezone
          and a.starts_at < ((s.at at time zone p_timezone)::date + 1)::timestamp at time zone p_timezone
          and a.status not in ('cancelled', 'noshow')
      )
    end,
    c.menu_position,
    s.provider_id
  limit p_limit;
end;
$$;
comment on function private.open_slots_within(public.services, text, uuid, timestamptz, timestamptz, integer) is
  'The first starts in [from, to) for which hours, absences and the ledger leave room; notice and horizon are not asked here.';
revoke all on function private.open_slots_within(public.services, text, uuid, timestamptz, timestamptz, integer) from public;
grant execute on function private.open_slots_within(public.services, text, uuid, timestamptz, timestamptz, integer) to booking_engine;

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
  v_last timestamptz;
  v_span interval := '1 day';
  v_left integer := p_limit;
  v_found integer;
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
  v_last := least(p_to, private.bookable_until(v_service, v_timezone));

  -- A day first, then ever longer spans: even a search over months most often ends within days.
  while v_left > 0 and v_from < v_last loop
    v_to := least(v_from + v_span, v_last);
    return query
    select *
    from private.open_slots_within(v_service, v_timezone, p_provider_id, v_from, v_to, v_left);
    get diagnostics v_found = row_count;
    v_left := v_left - v_found;
    v_from := v_to;
    v_span := v_span * 4;
  end loop;
end;
$$;
comment on function private.open_slots(uuid, uuid, uuid, timestamptz, timestamptz, integer) is
  'Every start in [from, to) that can be claimed right now, soonest first; at one time, the provider whom the service''s assignment names first.';
revoke all on function private.open_slots(uuid, uuid, uuid, timestamptz, timestamptz, integer) from public;
grant execute on function private.open_slots(uuid, uuid, uuid, timestamptz, timestamptz, integer) to booking_engine;

create function private.judge_start(
  p_org_id uuid,
  p_service_id uuid,
  p_provider_id uuid,
  p_starts_at timestamptz,
  out reason text,
  out ends_at timestamptz,
  out during tstzrange,
  out slot jsonb
)
language plpgsql
stable
set search_path = ''
as $$
declare
  v record;
  v_window tstzrange;
  v_within boolean := false;
  v_on_step boolean := false;
begin
  select
    s as service,
    o.timezone,
    coalesce(p.spoken_name, r.name) as provider_name,
    p.id is not null as is_provider,
    s.is_active and r.is_active and g.service_id is not null as is_offered
  into v
  from public.services s
  join public.organizations o on o.id = s.org_id
  left join public.providers p
    on p.org_id = s.org_id
    and p.id = p_provider_id
  left join public.resources r
    on r.org_id = p.org_id
    and r.id = p.id
  left join public.provider_services g
    on g.org_id = p.org_id
    and g.provider_id = p.id
    and g.service_id = s.id
  where s.org_id = p_org_id
    and s.id = p_service_id;
  if not found or not v.is_provider then
    reason := 'not_found';
  elsif not v.is_offered then
    reason := 'not_offered';
  elsif p_starts_at < private.bookable_from(v.service) then
    reason := 'too_soon';
  elsif p_starts_at >= private.bookable_until(v.service, v.timezone) then
    reason := 'too_far';
  else
    ends_at := p_starts_at + make_interval(mins => (v.service).duration_minutes);
    during := tstzrange(
      p_starts_at - make_interval(mins => (v.service).buffer_before_minutes),
      ends_at + make_interval(mins => (v.service).buffer_after_minutes)
    );
    foreach v_window in array private.opening_windows(p_org_id, p_provider_id, v.timezone, p_starts_at, ends_at) loop
      if v_window @> tstzrange(p_starts_at, ends_at) then
        v_within := true;
        v_on_step := v_on_step
          or mod(extract(epoch from p_starts_at - lower(v_window)), (v.service).slot_step_minutes * 60) = 0;
      end if;
    end loop;
    if not v_within
      or private.away_spans(p_org_id, p_provider_id, v.timezone, p_starts_at, ends_at) && tstzrange(p_starts_at, ends_at)
    then
      reason := 'outside_hours';
    elsif not v_on_step then
      reason := 'not_offered';
    else
      slot := private.slot_told(
        p_provider_id, v.provider_name, p_service_id, (v.service).name, p_starts_at, ends_at, v.timezone
      );
    end if;
  end if;
end;
$$;
comment on function private.judge_start(uuid, uuid, uuid, timestamptz) is
  'Whether a start may be claimed as far as hours, notice, horizon and steps go: reason is null, ends_at and during (with buffers) say what it takes, slot how it is told; or the reason why not. Whether it is taken, the ledger tells.';
revoke all on function private.judge_start(uuid, uuid, uuid, timestamptz) from public;
grant execute on function private.judge_start(uuid, uuid, uuid, timestamptz) to booking_engine;
