-- Alerts: how the system as a whole fares, and who is told when it does not fare well. Nothing here belongs to a clinic, so its
-- tables lie out of the Data API's reach.

-- Counting requests ---------------------------------------------------------------------------------------------------

-- How many requests each function answered in each minute, how many failed, how long they took. The functions count in memory
-- and bring their counts in batches; nobody waits for it. No name, number or id is ever counted.

create table private.request_counts (
  function text not null check (function ~ '^[a-z][a-z-]{0,39}$'),
  minute timestamptz not null check (minute = date_trunc('minute', minute, 'UTC')),
  requests bigint not null default 0,
  failures bigint not null default 0,
  cache_hits bigint not null default 0,
  cache_misses bigint not null default 0,
  primary key (minute, function)
);
comment on table private.request_counts is
  'What each function answered in each minute. Two weeks are kept: an unusual hour is told by the same hour of earlier days.';
select private.protect_system_table('private.request_counts', 'select, insert, update, delete');

create table private.request_latencies (
  function text not null check (function ~ '^[a-z][a-z-]{0,39}$'),
  minute timestamptz not null check (minute = date_trunc('minute', minute, 'UTC')),
  up_to_ms integer not null check (up_to_ms between 1 and 60000),
  requests bigint not null,
  primary key (minute, function, up_to_ms)
);
comment on table private.request_latencies is
  'The latency histogram of each function and minute, one row a bucket that is not empty: histograms are merged by adding up.';
select private.protect_system_table('private.request_latencies', 'select, insert, update, delete');

create table private.request_batches (
  id uuid primary key,
  received_at timestamptz not null default now()
);
comment on table private.request_batches is
  'Batches of counts that have come in, so that one that is sent twice counts once.';
create index request_batches_received_at_idx on private.request_batches (received_at);
comment on index private.request_batches_received_at_idx is
  'Batches that may be forgotten, every hour.';
select private.protect_system_table('private.request_batches', 'select, insert, delete');

-- Buckets grow with what they measure: a tenth of it at most, and 600, 800 and 1,000 ms are edges, so that "over 800" is
-- exact and not a guess. The functions use the same edges.
create function private.bucket_width_ms(p_up_to_ms integer)
returns integer
language sql
immutable
set search_path = ''
return case
  when p_up_to_ms <= 10 then 1
  when p_up_to_ms <= 100 then 5
  when p_up_to_ms <= 1000 then 50
  when p_up_to_ms <= 10000 then 500
  else 5000
end;
comment on function private.bucket_width_ms(integer) is
  'How wide the bucket is that ends at so many milliseconds.';

create function private.latency_percentile(
  p_function text,
  p_from timestamptz,
  p_to timestamptz,
  p_share double precision
)
returns double precision
language sql
stable
set search_path = ''
as $$
  with buckets as (
    select
      l.up_to_ms,
      sum(l.requests) as requests,
      sum(sum(l.requests)) over (order by l.up_to_ms) as so_far,
      sum(sum(l.requests)) over () as total
    from private.request_latencies l
    where l.function = p_function
      and l.minute >= p_from
      and l.minute < p_to
    group by l.up_to_ms
  )
  -- Within a bucket, as if its requests were spread evenly.
  select b.up_to_ms - private.bucket_width_ms(b.up_to_ms) * (b.so_far - p_share * b.total) / b.requests
  from buckets b
  where b.so_far >= p_share * b.total
  order by b.up_to_ms
  limit 1;
$$;
comment on function private.latency_percentile(text, timestamptz, timestamptz, double precision) is
  'How many milliseconds a share of a function''s requests stayed under, in the minutes from p_from until before p_to; null when there were none.';

create function private.is_count(p_count jsonb)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return jsonb_typeof(p_count) = 'object'
    and coalesce(p_count ->> 'function', '') ~ '^[a-z][a-z-]{0,39}$'
    and coalesce(p_count ->> 'minute', '') ~ '^2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:00(\.000)?Z$'
    and pg_input_is_valid(p_count ->> 'minute', 'timestamptz')
    and coalesce(jsonb_typeof(p_count -> 'latencies') = 'object', false)
    and not exists (
      select 1
      from jsonb_each_text((p_count - array['function', 'minute', 'latencies']) || (p_count -> 'latencies')) n
      where n.value is null
        or n.value !~ '^[0-9]{1,7}$'
    )
    and not exists (
      select 1
      from jsonb_object_keys(p_count -> 'latencies') k
      where k !~ '^[1-9][0-9]{0,4}$'
    );
