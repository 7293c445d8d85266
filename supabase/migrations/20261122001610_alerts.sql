-- Alerts: rules as data, so that an operator tunes them with an update. An alert is opened once, stays open while its rule
-- is broken, and is closed when it has been over for a while.

create table private.alert_rules (
  name text primary key check (name ~ '^[a-z][a-z_]{1,59}$'),
  level text not null check (level in ('critical', 'warning', 'info')),
  signal text not null check (
    signal in ('error_rate', 'latency_p95', 'double_booking', 'rls_off', 'cache_hit_rate', 'unusual_traffic')
  ),
  threshold double precision not null,
  window_minutes integer not null default 10 check (window_minutes between 1 and 120),
  min_requests integer not null default 0 check (min_requests >= 0),
  not_for text[] not null default '{}',
  calm_minutes integer not null default 5 check (calm_minutes between 0 and 120),
  is_enabled boolean not null default true
);
comment on table private.alert_rules is
  'When to raise an alert: the signal beyond the threshold (below it, for the cache) within the window. Rates need min_requests in it, so that one failure at night is no page. not_for names functions that the rule spares; calm_minutes is how long it must be over before the alert is closed.';

insert into private.alert_rules (name, level, signal, threshold, window_minutes, min_requests, not_for)
values
  ('error_rate_critical', 'critical', 'error_rate', 0.05, 10, 20, '{}'),
  ('latency_critical', 'critical', 'latency_p95', 1000, 5, 20, '{worker}'),
  ('double_booking', 'critical', 'double_booking', 0, 1, 0, '{}'),
  ('rls_off', 'critical', 'rls_off', 0, 1, 0, '{}'),
  ('error_rate_warning', 'warning', 'error_rate', 0.01, 15, 100, '{}'),
  ('latency_warning', 'warning', 'latency_p95', 800, 5, 20, '{worker}'),
  ('cache_hit_rate_warning', 'warning', 'cache_hit_rate', 0.5, 15, 50, '{}'),
  ('latency_info', 'info', 'latency_p95', 600, 10, 20, '{worker}'),
  ('cache_hit_rate_info', 'info', 'cache_hit_rate', 0.7, 15, 50, '{}'),
  -- Three times as many as ever at this hour, or a third of the fewest; of what people begin, by phone or by text.
  ('unusual_traffic', 'info', 'unusual_traffic', 3, 10, 30, '{worker,health,voice-status,voice-fallback,sms-status}');

create table private.alerts (
  id uuid primary key default gen_random_uuid(),
  rule text not null references private.alert_rules (name) on update cascade on delete cascade,
  level text not null,
  signal text not null,
  subject text not null default '',
  value double precision not null,
  opened_at timestamptz not null,
  last_seen_at timestamptz not null,
  closed_at timestamptz
);
comment on table private.alerts is
  'What broke a rule: subject is the function or table, value the worst that was seen.';
create unique index alerts_open on private.alerts (rule, subject)
  where closed_at is null;
create index alerts_opened_at_idx on private.alerts (opened_at);

alter table private.alert_rules enable row level security;
alter table private.alerts enable row level security;
create policy engine on private.alert_rules to booking_engine using (true) with check (true);
create policy engine on private.alerts to booking_engine using (true) with check (true);
grant select on private.alert_rules to booking_engine;
grant select, insert, update on private.alerts to booking_engine;

-- The signals. Each tells what it measured per subject; the rule's threshold decides. ---------------------------------------

create function private.error_rates(p_rule private.alert_rules, p_now timestamptz)
returns table (subject text, value double precision)
language sql
stable
set search_path = ''
as $$
  -- Twilio turns to voice-fallback when voice did not answer at all, and then nobody has counted that failure: it is one
  -- of voice's.
  select f.name, sum(c.failures)::double precision / sum(c.requests)
  from private.request_counts c
  cross join lateral (select case c.function when 'voice-fallback' then 'voice' else c.function end as name) f
  where c.minute > p_now - make_interval(mins => (p_rule).window_minutes)
    and c.minute <= p_now
    and f.name <> all ((p_rule).not_for)
  group by f.name
  having sum(c.requests) >= greatest((p_rule).min_requests, 1);
