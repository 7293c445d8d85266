-- Openings: which starts are open. Open slots are computed, never stored. find_open_slots lists them; claim_slot_atomic asks
-- the same functions whether one start is among them, so what is offered can be claimed and what can be claimed is offered.
--
-- Wall clocks become instants here and in the catalogue's absences, nowhere else. A clinic's hours are wall-clock; steps,
-- notice and durations are elapsed time. On the night when clocks go back, Postgres takes the later of two equal wall clocks;
-- a wall clock that the spring change skips means as many minutes after the change.

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

-- Search --------------------------------------------------------------------------------------------------------------

create function private.provider_calendars(
  p_service public.services,
  p_timezone text,
  p_provider_id uuid,
  p_from timestamptz,
  p_to timestamptz
)
returns table (provider_id uuid, menu_position smallint, away tstzmultirange, taken tstzmultirange)
language plpgsql
stable
rows 5
set search_path = ''
as $$
declare
  v_before constant interval := make_interval(mins => p_service.buffer_before_minutes);
  v_last_end constant timestamptz := p_to + make_interval(mins => p_service.duration_minutes);
  v_after constant interval := make_interval(mins => p_service.buffer_after_minutes);
begin
  return query
  select
    p.id,
    p.menu_position,
    private.absences(p_service.org_id, p.id, p_timezone, p_from, v_last_end),
    private.taken_spans(p_service.org_id, p.id, p_from - v_before, v_last_end + v_after)
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
    and (p_provider_id is null or s.provider_id = p_provider_id);
end;
$$;
comment on function private.provider_calendars(public.services, text, uuid, timestamptz, timestamptz) is
  'Who gives a service (p_provider_id or all), and when they are away or taken for starts in [p_from, p_to).';

create function private.room_calendars(p_service public.services, p_from timestamptz, p_to timestamptz)
returns table (kind text, blocked tstzmultirange[])
language plpgsql
stable
rows 2
set search_path = ''
as $$
declare
  v_from constant timestamptz := p_from - make_interval(mins => p_service.buffer_before_minutes);
  v_to constant timestamptz := p_to
    + make_interval(mins => p_service.duration_minutes)
    + make_interval(mins => p_service.buffer_after_minutes);
begin
  return query
  select
    s.kind,
    coalesce(
      array_agg(away.spans + private.taken_spans(p_service.org_id, s.resource_id, v_from, v_to)) filter (where r.is_active),
      '{}'
    )
  from public.service_resources s
  join public.resources r
    on r.org_id = s.org_id
    and r.id = s.resource_id
  -- Their own time off, as claiming asks: when the whole clinic pauses, its providers are away too, and a buffer may lie in
  -- the pause.
  cross join lateral (
    select coalesce(range_agg(tstzrange(t.starts_at, t.ends_at)), '{}') as spans
    from public.time_off t
    where t.org_id = p_service.org_id
      and t.resource_id = s.resource_id
      and t.starts_at < v_to
      and t.ends_at > v_from
  ) away
  where s.org_id = p_service.org_id
    and s.service_id = p_service.id
  group by s.kind;
end;
$$;
comment on function private.room_calendars(public.services, timestamptz, timestamptz) is
  'For each kind of room or device that a service needs, when each of its pieces cannot be used for starts in [p_from, p_to).';

create function private.appointments_that_day(p_org_id uuid, p_provider_id uuid, p_at timestamptz, p_timezone text)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
declare
  v_day constant date := (p_at at time zone p_timezone)::date;
begin
  return (
    select count(*)
    from public.appointments a
    where a.org_id = p_org_id
      and a.provider_id = p_provider_id
      and a.starts_at >= v_day::timestamp at time zone p_timezone
      and a.starts_at < (v_day + 1)::timestamp at time zone p_timezone
      and a.status not in ('cancelled', 'noshow')
  );
end;
$$;
comment on function private.appointments_that_day(uuid, uuid, timestamptz, text) is
  'How many appointments a provider has on the local day of an instant.';

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
    select *
    from private.provider_calendars(p_service, p_timezone, p_provider_id, p_from, p_to)
  ),
  rooms as materialized (
    select *
    from private.room_calendars(p_service, p_from, p_to)
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
      from rooms k
      where not exists (
        select 1
        from unnest(k.blocked) b
        where not b && tstzrange(s.at - v_before, s.at + v_duration + v_after)
      )
    )
  order by
    s.at,
    case
      when p_service.assignment = 'spread'
        then private.appointments_that_day(p_service.org_id, s.provider_id, s.at, p_timezone)
    end,
    c.menu_position,
    s.provider_id
  limit p_limit;
end;
$$;
comment on function private.open_slots_within(public.services, text, uuid, timestamptz, timestamptz, integer) is
  'The first starts in [from, to) for which hours, absences and the ledger leave room; notice and horizon are not asked here.';

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
  v_service constant public.services := private.active_service(p_org_id, p_service_id);
  v_timezone constant text := private.timezone_of(p_org_id);
  v_from timestamptz := greatest(p_from, private.bookable_from(v_service));
  v_last constant timestamptz := least(p_to, private.bookable_until(v_service, v_timezone));
  v_to timestamptz;
  v_span interval := '1 day';
  v_left integer := p_limit;
  v_found integer;