end;
$$;
comment on function private.is_count(jsonb) is
  'Whether this is what a function counted in one minute, as record_requests takes it.';

create function public.record_requests(p_batch uuid, p_counts jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
begin
  if p_batch is null
    or p_counts is null
    or jsonb_typeof(p_counts) <> 'array'
    or jsonb_array_length(p_counts) > 200
    or exists (
      select 1
      from jsonb_array_elements(p_counts) c
      where not private.is_count(c)
    )
  then
    return private.failure('invalid_input');
  end if;
  insert into private.request_batches (id)
  values (p_batch)
  on conflict do nothing;
  if not found then
    return '{"success": true}';
  end if;

  -- In one order, so that two batches that meet in a minute do not wait for each other in a ring.
  insert into private.request_counts as known (function, minute, requests, failures, cache_hits, cache_misses)
  select
    c ->> 'function',
    (c ->> 'minute')::timestamptz,
    sum(coalesce((c ->> 'requests')::bigint, 0)),
    sum(coalesce((c ->> 'failures')::bigint, 0)),
    sum(coalesce((c ->> 'cache_hits')::bigint, 0)),
    sum(coalesce((c ->> 'cache_misses')::bigint, 0))
  from jsonb_array_elements(p_counts) c
  where (c ->> 'minute')::timestamptz between now() - interval '1 day' and now() + interval '5 minutes'
  group by 1, 2
  order by 2, 1
  on conflict (minute, function) do update
  set
    requests = known.requests + excluded.requests,
    failures = known.failures + excluded.failures,
    cache_hits = known.cache_hits + excluded.cache_hits,
    cache_misses = known.cache_misses + excluded.cache_misses;
  insert into private.request_latencies as known (function, minute, up_to_ms, requests)
  select c ->> 'function', (c ->> 'minute')::timestamptz, least(l.key::integer, 60000), sum(l.value::bigint)
  from jsonb_array_elements(p_counts) c
  cross join lateral jsonb_each_text(c -> 'latencies') l
  where (c ->> 'minute')::timestamptz between now() - interval '1 day' and now() + interval '5 minutes'
  group by 1, 2, 3
  order by 2, 1, 3
  on conflict (minute, function, up_to_ms) do update
  set requests = known.requests + excluded.requests;
  return '{"success": true}';
end;
$$;
comment on function public.record_requests(uuid, jsonb) is
  'Adds a batch of counts [{function, minute, requests, failures, cache_hits, cache_misses, latencies: {up_to_ms: requests}}]; the same batch again counts nothing. Minutes of another day are dropped. Answers success alone. Fails with invalid_input.';
select private.publish('public.record_requests');

create function public.tidy_counts(p_now timestamptz default now())
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
begin
  delete from private.request_counts c
  where c.minute < p_now - interval '15 days';
  delete from private.request_latencies l
  where l.minute < p_now - interval '2 days';
  delete from private.request_batches b
  where b.received_at < p_now - interval '1 day';
  return '{"success": true}';
end;
$$;
comment on function public.tidy_counts(timestamptz) is
  'Deletes counts of more than two weeks ago, which no rule asks for any more. Answers success alone.';
select private.publish('public.tidy_counts');

-- Alerts --------------------------------------------------------------------------------------------------------------

-- Rules are data, so that an operator tunes them with an update. An alert is opened once, stays open while its rule is broken,
-- and is closed when it has been over for a while.

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
select private.protect_system_table('private.alert_rules', 'select');
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
comment on index private.alerts_opened_at_idx is
  'The alerts since yesterday, which are still news.';
select private.protect_system_table('private.alerts', 'select, insert, update');

-- What the rules measure ----------------------------------------------------------------------------------------------

-- Each signal tells what it measured per subject; the rule's threshold decides.

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

create function private.requests_between(p_function text, p_after timestamptz, p_until timestamptz)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(sum(c.requests), 0)
    from private.request_counts c
    where c.function = p_function
      and c.minute > p_after
      and c.minute <= p_until
  );