$$;
comment on function private.error_rates(private.alert_rules, timestamptz) is
  'Which share of each function''s requests failed within the rule''s window.';

create function private.latencies(p_rule private.alert_rules, p_now timestamptz)
returns table (subject text, value double precision)
language sql
stable
set search_path = ''
as $$
  select
    c.function,
    private.latency_percentile(
      c.function, p_now - make_interval(mins => (p_rule).window_minutes) + interval '1 microsecond', p_now + interval '1 microsecond', 0.95
    )
  from private.request_counts c
  where c.minute > p_now - make_interval(mins => (p_rule).window_minutes)
    and c.minute <= p_now
    and c.function <> all ((p_rule).not_for)
  group by c.function
  having sum(c.requests) >= greatest((p_rule).min_requests, 1);
$$;
comment on function private.latencies(private.alert_rules, timestamptz) is
  'The 95th percentile of each function''s milliseconds within the rule''s window.';

create function private.cache_hit_rates(p_rule private.alert_rules, p_now timestamptz)
returns table (subject text, value double precision)
language sql
stable
set search_path = ''
as $$
  select c.function, sum(c.cache_hits)::double precision / sum(c.cache_hits + c.cache_misses)
  from private.request_counts c
  where c.minute > p_now - make_interval(mins => (p_rule).window_minutes)
    and c.minute <= p_now
    and c.function <> all ((p_rule).not_for)
  group by c.function
  having sum(c.cache_hits + c.cache_misses) >= greatest((p_rule).min_requests, 1);
$$;
comment on function private.cache_hit_rates(private.alert_rules, timestamptz) is
  'Which share of each function''s look-ups the cache answered within the rule''s window; min_requests counts look-ups.';

create function private.traffic_ratios(p_rule private.alert_rules, p_now timestamptz)
returns table (subject text, value double precision)
language sql
stable
set search_path = ''
as $$
  with history as (
    select min(c.minute) as since
    from private.request_counts c
  ),
  functions as (
    select distinct c.function as name
    from private.request_counts c
    where c.function <> all ((p_rule).not_for)
  ),
  spans as (
    -- The window itself, and the same window on each of the seven days before of which we know.
    select
      d.day,
      p_now - d.day * interval '1 day' - make_interval(mins => (p_rule).window_minutes) as starts_at,
      p_now - d.day * interval '1 day' as ends_at
    from generate_series(0, 7) d (day)
    cross join history h
    where d.day = 0
      or p_now - d.day * interval '1 day' - make_interval(mins => (p_rule).window_minutes) >= h.since
  ),
  counted as (
    select
      f.name,
      s.day,
      (
        select coalesce(sum(c.requests), 0)
        from private.request_counts c
        where c.function = f.name
          and c.minute > s.starts_at
          and c.minute <= s.ends_at
      ) as requests
    from functions f
    cross join spans s
  ),
  -- A system that is younger than three days is compared with its own last hour.
  lately as (
    select
      f.name,
      (
        select coalesce(sum(c.requests), 0)
        from private.request_counts c
        where c.function = f.name
          and c.minute > l.starts_at
          and c.minute <= l.ends_at
      ) * (p_rule).window_minutes / nullif(extract(epoch from l.ends_at - l.starts_at) / 60, 0) as requests,
      l.ends_at - l.starts_at >= make_interval(mins => (p_rule).window_minutes) as is_enough
    from functions f
    cross join history h
    cross join lateral (
      select
        p_now - make_interval(mins => (p_rule).window_minutes) as ends_at,
        greatest(h.since, p_now - make_interval(mins => (p_rule).window_minutes) - interval '1 hour') as starts_at
    ) l
  )
  select
    now_.name,
    case
      when earlier.days >= 3 then greatest(
        case when now_.requests >= (p_rule).min_requests then now_.requests / greatest(earlier.most, 1) end,
        case when earlier.least >= (p_rule).min_requests then earlier.least / greatest(now_.requests, 1) end
      )
      when lately.is_enough and now_.requests >= (p_rule).min_requests then now_.requests / greatest(lately.requests, 1)
    end::double precision
  from counted now_
  join lately on lately.name = now_.name
  cross join lateral (
    select count(*) as days, max(e.requests) as most, min(e.requests) as least
    from counted e
    where e.name = now_.name
      and e.day > 0
  ) earlier
  where now_.day = 0;