begin
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

-- How a slot is put into an answer ------------------------------------------------------------------------------------

create function private.slot_json(
  p_provider_id uuid,
  p_provider_name text,
  p_service_id uuid,
  p_service_name text,
  p_starts_at timestamptz,
  p_ends_at timestamptz,
  p_timezone text
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'provider_id', p_provider_id,
    'provider_name', p_provider_name,
    'service_id', p_service_id,
    'service_name', p_service_name,
    'starts_at', p_starts_at,
    'ends_at', p_ends_at,
    'starts_local', p_starts_at at time zone p_timezone,
    'ends_local', p_ends_at at time zone p_timezone
  );
end;
$$;
comment on function private.slot_json(uuid, text, uuid, text, timestamptz, timestamptz, text) is
  'A slot as every RPC tells it: provider, service, instants, and the clinic''s wall clock, so that nobody else converts.';

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
    select private.slot_json(
      p.id, coalesce(p.spoken_name, r.name), s.id, s.name, p_starts_at, p_ends_at, o.timezone
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
  'private.slot_json, with the names and the time zone looked up.';

create function private.open_slots_json(
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
      jsonb_agg(
        private.slot_json(
          p.id, coalesce(p.spoken_name, r.name), s.id, s.name, f.starts_at, f.ends_at, o.timezone
        )
        order by f.nth
      ),
      '[]'
    )
    from private.open_slots(p_org_id, p_service_id, p_provider_id, p_from, p_to, p_limit)
      with ordinality f (provider_id, starts_at, ends_at, nth)
    join public.providers p on p.org_id = p_org_id and p.id = f.provider_id
    join public.resources r on r.org_id = p.org_id and r.id = p.id
    join public.services s on s.org_id = p.org_id and s.id = p_service_id
    join public.organizations o on o.id = p.org_id
  );
end;
$$;
comment on function private.open_slots_json(uuid, uuid, uuid, timestamptz, timestamptz, integer) is
  'private.open_slots as the jsonb array that RPCs answer with.';

-- One start -----------------------------------------------------------------------------------------------------------

create function private.check_hours(
  p_service public.services,
  p_provider_id uuid,
  p_timezone text,
  p_starts_at timestamptz,
  p_ends_at timestamptz
)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_time constant tstzrange := tstzrange(p_starts_at, p_ends_at);
  v_within boolean;
  v_on_step boolean;
begin
  select
    count(*) > 0,
    coalesce(bool_or(mod(extract(epoch from p_starts_at - lower(w)), p_service.slot_step_minutes * 60) = 0), false)
  into v_within, v_on_step
  from unnest(private.opening_windows(p_service.org_id, p_provider_id, p_timezone, p_starts_at, p_ends_at)) w
  where w @> v_time;
  if not v_within
    or private.absences(p_service.org_id, p_provider_id, p_timezone, p_starts_at, p_ends_at) && v_time
  then
    return 'outside_hours';
  elsif not v_on_step then
    return 'not_offered';
  end if;
  return null;
end;
$$;
comment on function private.check_hours(public.services, uuid, text, timestamptz, timestamptz) is
  'Null when a span lies within a provider''s hours, outside absences, and starts on a step of the service; or the reason why not.';

