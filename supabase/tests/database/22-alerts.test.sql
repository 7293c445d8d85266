-- Alerts: every rule fires when it should, keeps silent when it should, and is told once. The clock is an argument.
begin;
set local search_path = public, extensions;
select plan(77);

-- Nothing counted by others: what is below happens on a day of its own, far from now.
delete from private.alert_notices;
delete from private.alerts;
delete from private.request_counts;
delete from private.request_latencies;

create function pg_temp.at(p_minutes double precision)
returns timestamptz
language sql
immutable
return timestamptz '2031-06-02 12:00Z' + p_minutes * interval '1 minute';

-- So many requests in each of some minutes, with that many failures and those milliseconds (a bucket's end).
create function pg_temp.counted(
  p_function text, p_from integer, p_to integer, p_requests integer,
  p_failures integer default 0, p_ms integer default 100, p_hits integer default 0, p_misses integer default 0
)
returns void
language sql
as $$
  insert into private.request_counts as k (function, minute, requests, failures, cache_hits, cache_misses)
  select p_function, pg_temp.at(m), p_requests, p_failures, p_hits, p_misses from generate_series(p_from, p_to) m
  on conflict (minute, function) do update
  set requests = k.requests + excluded.requests, failures = k.failures + excluded.failures,
    cache_hits = k.cache_hits + excluded.cache_hits, cache_misses = k.cache_misses + excluded.cache_misses;
  insert into private.request_latencies as k (function, minute, up_to_ms, requests)
  select p_function, pg_temp.at(m), p_ms, p_requests from generate_series(p_from, p_to) m where p_requests > 0
  on conflict (minute, function, up_to_ms) do update set requests = k.requests + excluded.requests;
$$;

create function pg_temp.forget()
returns void
language sql
as $$
  delete from private.alert_notices;
  delete from private.alerts;
  delete from private.request_counts;
  delete from private.request_latencies;
$$;

-- Which rules are broken at a minute, of those whose name begins so.
create function pg_temp.broken(p_rules text, p_minute double precision)
returns text[]
language sql
as $$
  select coalesce(array_agg(r.name || coalesce(nullif(' ' || b.subject, ' '), '') order by r.name, b.subject), '{}')
  from private.alert_rules r
  cross join lateral private.breaches(r, pg_temp.at(p_minute)) b
  where r.name like p_rules || '%'
$$;

-- The rules ---------------------------------------------------------------------------------------------------------------

select results_eq(
  $$ select level, signal, threshold from private.alert_rules order by 1, 2, 3 $$,
  $$
    values
      ('critical', 'double_booking', 0::double precision), ('critical', 'error_rate', 0.05), ('critical', 'latency_p95', 1000), ('critical', 'rls_off', 0),
      ('info', 'cache_hit_rate', 0.7), ('info', 'latency_p95', 600), ('info', 'unusual_traffic', 3),
      ('warning', 'cache_hit_rate', 0.5), ('warning', 'error_rate', 0.01), ('warning', 'latency_p95', 800)
  $$,
  'There are ten rules, with these levels and thresholds'
);

-- Error rate.
select pg_temp.counted('voice', 0, 9, 100, 6);
select is(pg_temp.broken('error_rate', 9.5), '{"error_rate_critical voice","error_rate_warning voice"}', 'More than 5 % of failures is critical');
select pg_temp.forget(), pg_temp.counted('voice', 0, 9, 100, 5);
select is(pg_temp.broken('error_rate', 9.5), '{"error_rate_warning voice"}', '5 % are not, but more than 1 % is a warning');
select pg_temp.forget(), pg_temp.counted('voice', 0, 9, 100, 1);
select is(pg_temp.broken('error_rate', 9.5), '{}', '1 % is neither');
select pg_temp.forget(), pg_temp.counted('voice', 3, 3, 1, 1), pg_temp.counted('voice', 5, 6, 9);
select is(pg_temp.broken('error_rate', 9.5), '{}', 'One failure among few requests at night is no page');
select pg_temp.counted('voice', 7, 7, 1, 1);
select is(pg_temp.broken('error_rate', 9.5), '{"error_rate_critical voice"}', '… two among twenty are');
select is(pg_temp.broken('error_rate', 21), '{}', '… until they are ten minutes old');
select pg_temp.forget(), pg_temp.counted('voice', 0, 9, 10), pg_temp.counted('sms', 0, 9, 5, 5);
select is(pg_temp.broken('error_rate_critical', 9.5), '{"error_rate_critical sms"}', 'A function that fails is not hidden behind one that works');
select pg_temp.forget(), pg_temp.counted('voice', 0, 9, 9), pg_temp.counted('voice-fallback', 0, 9, 1, 1);
select is(
  pg_temp.broken('error_rate_critical', 9.5),
  '{"error_rate_critical voice"}',
  'A call that Twilio brought to the fallback is a failure of voice, which could not count it'
);

-- Latency: the 95th percentile, exact at the thresholds.
select pg_temp.forget(), pg_temp.counted('voice', 0, 9, 90), pg_temp.counted('voice', 0, 9, 10, 0, 1500);
select is(pg_temp.broken('latency', 9.5), '{"latency_critical voice","latency_info voice","latency_warning voice"}', 'One in ten above a second is critical');
select pg_temp.forget(), pg_temp.counted('voice', 0, 9, 97), pg_temp.counted('voice', 0, 9, 3, 0, 1500);
select is(pg_temp.broken('latency', 9.5), '{}', 'Three in a hundred are not');
select pg_temp.forget(), pg_temp.counted('voice', 0, 9, 10, 0, 1000);
select is(pg_temp.broken('latency', 9.5), '{"latency_info voice","latency_warning voice"}', 'Up to a second is a warning');
select pg_temp.forget(), pg_temp.counted('voice', 0, 9, 10, 0, 800);
select is(pg_temp.broken('latency', 9.5), '{"latency_info voice"}', 'Up to 800 ms is worth a note');
select pg_temp.forget(), pg_temp.counted('voice', 0, 9, 10, 0, 600);
select is(pg_temp.broken('latency', 9.5), '{}', 'Up to 600 ms is all right');
select pg_temp.forget(), pg_temp.counted('voice', 5, 9, 3, 0, 20000);
select is(pg_temp.broken('latency', 9.5), '{}', 'Fifteen requests are too few to tell');
select pg_temp.forget(), pg_temp.counted('worker', 0, 9, 20, 0, 20000);
select is(pg_temp.broken('latency', 9.5), '{}', 'The worker may take its time');
select is(
  private.latency_percentile('worker', pg_temp.at(0), pg_temp.at(10), 0.5),
  17500::double precision,
  'A percentile lies within its bucket, as if the requests in it were spread evenly'
);
select is(private.latency_percentile('worker', pg_temp.at(20), pg_temp.at(30), 0.5), null, 'There is none of nothing');

-- Cache hit rate.
select pg_temp.forget(), pg_temp.counted('voice', 0, 9, 20, 0, 100, 9, 11);
select is(pg_temp.broken('cache', 9.5), '{"cache_hit_rate_info voice","cache_hit_rate_warning voice"}', 'Fewer than half of the look-ups answered from memory is a warning');
select pg_temp.forget(), pg_temp.counted('voice', 0, 9, 20, 0, 100, 10, 10);
select is(pg_temp.broken('cache', 9.5), '{"cache_hit_rate_info voice"}', 'Fewer than 70 % is worth a note');
select pg_temp.forget(), pg_temp.counted('voice', 0, 9, 20, 0, 100, 14, 6);
select is(pg_temp.broken('cache', 9.5), '{}', '70 % are enough');
select pg_temp.forget(), pg_temp.counted('voice', 0, 9, 20, 0, 100, 0, 4);
select is(pg_temp.broken('cache', 9.5), '{}', 'Forty look-ups are too few to tell');
select pg_temp.forget(), pg_temp.counted('sms', 0, 9, 20);
select is(pg_temp.broken('cache', 9.5), '{}', 'A function that looks nothing up has no rate');

-- Unusual traffic: against the same hour of earlier days.
create function pg_temp.earlier_days(p_requests integer, p_days integer default 7)
returns void
language sql
as $$
  select pg_temp.counted('voice', -1440 * d - 60, -1440 * d + 60, p_requests) from generate_series(1, p_days) d
$$;
select pg_temp.forget(), pg_temp.earlier_days(10), pg_temp.counted('voice', 0, 9, 31);
select is(pg_temp.broken('unusual', 9.9), '{"unusual_traffic voice"}', 'More than three times as many as ever at this hour is unusual');
select pg_temp.forget(), pg_temp.earlier_days(10), pg_temp.counted('voice', 0, 9, 30);
select is(pg_temp.broken('unusual', 9.9), '{}', 'Three times as many is not');
select pg_temp.forget(), pg_temp.earlier_days(10), pg_temp.counted('voice', 0, 9, 3);
select is(pg_temp.broken('unusual', 9.9), '{"unusual_traffic voice"}', 'Fewer than a third of the fewest is: the line may be dead');
select pg_temp.forget(), pg_temp.earlier_days(10), pg_temp.counted('voice', -5, -5, 4);
select is(pg_temp.broken('unusual', 9.9), '{"unusual_traffic voice"}', 'So is silence at an hour that was never silent');
select pg_temp.forget(), pg_temp.counted('voice', -10080, -10080, 1);
select is(pg_temp.broken('unusual', 9.9), '{}', 'Silence at night after silent nights is not');
select pg_temp.forget(), pg_temp.earlier_days(10), pg_temp.counted('voice', -1440 * 6 - 60, -1440 * 6 + 60, 90), pg_temp.counted('voice', 0, 9, 60);
select is(pg_temp.broken('unusual', 9.9), '{}', 'Many at an hour that had as many within the week is not');
select pg_temp.forget(), pg_temp.counted('voice', -10080, -10080, 1), pg_temp.counted('voice', 0, 9, 2);
select is(pg_temp.broken('unusual', 9.9), '{}', 'Twenty requests where there were none are too few to tell');
select pg_temp.forget(), pg_temp.counted('voice', -60, -1, 10), pg_temp.counted('voice', 0, 9, 40);
select is(pg_temp.broken('unusual', 9.9), '{"unusual_traffic voice"}', 'A young system is compared with its last hour');
select pg_temp.forget(), pg_temp.counted('voice', -60, -1, 10), pg_temp.counted('voice', 0, 9, 0);
select is(pg_temp.broken('unusual', 9.9), '{}', '… by which silence tells nothing');
select pg_temp.forget(), pg_temp.counted('voice', 0, 9, 400);
select is(pg_temp.broken('unusual', 9.9), '{}', '… and its first minutes neither');
select pg_temp.forget(), pg_temp.counted('health', -60, -1, 1), pg_temp.counted('health', 0, 9, 60);
select is(pg_temp.broken('unusual', 9.9), '{}', 'Monitors and the worker are no traffic');
select pg_temp.forget();

-- Row security.
select is(pg_temp.broken('rls_off', 0), '{}', 'Row security is on everywhere');
alter table contacts disable row level security;
alter table organizations disable row level security;
select is(pg_temp.broken('rls_off', 0), '{"rls_off contacts","rls_off organizations"}', 'A table on which somebody switched it off is named');
update private.alert_rules set threshold = 2 where signal = 'rls_off';
select is(pg_temp.broken('rls_off', 0), '{}', '… unless the rule allows for so many');
update private.alert_rules set threshold = 0 where signal = 'rls_off';
alter table contacts enable row level security;
alter table organizations enable row level security;
select is(pg_temp.broken('rls_off', 0), '{}', '… until it is on again');

-- Double-booking: with the constraint and the triggers out of the way, as after an operator's slip.
insert into organizations (id, name, timezone)
values ('7e574000-0000-4000-8000-000000000001', 'Alerts Clinic', 'UTC');
insert into resources (id, org_id, kind, name)
values ('7e574000-0000-4000-8000-000000000011', '7e574000-0000-4000-8000-000000000001', 'provider', 'Dr. Lund');
insert into providers (id, org_id)
values ('7e574000-0000-4000-8000-000000000011', '7e574000-0000-4000-8000-000000000001');
insert into services (id, org_id, name, duration_minutes, buffer_after_minutes)
values ('7e574000-0000-4000-8000-000000000021', '7e574000-0000-4000-8000-000000000001', 'Visit', 30, 10);
insert into contacts (id, org_id, phone)
values ('7e574000-0000-4000-8000-000000000031', '7e574000-0000-4000-8000-000000000001', '+12125550131');
create function pg_temp.appointment(p_start interval)
returns void
language sql
as $$
  insert into public.appointments (org_id, contact_id, provider_id, service_id, starts_at)
  values ('7e574000-0000-4000-8000-000000000001', '7e574000-0000-4000-8000-000000000031', '7e574000-0000-4000-8000-000000000011',
    '7e574000-0000-4000-8000-000000000021', now() + interval '20 days' + p_start)
$$;
-- An appointment that is written past every trigger, as if at that time.
create function pg_temp.passing_by(p_start interval, p_written_at timestamptz)
returns void
language sql
as $$
  insert into public.appointments (org_id, contact_id, provider_id, service_id, starts_at, ends_at, code, updated_at)
  values ('7e574000-0000-4000-8000-000000000001', '7e574000-0000-4000-8000-000000000031', '7e574000-0000-4000-8000-000000000011',
    '7e574000-0000-4000-8000-000000000021', now() + p_start, now() + p_start + interval '10 minutes', '000050', p_written_at)
$$;
create temporary table known as select private.double_bookings() as already;
select pg_temp.appointment('0'), pg_temp.appointment('40 minutes');
select is(private.double_bookings() - already, 0::bigint, 'Appointments that touch are no double-booking') from known;
set constraints all immediate;
alter table slot_claims drop constraint slot_claims_no_overlap;
insert into slot_claims (org_id, resource_id, during, appointment_id)
select org_id, resource_id, tstzrange(lower(during) + interval '5 minutes', upper(during) - interval '5 minutes'), appointment_id
from slot_claims where org_id = '7e574000-0000-4000-8000-000000000001' limit 1;
select is(private.double_bookings() - already, 1::bigint, 'Time that is claimed twice is one') from known;
select is(pg_temp.broken('double', 0), '{double_booking}', '… and breaks the rule');
delete from slot_claims where org_id = '7e574000-0000-4000-8000-000000000001' and upper(during) - lower(during) < interval '35 minutes';
select is(private.double_bookings() - already, 0::bigint, '… until it is put right') from known;
set constraints all immediate;
alter table appointments disable trigger claim_time;
select pg_temp.appointment('10 minutes');
select is(private.double_bookings() - already, 1::bigint, 'So are two appointments at one time, though nobody claimed it') from known;
update appointments set status = 'cancelled' where starts_at = now() + interval '20 days 10 minutes';
select is(private.double_bookings() - already, 0::bigint, '… unless they are cancelled') from known;
insert into appointments (org_id, contact_id, provider_id, service_id, starts_at)
select org_id, id, '7e574000-0000-4000-8000-000000000011', '7e574000-0000-4000-8000-000000000021', now() - interval '3 days'
from contacts cross join generate_series(1, 2) where id = '7e574000-0000-4000-8000-000000000031';
select is(private.double_bookings() - already, 0::bigint, '… or past, when nobody waits for them any more') from known;
set constraints all immediate;
alter table appointments enable trigger claim_time;

-- While every guard stands, a minute's look reads what changed and what overlapped before; an hour's look reads all.
alter table slot_claims add constraint slot_claims_no_overlap exclude using gist (resource_id with =, during with &&);
select is(private.double_bookings() - already, 0::bigint, 'With every guard in place again there is none') from known;
alter table appointments disable trigger user;
select pg_temp.passing_by('20 days 50 minutes', now());
alter table appointments enable trigger user;
select is(private.double_bookings() - already, 1::bigint, 'One that came in past the guards a moment ago is found') from known;
alter table appointments disable trigger user;
update appointments set updated_at = now() - interval '2 hours' where code = '000050';
alter table appointments enable trigger user;
select is(private.double_bookings() - already, 1::bigint, '… and not forgotten when the moment is over') from known;
alter table appointments disable trigger user;
delete from appointments where code = '000050';
select pg_temp.passing_by('20 days 5 minutes', now() - interval '2 hours');
alter table appointments enable trigger user;
update private.overlap_check set swept_at = now() - interval '61 minutes';
select is(private.double_bookings() - already, 1::bigint, 'One that is dated back is found within the hour') from known;
alter table appointments disable trigger user;
delete from appointments where code = '000050';
alter table appointments enable trigger user;
set constraints all immediate;

-- Opening and closing -------------------------------------------------------------------------------------------------------

create function pg_temp.names(p_alerts jsonb)
returns text
language sql
immutable
return (select string_agg(a ->> 'rule', ' ' order by a ->> 'rule') from jsonb_array_elements(p_alerts) a);

create function pg_temp.evaluated(p_minute double precision)
returns text
language sql
as $$
  select concat_ws('; ', 'opened ' || pg_temp.names(e -> 'opened'), 'closed ' || pg_temp.names(e -> 'closed'))
  from public.evaluate_alerts(pg_temp.at(p_minute)) e
$$;
delete from slot_claims where org_id = '7e574000-0000-4000-8000-000000000001';
update private.alert_rules set is_enabled = false where signal = 'double_booking';

select pg_temp.forget(), pg_temp.counted('voice', 0, 4, 20, 0, 900);
select is(pg_temp.evaluated(4.5), 'opened latency_info latency_warning', 'What breaks rules opens alerts');
select is(pg_temp.evaluated(4.6), '', '… once');
select pg_temp.counted('voice', 5, 9, 20, 0, 1500);
select is(pg_temp.evaluated(9.5), 'opened latency_critical', 'What gets worse opens a graver one');
select pg_temp.counted('voice', 10, 30, 20, 0, 850);
select is(pg_temp.evaluated(13), '', 'What has just got better …');
select is(pg_temp.evaluated(17.9), '', '… stays open for a while, lest it flicker');
select is(pg_temp.evaluated(18), 'closed latency_critical', '… and is closed when nothing has been broken for five minutes');
select results_eq(
  $$ select rule, value, opened_at, closed_at from private.alerts order by rule $$,
  $$
    values
      ('latency_critical', 1475::double precision, pg_temp.at(9.5), pg_temp.at(18)),
      ('latency_info', 1450, pg_temp.at(4.5), null), ('latency_warning', 1475, pg_temp.at(4.5), null)
  $$,
  'Each keeps the worst that was seen, when it began and when it was over'
);
select is(pg_temp.evaluated(60), 'closed latency_info latency_warning', 'When nobody calls any more, nothing is broken');
select pg_temp.counted('voice', 70, 74, 20, 0, 900);
select is(pg_temp.evaluated(74.5), 'opened latency_info latency_warning', 'The next time is another alert');
update private.alert_rules set is_enabled = false where name = 'latency_info';
select is(pg_temp.evaluated(75), 'closed latency_info', 'A rule that is switched off has no open alert');
update private.alert_rules set threshold = 950 where name = 'latency_warning';
select is(pg_temp.evaluated(81), 'closed latency_warning', 'A threshold that an operator moves counts at once');
select is(public.evaluate_alerts('infinity'), '{"success": false, "reason": "invalid_input"}', 'There is no alert at the end of time');

-- Telling ---------------------------------------------------------------------------------------------------------------------

create function pg_temp.told(p_minute double precision, p_channels text[] default '{sentry,webhook}')
returns setof text
language sql
as $$
  select concat_ws(' ', n ->> 'channel', n ->> 'event', n -> 'alert' ->> 'rule')
  from jsonb_array_elements(public.claim_alert_notices(p_channels, 60, pg_temp.at(p_minute)) -> 'notices') n
  order by 1
$$;
create function pg_temp.settle(p_is_told boolean)
returns void
language sql
as $$
  select public.record_alert_notice(n.alert_id, n.event, n.channel, p_is_told) from private.alert_notices n where n.status = 'pending'
$$;
update private.alert_rules set is_enabled = true, threshold = case name when 'latency_warning' then 800 else threshold end;
update private.alert_rules set is_enabled = false where signal = 'double_booking';
select pg_temp.forget(), pg_temp.counted('voice', 0, 9, 20, 0, 1500);
select is(pg_temp.evaluated(9.5), 'opened latency_critical latency_info latency_warning', 'Three alerts about one thing');
select results_eq(
  $$ select pg_temp.told(9.6) $$,
  $$ values ('sentry opened latency_critical'), ('webhook opened latency_critical') $$,
  '… the gravest is told, through each channel'
);
select is_empty($$ select pg_temp.told(9.7) $$, '… once, while somebody is at it');
select set_eq($$ select pg_temp.told(10.7) $$, $$ values ('sentry opened latency_critical'), ('webhook opened latency_critical') $$, '… and again when they did not come back');
select pg_temp.settle(false);
update private.alert_notices set due_at = pg_temp.at(12);
select is((select count(*) from pg_temp.told(12)), 2::bigint, 'Nobody heard: it is told again');
select pg_temp.settle(true);
select is_empty($$ select pg_temp.told(13) $$, 'Somebody heard: it is not');
select is(pg_temp.evaluated(40), 'closed latency_critical latency_info latency_warning', 'It is over');
select set_eq($$ select pg_temp.told(40.1, '{webhook}') $$, $$ values ('webhook closed latency_critical') $$, '… and that is told to who was told that it began');
select is_empty($$ select pg_temp.told(60 * 26) where (select count(pg_temp.settle(true)) from generate_series(1, 1)) > 0 $$, '… once');
select is(
  public.claim_alert_notices('{email}'),
  '{"success": false, "reason": "invalid_input"}',
  'A channel that does not exist'
);
select is(
  public.record_alert_notice(gen_random_uuid(), 'opened', 'sentry', true),
  '{"success": false, "reason": "not_found"}',
  'A notice that does not exist'
);

-- Counting --------------------------------------------------------------------------------------------------------------------

create function pg_temp.batch(p_requests integer, p_minute timestamptz default date_trunc('minute', now()))
returns jsonb
language sql
stable
return jsonb_build_array(jsonb_build_object(
  'function', 'voice', 'minute', to_char(p_minute at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"'),
  'requests', p_requests, 'failures', 1, 'cache_hits', 2, 'cache_misses', 1,
  'latencies', jsonb_build_object('50', p_requests - 1, '850', 1)
));
select pg_temp.forget();
select public.record_requests('7e574000-0000-4000-8000-0000000000b1', pg_temp.batch(10));
select public.record_requests('7e574000-0000-4000-8000-0000000000b2', pg_temp.batch(5));
select public.record_requests('7e574000-0000-4000-8000-0000000000b1', pg_temp.batch(10));
select results_eq(
  $$ select requests, failures, cache_hits, cache_misses from private.request_counts $$,
  $$ values (15::bigint, 2::bigint, 4::bigint, 2::bigint) $$,
  'Batches are added up; one that comes twice counts once'
);
select results_eq(
  $$ select up_to_ms, requests from private.request_latencies order by 1 $$,
  $$ values (50, 13::bigint), (850, 2::bigint) $$,
  '… and so are their histograms'
);
select public.record_requests(gen_random_uuid(), pg_temp.batch(7, date_trunc('minute', now()) - interval '2 days'));
select is((select sum(requests) from private.request_counts), 15::numeric, 'Counts of another day are too late');
select is_empty(
  $$
    select bad
    from unnest(array[
      null, 'null', '{}', '[1]', '[{}]', '[{"function": "voice"}]',
      '[{"function": "Voice!", "minute": "2031-06-02T12:00:00Z", "latencies": {}}]',
      '[{"function": "voice", "minute": "2031-06-02T12:00:30Z", "latencies": {}}]',
      '[{"function": "voice", "minute": "2031-13-02T12:00:00Z", "latencies": {}}]',
      '[{"function": "voice", "minute": "2031-06-02T12:00:00Z", "latencies": []}]',
      '[{"function": "voice", "minute": "2031-06-02T12:00:00Z", "latencies": {"0": 1}}]',
      '[{"function": "voice", "minute": "2031-06-02T12:00:00Z", "latencies": {"5": -1}}]',
      '[{"function": "voice", "minute": "2031-06-02T12:00:00Z", "requests": "many", "latencies": {}}]'
    ]::jsonb[]) bad
    where public.record_requests(gen_random_uuid(), bad) <> '{"success": false, "reason": "invalid_input"}'
  $$,
  'What is no count is refused'
);
select is(
  (select count(*) from generate_series(2, 60000) ms where private.bucket_width_ms(ms) < private.bucket_width_ms(ms - 1)),
  0::bigint,
  'Buckets only grow'
);

select * from finish();
rollback;