$$;
comment on function private.traffic_ratios(private.alert_rules, timestamptz) is
  'How many times as many requests as the most of the same hour on earlier days, or how many times fewer than the fewest: a quiet night after quiet nights is nothing unusual. Fewer than three days known: compared with the last hour, and silence tells nothing. Null when there is too little to compare.';

-- These two look at all clinics, as their owner, and tell counts and names of tables.
create function private.double_bookings()
returns bigint
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_found bigint;
begin
  select count(*)
  into v_found
  from (
    select a.starts_at < max(a.ends_at) over (
      partition by a.provider_id
      order by a.starts_at, a.id
      rows between unbounded preceding and 1 preceding
    ) as is_double
    from public.appointments a
    where a.ends_at > now()
      and a.status in ('booked', 'confirmed', 'arrived')
  ) appointments
  where is_double;

  -- While the constraint stands, claims cannot overlap, and a million of them need not be looked through.
  if not exists (
    select 1
    from pg_catalog.pg_constraint c
    where c.conrelid = 'public.slot_claims'::regclass
      and c.conname = 'slot_claims_no_overlap'
      and c.contype = 'x'
  ) then
    select v_found + count(*)
    into v_found
    from (
      select lower(c.during) < max(upper(c.during)) over (
        partition by c.resource_id
        order by lower(c.during), c.id
        rows between unbounded preceding and 1 preceding
      ) as is_double
      from public.slot_claims c
      where upper(c.during) > now()
        and (c.expires_at is null or c.expires_at > now())
    ) claims
    where is_double;
  end if;
  return v_found;
end;
$$;
comment on function private.double_bookings() is
  'How many open appointments overlap an earlier one of the same provider, from now on, and how many claims one of the same resource. It is there for the day on which the constraint or a trigger is missing.';

create function private.tables_without_rls()
returns setof text
language sql
stable
security definer
set search_path = ''
as $$
  select c.relname::text
  from pg_catalog.pg_class c
  where c.relnamespace = 'public'::regnamespace
    and c.relkind in ('r', 'p')
    and not c.relrowsecurity
    and (
      c.oid = 'public.organizations'::regclass
      or exists (
        select 1
        from pg_catalog.pg_attribute a
        where a.attrelid = c.oid
          and a.attname = 'org_id'
          and not a.attisdropped
      )
    );
$$;
comment on function private.tables_without_rls() is
  'Tables of clinics'' rows on which row security is off.';

create function private.breaches(p_rule private.alert_rules, p_now timestamptz)
returns table (subject text, value double precision)
language plpgsql
stable
set search_path = ''
as $$
begin
  case p_rule.signal
    when 'error_rate' then
      return query select r.subject, r.value from private.error_rates(p_rule, p_now) r where r.value > p_rule.threshold;
    when 'latency_p95' then
      return query select r.subject, r.value from private.latencies(p_rule, p_now) r where r.value > p_rule.threshold;
    when 'cache_hit_rate' then
      return query select r.subject, r.value from private.cache_hit_rates(p_rule, p_now) r where r.value < p_rule.threshold;
    when 'unusual_traffic' then
      return query select r.subject, r.value from private.traffic_ratios(p_rule, p_now) r where r.value > p_rule.threshold;
    when 'double_booking' then
      return query select '', d::double precision from private.double_bookings() d where d > p_rule.threshold;
    when 'rls_off' then
      return query select t, 1::double precision from private.tables_without_rls() t;
  end case;
end;
$$;
comment on function private.breaches(private.alert_rules, timestamptz) is
  'Who breaks a rule at a moment, and by what value.';

