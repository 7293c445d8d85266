-- Half an hour of the line's life, compressed by the clock: calls, silence, a burst, a slow spell, an error spell. The
-- rules are evaluated twice as often as in life; what should open does, when it should, and nothing else.
begin;
set local search_path = public, extensions;
select plan(5);

select tests.set_clock(now()::text);
delete from private.alert_notices;
delete from private.alerts;
delete from private.request_counts;
delete from private.request_latencies;
-- Other tests' clinics are none of this one's business.
update private.alert_rules set is_enabled = false where signal in ('double_booking', 'rls_off');

create function pg_temp.at(p_minutes double precision)
returns timestamptz
language sql
immutable
return timestamptz '2031-06-02 20:45Z' + p_minutes * interval '1 minute';

-- What happens from one minute to the next: requests a minute, how many of them fail, how long they take at most.
create temporary table life (from_minute integer, to_minute integer, what text, requests integer, failures integer, up_to_ms integer);
insert into life
values
  (0, 4, 'calls', 12, 0, 100),
  (5, 8, 'the clinics close: silence', 0, 0, 100),
  (9, 9, 'one caller at night, whose turn fails', 4, 1, 100),
  (10, 11, 'silence', 0, 0, 100),
  (12, 13, 'calls', 12, 0, 100),
  (14, 16, 'a burst', 90, 0, 100),
  (17, 19, 'calls', 12, 0, 100),
  (20, 22, 'a slow spell', 12, 0, 1500),
  (23, 25, 'calls', 12, 0, 100),
  (26, 27, 'an error spell', 12, 4, 100),
  -- The half hour is over; what was opened in it gets the time to close.
  (28, 59, 'calls', 12, 0, 100);

create function pg_temp.lived(p_minute integer)
returns void
language sql
as $$
  insert into private.request_counts (function, minute, requests, failures, cache_hits, cache_misses)
  select 'voice', pg_temp.at(p_minute), l.requests, l.failures, l.requests * 9, l.requests
  from pg_temp.life l
  where p_minute between l.from_minute and l.to_minute and l.requests > 0
  union all
  -- A monitor asks after our health all the time.
  select 'health', pg_temp.at(p_minute), 60, 0, 0, 0;
  insert into private.request_latencies (function, minute, up_to_ms, requests)
  select 'voice', pg_temp.at(p_minute), l.up_to_ms, l.requests
  from pg_temp.life l
  where p_minute between l.from_minute and l.to_minute and l.requests > 0
  union all
  select 'health', pg_temp.at(p_minute), 15, 60;
$$;

-- A week of ordinary evenings before, with the same calls and the same silence, and the hour before.
insert into private.request_counts (function, minute, requests)
select 'voice', pg_temp.at(m - 1440 * d), 12
from generate_series(0, 7) d cross join generate_series(-60, 60) m
where m not between 5 and 11 and (d > 0 or m < 0);

create temporary table told (minute double precision, event text, rule text, subject text);
do $$
declare
  v_answer jsonb;
begin
  for v_half in 0..119 loop
    if v_half % 2 = 0 then
      perform pg_temp.lived(v_half / 2);
    end if;
    v_answer := tests.asked_at(pg_temp.at(v_half / 2.0 + 0.4), 'evaluate_alerts()');
    insert into told
    select v_half / 2.0, 'opened', a ->> 'rule', a ->> 'subject' from jsonb_array_elements(v_answer -> 'opened') a
    union all
    select v_half / 2.0, 'closed', a ->> 'rule', a ->> 'subject' from jsonb_array_elements(v_answer -> 'closed') a;
  end loop;
end;
$$;

select is_empty($$ select * from told where minute < 14 $$, 'Calls, silence at night and one failure in it raise nothing');
select set_eq(
  $$ select rule from told where event = 'opened' and minute between 14 and 16.5 $$,
  array['unusual_traffic'],
  'The burst is unusual traffic'
);
select set_eq(
  $$ select rule from told where event = 'opened' and minute between 20 and 22.5 $$,
  array['latency_critical', 'latency_warning', 'latency_info'],
  'The slow spell is too slow at every level'
);
select set_eq(
  $$ select rule from told where event = 'opened' and minute between 26 and 27.5 $$,
  array['error_rate_critical', 'error_rate_warning'],
  'The error spell is too many errors at both levels'
);
select results_eq(
  $$
    select o.rule, o.subject, o.minute, c.minute
    from told o
    left join told c on c.rule = o.rule and c.event = 'closed'
    where o.event = 'opened'
    order by o.minute, array_position(array['latency_critical', 'latency_warning', 'latency_info'], o.rule), o.rule
  $$,
  $$ values
    ('unusual_traffic', 'voice', 14.0::double precision, 25.5::double precision),
    ('latency_critical', 'voice', 20, 31.5), ('latency_warning', 'voice', 20, 31.5), ('latency_info', 'voice', 21, 36.5),
    ('error_rate_critical', 'voice', 27, 40.5), ('error_rate_warning', 'voice', 27, 46.5)
  $$,
  'Each was opened once and closed once, and there was no other'
);
select * from finish();
rollback;
