-- Counting: how many requests each function answered in each minute, how many failed, how long they took. The functions
-- count in memory and bring their counts in batches; nobody waits for it. Nothing here belongs to a clinic, so it lies out
-- of the Data API's reach, and no name, number or id is ever counted.

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

create table private.request_latencies (
  function text not null check (function ~ '^[a-z][a-z-]{0,39}$'),
  minute timestamptz not null check (minute = date_trunc('minute', minute, 'UTC')),
  up_to_ms integer not null check (up_to_ms between 1 and 60000),
  requests bigint not null,
  primary key (minute, function, up_to_ms)
);
comment on table private.request_latencies is
  'The latency histogram of each function and minute, one row a bucket that is not empty: histograms are merged by adding up.';

create table private.request_batches (
  id uuid primary key,
  received_at timestamptz not null default now()
);
comment on table private.request_batches is
  'Batches of counts that have come in, so that one that is sent twice counts once.';
create index request_batches_received_at_idx on private.request_batches (received_at);

alter table private.request_counts enable row level security;
alter table private.request_latencies enable row level security;
alter table private.request_batches enable row level security;
create policy engine on private.request_counts to booking_engine using (true) with check (true);
create policy engine on private.request_latencies to booking_engine using (true) with check (true);
create policy engine on private.request_batches to booking_engine using (true) with check (true);
grant select, insert, update, delete on private.request_counts, private.request_latencies to booking_engine;
grant select, insert, delete on private.request_batches to booking_engine;

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
revoke all on function private.bucket_width_ms(integer) from public;
grant execute on function private.bucket_width_ms(integer) to booking_engine;

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
revoke all on function private.latency_percentile(text, timestamptz, timestamptz, double precision) from public;
grant execute on function private.latency_percentile(text, timestamptz, timestamptz, double precision) to booking_engine;

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
      where jsonb_typeof(c) <> 'object'
        or coalesce(c ->> 'function', '') !~ '^[a-z][a-z-]{0,39}$'
        or coalesce(c ->> 'minute', '') !~ '^2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:00(\.000)?Z$'
        or not pg_input_is_valid(c ->> 'minute', 'timestamptz')
        or jsonb_typeof(c -> 'latencies') is distinct from 'object'
        or exists (
          select 1
          from jsonb_each_text(
            (c - array['function', 'minute', 'latencies']) || (c -> 'latencies')
          ) n
          where n.value is null or n.value !~ '^[0-9]{1,7}$'
        )
        or exists (
          select 1
          from jsonb_object_keys(c -> 'latencies') k
          where k !~ '^[1-9][0-9]{0,4}$'
        )
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
  'Adds a batch of counts [{function, minute, requests, failures, cache_hits, cache_misses, latencies: {up_to_ms: requests}}]; the same batch again counts nothing. Minutes of another day are dropped. Fails with invalid_input.';
revoke all on function public.record_requests(uuid, jsonb) from public, anon, authenticated;
grant execute on function public.record_requests(uuid, jsonb) to service_role;
alter function public.record_requests(uuid, jsonb) owner to booking_engine;
