-- Reconciliation: what Twilio lists and we have missed comes in once, whatever was there and however often it is brought.
begin;
set local search_path = public, extensions;
select plan(37);

insert into organizations (id, name, timezone)
values ('7e573100-0000-4000-8000-000000000001', 'Missed Clinic', 'UTC');
insert into phone_numbers (org_id, phone)
values ('7e573100-0000-4000-8000-000000000001', '+12125550190');

create function pg_temp.settle(p_call_sid text, p_status text default 'completed', p_to text default '+12125550190')
returns text
language plpgsql
as $$
declare
  v_told constant jsonb := public.settle_call(
    p_call_sid, p_to, '+12125550131', p_status, '2026-03-03 10:00 UTC', '2026-03-03 10:01 UTC', 60
  );
begin
  return coalesce(v_told ->> 'status', v_told ->> 'reason');
end;
$$;

create function pg_temp.event(p_call_sid text, p_status text, p_sequence integer, p_second integer)
returns text
language plpgsql
as $$
begin
  return public.record_call_event(
    p_call_sid, p_status, p_sequence, timestamptz '2026-03-03 10:00 UTC' + make_interval(secs => p_second),
    '+12125550190', '+12125550131'
  ) ->> 'status';
end;
$$;

create function pg_temp.message(p_call_sid text, p_recording text, p_reason text default 'message')
returns text
language plpgsql
as $$
begin
  return public.take_message(
    null, p_call_sid, '+12125550131', p_reason, null, 'https://api.twilio.com/Recordings/' || pg_temp.recording(p_recording),
    '+12125550190'
  ) ->> 'success';
end;
$$;

create function pg_temp.recording(p_recording text)
returns text
language sql
immutable
return 'RE' || repeat('0', 28) || p_recording;

create function pg_temp.call(p_call_sid text)
returns text
language sql
volatile
as $$
  select concat_ws(' ', c.status, to_char(c.started_at at time zone 'UTC', 'HH24:MI:SS'), to_char(c.ended_at at time zone 'UTC', 'HH24:MI:SS'), c.duration_seconds || ' s', c.from_phone, c.outcome)
  from public.calls c
  where c.call_sid = p_call_sid
$$;

create function pg_temp.tasks(p_call_sid text)
returns text
language sql
volatile
as $$
  select coalesce(string_agg(concat_ws(' ', t.reason, t.body, right(t.recording_url, 4)), ', ' order by t.reason, t.recording_url), 'none')
  from public.follow_up_tasks t
  where t.call_sid = p_call_sid
$$;

-- Calls -------------------------------------------------------------------------------------------------------------------

select is(pg_temp.settle('CA-unheard'), 'completed', 'a call of which we never heard is taken from the list');
select is(pg_temp.call('CA-unheard'), 'completed 10:00:00 10:01:00 60 s +12125550131 abandoned', 'with its times, its number, and no outcome');
select is(pg_temp.tasks('CA-unheard'), 'abandoned menu', 'and leaves the one task of a call that came to nothing');
select is(pg_temp.settle('CA-unheard') || pg_temp.settle('CA-unheard', 'failed'), 'completedcompleted', 'taken again, it stays what it was');
select is(pg_temp.tasks('CA-unheard'), 'abandoned menu', 'and leaves no more');
select is(pg_temp.event('CA-unheard', 'completed', 2, 60), 'completed', 'the callback that was held up comes in after all');
select is(pg_temp.event('CA-unheard', 'ringing', 0, 0), 'completed', 'and an older one');
select is(pg_temp.tasks('CA-unheard'), 'abandoned menu', 'and still there is one task');

select is(pg_temp.event('CA-half', 'ringing', 0, 1), 'ringing', 'of another call only the beginning came in');
select is(pg_temp.settle('CA-half', 'no-answer'), 'no-answer', 'and the list ends it');
select is(pg_temp.call('CA-half'), 'no-answer 10:00:00 10:01:00 60 s +12125550131 abandoned', 'as it ended');
select is(pg_temp.tasks('CA-half'), 'failed_call menu', 'with a task that says so');

select is(pg_temp.event('CA-known', 'completed', 2, 30), 'completed', 'of a third the end came in');
select is(pg_temp.settle('CA-known', 'failed'), 'completed', 'which the list does not change');

select is(pg_temp.settle('CA-other', 'completed', '+12125550199'), 'not_found', 'a call to a number of no clinic is not ours');
select is(pg_temp.settle('CA-bad', s), 'invalid_input', 'a call that is ' || s || ' has not ended')
from unnest(array['ringing', 'in-progress', 'queued']) s;
select is((select count(*) from calls where call_sid in ('CA-other', 'CA-bad')), 0::bigint, 'and nothing of these is kept');