end;
$$;
comment on function private.requests_between(text, timestamptz, timestamptz) is
  'How many requests a function answered after one moment, until another.';

create function private.traffic_ratios(p_rule private.alert_rules, p_now timestamptz)
returns table (subject text, value double precision)
language plpgsql
stable
set search_path = ''
as $$
declare
  v_window constant interval := make_interval(mins => p_rule.window_minutes);
  v_since constant timestamptz := (select min(c.minute) from private.request_counts c);
  -- A system that is younger than three days is compared with its own last hour.
  v_hour_start constant timestamptz := greatest(v_since, p_now - v_window - interval '1 hour');
  v_hour constant interval := p_now - v_window - v_hour_start;
begin
  return query
  with functions as (
    select distinct c.function as name
    from private.request_counts c
    where c.function <> all (p_rule.not_for)
  ),
  measured as (
    select
      f.name,
      private.requests_between(f.name, p_now - v_window, p_now) as requests,
      earlier.days,
      earlier.most,
      earlier.least,
      private.requests_between(f.name, v_hour_start, p_now - v_window)
        * p_rule.window_minutes / nullif(extract(epoch from v_hour) / 60, 0) as lately
    from functions f
    -- The same window on each of the seven days before of which we know.
    cross join lateral (
      select count(*) as days, max(d.requests) as most, min(d.requests) as least
      from (
        select private.requests_between(f.name, e.ends_at - v_window, e.ends_at) as requests
        from generate_series(1, 7) n
        cross join lateral (select p_now - n * interval '1 day' as ends_at) e
        where e.ends_at - v_window >= v_since
      ) d
    ) earlier
  )
  select
    m.name,
    case
      when m.days >= 3 then greatest(
        case when m.requests >= p_rule.min_requests then m.requests::numeric / greatest(m.most, 1) end,
        case when m.least >= p_rule.min_requests then m.least::numeric / greatest(m.requests, 1) end
      )
      when v_hour >= v_window and m.requests >= p_rule.min_requests then m.requests / greatest(m.lately, 1)
    end::double precision
  from measured m;
end;
$$;
comment on function private.traffic_ratios(private.alert_rules, timestamptz) is
  'How many times as many requests as the most of the same hour on earlier days, or how many times fewer than the fewest: a quiet night after quiet nights is nothing unusual. Fewer than three days known: compared with the last hour, and silence tells nothing. Null when there is too little to compare.';

-- Double-bookings -----------------------------------------------------------------------------------------------------

-- The ledger's constraint and the triggers of appointments make a double-booking impossible. This is for the day on which one of
-- them is missing. Once a minute it looks at what changed and at what overlapped before; once an hour, and as long as a guard is
-- missing, at everything. Measured at a million open appointments, 500 of them changed in the last minutes: 7,000 buffers, all
-- in memory, where everything is 20,500 buffers and 7,100 of sorting on disk; on one busy machine 30 ms and 3.1 s.
create table private.overlap_check (
  is_only_row boolean primary key default true check (is_only_row),
  checked_at timestamptz not null default '-infinity',
  swept_at timestamptz not null default '-infinity',
  suspects uuid[] not null default '{}'
);
comment on table private.overlap_check is
  'Up to when appointments have been looked at for double-bookings, and which open ones overlapped an earlier one of their provider.';
insert into private.overlap_check default values;
select private.protect_system_table('private.overlap_check', 'select');

create index appointments_changed_idx on public.appointments (updated_at)
  where status in ('booked', 'confirmed', 'arrived');
comment on index public.appointments_changed_idx is
  'The appointments that changed since the last look for double-bookings, every minute.';