create function private.check_start(
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
    reason := private.check_hours(v.service, p_provider_id, v.timezone, p_starts_at, ends_at);
    if reason is null then
      slot := private.slot_json(
        p_provider_id, v.provider_name, p_service_id, (v.service).name, p_starts_at, ends_at, v.timezone
      );
    end if;
  end if;
end;
$$;
comment on function private.check_start(uuid, uuid, uuid, timestamptz) is
  'Whether a start may be claimed as far as hours, notice, horizon and steps go: reason is null, ends_at and during (with buffers) say what it takes, slot is how answers give it; or the reason why not. Whether it is taken, only the ledger knows.';

create function private.alternatives(p_org_id uuid, p_service_id uuid, p_starts_at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  -- No horizon is longer than two years; a start at the end of time has no week after it.
  v_from constant timestamptz := least(greatest(p_starts_at, now()), now() + interval '2 years');
  v_slots jsonb;
begin
  -- Nearly always the next week has some; only a full clinic pays for the long look.
  v_slots := private.open_slots_json(p_org_id, p_service_id, null, v_from, v_from + interval '7 days', 3);
  if v_slots = '[]' then
    v_slots := private.open_slots_json(p_org_id, p_service_id, null, now(), v_from + interval '90 days', 3);
  end if;
  return v_slots;
end;
$$;
comment on function private.alternatives(uuid, uuid, timestamptz) is
  'Up to three open slots of a service, the first ones from a start on, with any provider: what to offer instead of it.';

create function private.failure_with_alternatives(
  p_reason text,
  p_org_id uuid,
  p_service_id uuid,
  p_starts_at timestamptz
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return private.failure(p_reason) || jsonb_build_object('alternatives', case
    when p_reason = 'not_found' then '[]'
    else private.alternatives(p_org_id, p_service_id, p_starts_at)
  end);
end;
$$;
comment on function private.failure_with_alternatives(text, uuid, uuid, timestamptz) is
  'A failure, and what is open instead of the start that it is about.';

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
    or p_to < p_from
    or p_limit is null
    or p_limit not between 1 and 5000
  then
    return private.failure('invalid_input');
  end if;
  perform private.enter_clinic(p_org_id, 'find_open_slots', p_call_sid);
  v_service := private.active_service(p_org_id, p_service_id);
  if v_service.id is null
    or (p_provider_id is not null and not private.is_provider(p_org_id, p_provider_id))
  then
    return private.failure('not_found');
  end if;

  v_timezone := private.timezone_of(p_org_id);
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
    'slots', private.open_slots_json(p_org_id, p_service_id, p_provider_id, p_from, p_to, p_limit),
    'timezone', v_timezone,
    'local_now', date_trunc('second', now() at time zone v_timezone)
  );
end;
$$;
comment on function public.find_open_slots(uuid, uuid, timestamptz, timestamptz, uuid, integer, text) is
  'Open slots of a service that start in [p_from, p_to), soonest first, at most p_limit (1 to 5000); none in an empty span, as a day is that a zone skipped. p_call_sid notes the call''s progress. Answers {slots, timezone, local_now}. Fails with invalid_input, not_found, too_soon (the span has passed or lies within the notice), too_far (with latest_local, the last bookable day).';
select private.publish('public.find_open_slots');

-- Absences over appointments that exist -------------------------------------------------------------------------------

create function private.note_conflict(p_appointment public.appointments)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  insert into public.follow_up_tasks (org_id, contact_id, appointment_id, reason, due_at, idempotency_key)
  values (
    p_appointment.org_id,
    p_appointment.contact_id,
    p_appointment.id,
    'time_off_conflict',
    now(),
    'time off ' || p_appointment.id || ' ' || p_appointment.starts_at
  )
  on conflict (org_id, idempotency_key) do nothing;
end;
$$;
comment on function private.note_conflict(public.appointments) is
  'Leaves staff one task about an appointment that falls into an absence.';

create function private.find_conflict()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_entered constant boolean := private.enter_clinic_of_row(new.org_id);
begin
  if new.ends_at > now() and exists (
    select 1
    from public.slot_claims c
    where c.org_id = new.org_id
      and c.appointment_id = new.id
      and private.absences(
        new.org_id, c.resource_id, private.timezone_of(new.org_id), new.starts_at, new.ends_at
      ) && tstzrange(new.starts_at, new.ends_at)
  ) then
    perform private.note_conflict(new);
  end if;
  perform private.leave_clinic_of_row(v_entered);
  return null;
end;
$$;
comment on function private.find_conflict() is
  'An appointment may be written into an absence, by staff who know better; then they get a task to look after it.';
alter function private.find_conflict() owner to booking_engine;

create trigger find_conflict
after insert or update on public.appointments
for each row when (new.status in ('booked', 'confirmed'))
execute function private.find_conflict();

create function private.find_conflicts()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_entered constant boolean := private.enter_clinic_of_row(new.org_id);
  v_timezone constant text := private.timezone_of(new.org_id);
  v_away tstzrange;
  v_resource_id uuid;
  v_appointment_id uuid;
begin
  if tg_table_name = 'holidays' then
    v_away := tstzrange(new.day::timestamp at time zone v_timezone, (new.day + 1)::timestamp at time zone v_timezone);
  else
    v_away := tstzrange(new.starts_at, new.ends_at);
    v_resource_id := new.resource_id;
  end if;

  -- What staff are writing has no claim yet that could be waited for, so that is waited for here.
  perform pg_advisory_xact_lock(private.lock_key('absences', new.org_id::text));
  -- `for share` waits for a confirmation that is under way and then sees the appointment it made. Claims of holds must be
  -- among the rows for that: a condition on appointment_id would be applied before the lock, to the row as it was.
  for v_appointment_id in
    select c.appointment_id
    from public.slot_claims c
    where c.org_id = new.org_id
      and c.resource_id = coalesce(v_resource_id, c.resource_id)
      and c.during && v_away
    order by c.id
    for share
  loop
    perform private.note_conflict(a)
    from public.appointments a
    where a.org_id = new.org_id
      and a.id = v_appointment_id
      and a.ends_at > now()
      and a.status in ('booked', 'confirmed', 'arrived')
      and v_away && tstzrange(a.starts_at, a.ends_at);
  end loop;
  perform private.leave_clinic_of_row(v_entered);
  return null;
end;
$$;
comment on function private.find_conflicts() is
  'Time off and holidays leave the appointments they fall on as they are, and make a task of each for staff.';
alter function private.find_conflicts() owner to booking_engine;

create trigger find_conflicts
after insert or update on public.time_off
for each row execute function private.find_conflicts();

create trigger find_conflicts
after insert or update on public.holidays
for each row execute function private.find_conflicts();