-- Messages ----------------------------------------------------------------------------------------------------------------

select is(pg_temp.settle('CA-message') || pg_temp.message('CA-message', '0001'), 'completedtrue', 'a message that was recorded while we were away is brought after its call');
select is(pg_temp.tasks('CA-message'), 'message 0001', 'and takes the place of the task that the end had left');
select is(pg_temp.message('CA-message', '0001', 'cancel'), 'true', 'its own webhook comes in late');
select is(pg_temp.tasks('CA-message'), 'cancel 0001', 'and knows better why there is a message');
select is(pg_temp.message('CA-message', '0001') || pg_temp.settle('CA-message'), 'truecompleted', 'brought once more');
select is(pg_temp.tasks('CA-message'), 'cancel 0001', 'it is what it was');
select is((select outcome from calls where call_sid = 'CA-message'), 'message', 'and that is what came of the call');

-- What is missing ---------------------------------------------------------------------------------------------------------

select is(
  public.find_unsettled(
    array['CA-unheard', 'CA-new'],
    array['CA-message', 'CA-message', 'CA-new'],
    array[pg_temp.recording('0001'), pg_temp.recording('0002'), pg_temp.recording('0003')]
  ) - 'recordings',
  '{"success": true, "calls": ["CA-new"], "texts": []}', 'of the calls, the one whose end is not known is missing'
);
select set_eq(
  $$
    select jsonb_array_elements_text(public.find_unsettled(
      '{}',
      array['CA-message', 'CA-message', 'CA-new'],
      array[pg_temp.recording('0001'), pg_temp.recording('0002'), pg_temp.recording('0003')]
    ) -> 'recordings')
  $$,
  array[pg_temp.recording('0002'), pg_temp.recording('0003')],
  'of the recordings, those without a task are'
);
select is(
  public.receive_text('+12125550190', '+12125550131', 'SM' || repeat('0', 32), 'late', 'Can I bring my dog?') ->> 'success',
  'true', 'a text comes in'
);
select is(
  public.find_unsettled('{}', '{}', '{}', array['SM' || repeat('0', 32), 'SM' || repeat('1', 32)]) -> 'texts',
  jsonb_build_array('SM' || repeat('1', 32)), 'of the texts, those that have not come in are missing'
);

-- A clinic has many calls and tasks. What is read to find some of them is counted by Postgres itself.
insert into calls (org_id, call_sid, status_at, started_at)
select '7e573100-0000-4000-8000-000000000001', 'CAmany' || n, now(), now()
from generate_series(1, 4000) n;
insert into follow_up_tasks (org_id, call_sid, reason, idempotency_key)
select '7e573100-0000-4000-8000-000000000001', 'CAmany' || n, 'message', 'REmany' || n
from generate_series(1, 4000) n;
create temporary table read_before as
select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) as tuples
from pg_stat_xact_user_tables
where relname in ('calls', 'follow_up_tasks');
select public.find_unsettled(
  '{}',
  array(select 'CAmany' || n from generate_series(1, 300) n),
  array(select 'REmany' || n from generate_series(1, 300) n)
) -> 'recordings' = '[]';
select cmp_ok(
  (
    select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))
    from pg_stat_xact_user_tables
    where relname in ('calls', 'follow_up_tasks')
  ) - (select tuples from read_before),
  '<=',
  12000::numeric,
  'To look up 300 recordings of a clinic that has 4,000 calls reads few rows for each, and not all of them for each'
);

select is(public.find_unsettled('{}', '{CA-1}', '{}') ->> 'reason', 'invalid_input', 'a recording without a call is refused');
select is(public.find_unsettled(null, '{}', '{}') ->> 'reason', 'invalid_input', 'and so is nothing');

-- The mark ------------------------------------------------------------------------------------------------------------------

update private.reconciliation set settled_until = '2026-03-03 10:00 UTC';
select is((public.finish_reconciliation('2026-03-03 10:05 UTC')) ->> 'success', 'true', 'the mark moves forward');
do $$ begin perform public.finish_reconciliation('2026-03-03 10:02 UTC'); end $$;
select is((public.start_reconciliation() ->> 'settled_until')::timestamptz, '2026-03-03 10:05 UTC'::timestamptz, 'and not back, when an older run ends later');
do $$ begin perform public.finish_reconciliation(now() + interval '1 day'); end $$;
select is((public.start_reconciliation() ->> 'settled_until')::timestamptz, now(), 'and never past now');
select is(public.finish_reconciliation('infinity') ->> 'reason', 'invalid_input', 'and no end of time is a mark');

select * from finish();
rollback;