create function private.guards_stand()
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select 1
    from pg_catalog.pg_constraint c
    where c.conrelid = 'public.slot_claims'::regclass
      and c.conname = 'slot_claims_no_overlap'
      and c.contype = 'x'
  ) and 2 = (
    select count(*)
    from pg_catalog.pg_trigger t
    where t.tgrelid = 'public.appointments'::regclass
      and t.tgname in ('complete_appointment', 'claim_time')
      and t.tgenabled in ('O', 'A')
  );
end;
$$;
comment on function private.guards_stand() is
  'Whether the ledger''s constraint and the triggers that bring appointments into it are there.';

create function private.all_overlaps()
returns uuid[]
language plpgsql
stable
set search_path = ''
as $$
begin
  return array(
    select o.id
    from (
      select
        a.id,
        a.starts_at < max(a.ends_at) over (
          partition by a.provider_id
          order by a.starts_at, a.id
          rows between unbounded preceding and 1 preceding
        ) as is_double
      from public.appointments a
      where a.ends_at > now()
        and a.status in ('booked', 'confirmed', 'arrived')
    ) o
    where o.is_double
  );
end;
$$;
comment on function private.all_overlaps() is
  'The open appointments, from now on, that overlap an earlier one of the same provider. It reads them all.';

create function private.overlaps_among(p_suspects uuid[], p_changed_since timestamptz)
returns uuid[]
language plpgsql
stable
set search_path = ''
as $$
begin
  -- Of two that overlap, the later one is named. No service lasts longer than a day; what staff have stretched beyond that, the
  -- hourly look finds.
  return array(
    select distinct case when (o.starts_at, o.id) > (a.starts_at, a.id) then o.id else a.id end
    from (
      select c.*
      from public.appointments c
      where c.updated_at > p_changed_since
        and c.status in ('booked', 'confirmed', 'arrived')
      union
      select s.*
      from public.appointments s
      where s.id = any (p_suspects)
        and s.status in ('booked', 'confirmed', 'arrived')
    ) a
    join public.appointments o
      on o.org_id = a.org_id
      and o.provider_id = a.provider_id
      and o.id <> a.id
      and o.starts_at > a.starts_at - interval '1 day'
      and o.starts_at < a.ends_at
      and o.ends_at > a.starts_at
      and o.status in ('booked', 'confirmed', 'arrived')
    where a.ends_at > now()
      and o.ends_at > now()
  );
end;
$$;
comment on function private.overlaps_among(uuid[], timestamptz) is
  'The open appointments that overlap an earlier one of the same provider, among these and those changed since then. It goes by indexes alone.';

create function private.overlapping_claims()
returns bigint
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select count(*)
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
    where is_double
  );
end;
$$;
comment on function private.overlapping_claims() is
  'How many claims overlap an earlier one of the same resource. While the constraint stands, none can.';

-- As its owner, since it looks at all clinics; it tells a count.
create function private.double_bookings()
returns bigint
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_check private.overlap_check;
  v_guards_stand constant boolean := private.guards_stand();
begin
  select c.*
  into v_check
  from private.overlap_check c
  for update;
  if v_guards_stand and v_check.swept_at > now() - interval '1 hour' then
    -- A change counts from the start of its transaction; nobody's lasts ten minutes.
    v_check.suspects := private.overlaps_among(v_check.suspects, v_check.checked_at - interval '10 minutes');
  else
    v_check.suspects := private.all_overlaps();
    v_check.swept_at := now();
  end if;
  update private.overlap_check c
  set
    checked_at = now(),
    swept_at = v_check.swept_at,
    suspects = v_check.suspects;
  return cardinality(v_check.suspects) + case when v_guards_stand then 0 else private.overlapping_claims() end;
end;
$$;
comment on function private.double_bookings() is
  'How many open appointments overlap an earlier one of the same provider, from now on; and, while a guard of the ledger is missing, how many claims do.';

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

-- Opening and closing -------------------------------------------------------------------------------------------------

create function private.breaches(p_rule private.alert_rules, p_now timestamptz)
returns table (subject text, value double precision)
language plpgsql
volatile
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
      return query
        select w.name, w.found::double precision
        from (select t as name, count(*) over () as found from private.tables_without_rls() t) w
        where w.found > p_rule.threshold;
  end case;