do $$
declare
  v_function regprocedure;
begin
  foreach v_function in array array[
    'private.error_rates(private.alert_rules, timestamptz)',
    'private.latencies(private.alert_rules, timestamptz)',
    'private.cache_hit_rates(private.alert_rules, timestamptz)',
    'private.traffic_ratios(private.alert_rules, timestamptz)',
    'private.double_bookings()',
    'private.tables_without_rls()',
    'private.breaches(private.alert_rules, timestamptz)'
  ]::regprocedure[]
  loop
    execute format('revoke all on function %s from public', v_function);
    execute format('grant execute on function %s to booking_engine', v_function);
  end loop;
end;
$$;

create function public.evaluate_alerts(p_now timestamptz default now())
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  v_rule private.alert_rules;
  v_opened jsonb := '[]';
  v_closed jsonb;
  v_told jsonb;
begin
  if p_now is null or not isfinite(p_now) then
    return private.failure('invalid_input');
  end if;
  -- One at a time; whoever comes second finds the work done.
  if not pg_try_advisory_xact_lock(hashtextextended('evaluate_alerts', 0)) then
    return '{"success": true, "opened": [], "closed": []}';
  end if;

  for v_rule in
    select r.*
    from private.alert_rules r
    where r.is_enabled
    order by array_position(array['critical', 'warning', 'info'], r.level), r.name
  loop
    with breaches as materialized (
      select b.subject, b.value
      from private.breaches(v_rule, p_now) b
    ),
    seen as (
      insert into private.alerts as known (rule, level, signal, subject, value, opened_at, last_seen_at)
      select v_rule.name, v_rule.level, v_rule.signal, b.subject, b.value, p_now, p_now
      from breaches b
      on conflict (rule, subject) where closed_at is null do update
      set
        last_seen_at = p_now,
        value = case
          when v_rule.signal = 'cache_hit_rate' then least(known.value, excluded.value)
          else greatest(known.value, excluded.value)
        end
      -- A row that this statement inserted has no xmax.
      returning known as alert, xmax = 0 as is_new
    )
    select coalesce(jsonb_agg(private.alert_told(s.alert)) filter (where s.is_new), '[]')
    into v_told
    from seen s;
    v_opened := v_opened || v_told;
  end loop;

  -- Over for long enough, or no longer a rule.
  with closed as (
    update private.alerts a
    set closed_at = p_now
    from private.alert_rules r
    where r.name = a.rule
      and a.closed_at is null
      and a.last_seen_at < p_now
      and (not r.is_enabled or a.last_seen_at <= p_now - make_interval(mins => r.calm_minutes))
    returning a as alert
  )
  select coalesce(jsonb_agg(private.alert_told(c.alert)), '[]')
  into v_closed
  from closed c;
  return jsonb_build_object('success', true, 'opened', v_opened, 'closed', v_closed);
end;
$$;

create function private.alert_told(p_alert private.alerts)
returns jsonb
language sql
stable
set search_path = ''
return jsonb_build_object(
  'id', (p_alert).id,
  'rule', (p_alert).rule,
  'level', (p_alert).level,
  'signal', (p_alert).signal,
  'subject', (p_alert).subject,
  'value', round((p_alert).value::numeric, 4),
  'opened_at', (p_alert).opened_at,
  'closed_at', (p_alert).closed_at
);
comment on function private.alert_told(private.alerts) is
  'An alert as it is told to whoever watches.';
revoke all on function private.alert_told(private.alerts) from public;
grant execute on function private.alert_told(private.alerts) to booking_engine;

comment on function public.evaluate_alerts(timestamptz) is
  'Holds the rules against what was counted until p_now: opens an alert once for each rule and subject, keeps it while the rule is broken, closes it when that has been over for the rule''s calm_minutes. Answers {opened, closed}. Fails with invalid_input.';
revoke all on function public.evaluate_alerts(timestamptz) from public, anon, authenticated;
grant execute on function public.evaluate_alerts(timestamptz) to service_role;
alter function public.evaluate_alerts(timestamptz) owner to booking_engine;