end;
$$;
comment on function private.breaches(private.alert_rules, timestamptz) is
  'Who breaks a rule at a moment, and by what value.';

create function private.alert_json(p_alert private.alerts)
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
comment on function private.alert_json(private.alerts) is
  'An alert as it is told to whoever watches.';

create function private.open_alerts(p_rule private.alert_rules, p_now timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_opened jsonb;
begin
  with breaches as materialized (
    select b.subject, b.value
    from private.breaches(p_rule, p_now) b
  ),
  seen as (
    insert into private.alerts as known (rule, level, signal, subject, value, opened_at, last_seen_at)
    select p_rule.name, p_rule.level, p_rule.signal, b.subject, b.value, p_now, p_now
    from breaches b
    on conflict (rule, subject) where closed_at is null do update
    set
      last_seen_at = p_now,
      value = case
        when p_rule.signal = 'cache_hit_rate' then least(known.value, excluded.value)
        else greatest(known.value, excluded.value)
      end
    -- A row that this statement inserted has no xmax.
    returning known as alert, xmax = 0 as is_new
  )
  select coalesce(jsonb_agg(private.alert_json(s.alert)) filter (where s.is_new), '[]')
  into v_opened
  from seen s;
  return v_opened;
end;
$$;
comment on function private.open_alerts(private.alert_rules, timestamptz) is
  'Opens an alert for each subject that breaks a rule, or keeps the one that is open; answers the new ones.';

create function private.close_alerts(p_now timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_closed jsonb;
begin
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
  select coalesce(jsonb_agg(private.alert_json(c.alert)), '[]')
  into v_closed
  from closed c;
  return v_closed;
end;
$$;
comment on function private.close_alerts(timestamptz) is
  'Closes the alerts that are over; answers them.';

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
begin
  if p_now is null or not isfinite(p_now) then
    return private.failure('invalid_input');
  end if;
  -- One at a time; whoever comes second finds the work done.
  if not pg_try_advisory_xact_lock(private.lock_key('alerts', '')) then
    return '{"success": true, "opened": [], "closed": []}';
  end if;
  for v_rule in
    select r.*
    from private.alert_rules r
    where r.is_enabled
    order by array_position(array['critical', 'warning', 'info'], r.level), r.name
  loop
    v_opened := v_opened || private.open_alerts(v_rule, p_now);
  end loop;
  return jsonb_build_object('success', true, 'opened', v_opened, 'closed', private.close_alerts(p_now));
end;
$$;
comment on function public.evaluate_alerts(timestamptz) is
  'Holds the rules against what was counted until p_now: opens an alert once for each rule and subject, keeps it while the rule is broken, closes it when that has been over for the rule''s calm_minutes. Answers {opened, closed}. Fails with invalid_input.';
select private.publish('public.evaluate_alerts');

-- Telling -------------------------------------------------------------------------------------------------------------

-- An alert is told where somebody listens, once when it opens and once when it is over. A notice is to the system what a row of
-- the outbox is to a clinic: claimed for a lease, told, tried again.

create table private.alert_notices (
  alert_id uuid not null references private.alerts (id) on delete cascade,
  event text not null check (event in ('opened', 'closed')),
  channel text not null check (channel in ('sentry', 'webhook')),
  status text not null default 'pending' check (status in ('pending', 'told', 'given_up')),
  attempts integer not null default 0,
  due_at timestamptz not null,
  primary key (alert_id, event, channel)
);
comment on table private.alert_notices is
  'Who has been told of an alert''s opening and closing. due_at is when to try next; while somebody tells, the end of their lease.';
select private.protect_system_table('private.alert_notices', 'select, insert, update');

create function private.is_outranked(p_alert private.alerts)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select 1
    from private.alerts o
    where o.signal = (p_alert).signal
      and o.subject = (p_alert).subject
      and array_position(array['critical', 'warning', 'info'], o.level)
        < array_position(array['critical', 'warning', 'info'], (p_alert).level)
      and o.opened_at <= (p_alert).opened_at
      and (o.closed_at is null or o.closed_at > (p_alert).opened_at)
  );
$$;
comment on function private.is_outranked(private.alerts) is
  'Whether a graver alert about the same thing was open when this one opened. It is kept, but who was woken by the one is not told of the other.';

create function private.queue_alert_notices(p_channels text[], p_now timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- Older news than a day is none: a channel that is set up today does not hear of last week.
  insert into private.alert_notices (alert_id, event, channel, due_at)
  select a.id, 'opened', c, p_now
  from private.alerts a
  cross join unnest(p_channels) c
  where a.opened_at > p_now - interval '1 day'
    and not private.is_outranked(a)
  on conflict do nothing;
  insert into private.alert_notices (alert_id, event, channel, due_at)
  select a.id, 'closed', n.channel, p_now
  from private.alerts a
  join private.alert_notices n
    on n.alert_id = a.id
    and n.event = 'opened'
  where a.closed_at > p_now - interval '1 day'
    and n.channel = any (p_channels)
  on conflict do nothing;
end;
$$;
comment on function private.queue_alert_notices(text[], timestamptz) is
  'Whatever has happened to alerts since yesterday is to be told through these channels, once.';

create function public.claim_alert_notices(
  p_channels text[],
  p_lease_seconds integer default 60,
  p_now timestamptz default now()
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  v_notices jsonb;
begin
  if p_channels is null
    or not p_channels <@ array['sentry', 'webhook']
    or p_lease_seconds is null
    or p_lease_seconds not between 5 and 600
    or p_now is null
    or not isfinite(p_now)
  then
    return private.failure('invalid_input');
  end if;
  perform private.queue_alert_notices(p_channels, p_now);
  with due as (
    select n.alert_id, n.event, n.channel
    from private.alert_notices n
    where n.status = 'pending'
      and n.due_at <= p_now
      and n.channel = any (p_channels)
      -- The end is not told before the beginning.
      and (
        n.event = 'opened'
        or not exists (
          select 1
          from private.alert_notices o
          where o.alert_id = n.alert_id
            and o.channel = n.channel
            and o.event = 'opened'
            and o.status = 'pending'
        )
      )
    order by n.due_at
    limit 20
    for update skip locked
  ),
  claimed as (
    update private.alert_notices n
    set attempts = n.attempts + 1, due_at = p_now + make_interval(secs => p_lease_seconds)
    from due d
    where n.alert_id = d.alert_id
      and n.event = d.event
      and n.channel = d.channel
    returning n.alert_id, n.event, n.channel
  )
  select coalesce(
    jsonb_agg(jsonb_build_object('event', c.event, 'channel', c.channel, 'alert', private.alert_json(a))),
    '[]'
  )
  into v_notices
  from claimed c
  join private.alerts a on a.id = c.alert_id;
  return jsonb_build_object('success', true, 'notices', v_notices);
end;
$$;
comment on function public.claim_alert_notices(text[], integer, timestamptz) is
  'Takes what has to be told of alerts through these channels (sentry, webhook) for p_lease_seconds. Answers {notices: [{event, channel, alert}]}; each must be settled by record_alert_notice, or is told again. Fails with invalid_input.';
select private.publish('public.claim_alert_notices');

create function public.record_alert_notice(p_alert_id uuid, p_event text, p_channel text, p_is_told boolean)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
begin
  if p_alert_id is null or p_event is null or p_channel is null or p_is_told is null then
    return private.failure('invalid_input');
  end if;
  update private.alert_notices n
  set
    status = case
      when p_is_told then 'told'
      when n.attempts >= 24 then 'given_up'
      else 'pending'
    end,
    due_at = now() + private.retry_after(n.attempts)
  where n.alert_id = p_alert_id
    and n.event = p_event
    and n.channel = p_channel
    and n.status = 'pending';
  return case when found then '{"success": true}' else private.failure('not_found') end;
end;
$$;
comment on function public.record_alert_notice(uuid, text, text, boolean) is
  'Settles a notice: told, or to be tried again with growing pauses, 24 times at most. Answers success alone. Fails with not_found (no such notice waits), invalid_input.';
select private.publish('public.record_alert_notice');
