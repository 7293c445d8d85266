-- The end of a call: one state for one set of events, however they come in; nothing held, nothing lost, nothing twice.
begin;
set local search_path = public, extensions;
select plan(64);

insert into organizations (id, name, timezone)
values
  ('7e573000-0000-4000-8000-000000000001', 'Callers Clinic', 'UTC'),
  ('7e573000-0000-4000-8000-000000000002', 'Other Clinic', 'UTC');
insert into phone_numbers (org_id, phone)
values
  ('7e573000-0000-4000-8000-000000000001', '+12125550190'),
  ('7e573000-0000-4000-8000-000000000002', '+12125550191');

create function pg_temp.org()
returns uuid
language sql
immutable
return '7e573000-0000-4000-8000-000000000001'::uuid;

insert into contacts (org_id, phone, name)
values (pg_temp.org(), '+12125550131', 'Tess Moran');
insert into resources (id, org_id, kind, name)
values ('7e573000-0000-4000-8000-000000000011', pg_temp.org(), 'provider', 'Lund');
insert into providers (id, org_id)
values ('7e573000-0000-4000-8000-000000000011', pg_temp.org());
insert into services (id, org_id, name, duration_minutes)
values ('7e573000-0000-4000-8000-000000000021', pg_temp.org(), 'Visit', 30);
insert into provider_services (org_id, provider_id, service_id)
values (pg_temp.org(), '7e573000-0000-4000-8000-000000000011', '7e573000-0000-4000-8000-000000000021');
insert into availability (org_id, provider_id, weekday, opens_at, closes_at)
select pg_temp.org(), '7e573000-0000-4000-8000-000000000011', d, '00:00', '00:00'
from generate_series(1, 7) d;

create function pg_temp.at(p_time text)
returns timestamptz
language sql
immutable
return ('2026-03-03 ' || p_time || ' UTC')::timestamptz;

-- Twilio reports: 'ringing 0 10:00:00', or 'completed 2 10:01:00 60' with a duration. Answers the status, or the reason.
create function pg_temp.report(p_call_sid text, p_event text, p_to text default '+12125550190')
returns text
language plpgsql
as $$
declare
  v_part constant text[] := string_to_array(p_event, ' ');
  v_told jsonb;
begin
  v_told := public.record_call_event(
    p_call_sid, v_part[1], v_part[2]::int, pg_temp.at(v_part[3]), p_to, '+12125550131', v_part[4]::int
  );
  return coalesce(v_told ->> 'status', v_told ->> 'reason');
end;
$$;

create function pg_temp.reports(p_call_sid text, variadic p_events text[])
returns void
language plpgsql
as $$
begin
  for v_i in 1..array_length(p_events, 1) loop
    perform pg_temp.report(p_call_sid, p_events[v_i]);
  end loop;
end;
$$;

-- All that a call's events decide, in a line.
create function pg_temp.state(p_call_sid text)
returns text
language sql
volatile
as $$
  select concat_ws(' ', c.status, c.status_sequence, to_char(c.status_at at time zone 'UTC', 'HH24:MI:SS'),
    'from ' || to_char(c.started_at at time zone 'UTC', 'HH24:MI:SS'),
    'to ' || to_char(c.ended_at at time zone 'UTC', 'HH24:MI:SS'), c.duration_seconds || ' s', c.outcome)
  from public.calls c
  where c.call_sid = p_call_sid
$$;

-- What staff got from a call: reason, body and status of each task.
create function pg_temp.tasks(p_call_sid text)
returns text
language sql
volatile
as $$
  select coalesce(string_agg(concat_ws(' ', t.reason, t.body, right(t.recording_url, 4), t.status), ', ' order by t.reason, t.recording_url), 'none')
  from public.follow_up_tasks t
  where t.call_sid = p_call_sid
$$;

create function pg_temp.begin(p_call_sid text)
returns text
language sql
volatile
as $$
  select public.begin_call('+12125550190', '+12125550131', p_call_sid, pg_temp.at('10:00:00')) -> 'call' ->> 'status'
$$;

create function pg_temp.claim(p_call_sid text, p_hour integer)
returns jsonb
language sql
volatile
as $$
  select public.claim_slot_atomic(
    pg_temp.org(), '7e573000-0000-4000-8000-000000000011', '7e573000-0000-4000-8000-000000000021',
    date_trunc('day', now(), 'UTC') + make_interval(days => 2, hours => p_hour), p_call_sid
  )
$$;

create function pg_temp.message(p_call_sid text, p_recording text, p_reason text default 'message', p_org uuid default null)
returns jsonb
language sql
volatile
as $$
  select public.take_message(
    p_org, p_call_sid, '+12125550131', p_reason, null,
    'https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE' || repeat('0', 28) || p_recording, '+12125550190'
  )
$$;

-- One state for one set of events ---------------------------------------------------------------------------------------

select is(pg_temp.report('CA-life', 'ringing 0 10:00:00'), 'ringing', 'a call that nobody told us of begins with its first event');
select is(pg_temp.report('CA-life', 'in-progress 1 10:00:02'), 'in-progress', 'a later event moves it on');
select is(pg_temp.report('CA-life', 'completed 2 10:01:02 60'), 'completed', 'an end ends it');
select is(
  pg_temp.state('CA-life'), 'completed 2 10:01:02 from 10:00:00 to 10:01:02 60 s abandoned',
  'an ended call says when it was, for how long, and what came of it'
);

do $$ begin perform pg_temp.reports('CA-twice', 'ringing 0 10:00:00', 'ringing 0 10:00:00', 'in-progress 1 10:00:02', 'completed 2 10:01:02 60', 'completed 2 10:01:02 60', 'ringing 0 10:00:00'); end $$;
select is(pg_temp.state('CA-twice'), pg_temp.state('CA-life'), 'repeated events change nothing');
select is((select count(*) from call_events where call_sid = 'CA-twice'), 3::bigint, 'each event is kept once');
select is(pg_temp.tasks('CA-twice'), 'abandoned menu open', 'an end that comes twice leaves one task');

do $$ begin perform pg_temp.reports('CA-order-' || n, variadic o)
from (values
  (1, array['ringing 0 10:00:00', 'completed 2 10:01:02 60', 'in-progress 1 10:00:02']),
  (2, array['in-progress 1 10:00:02', 'ringing 0 10:00:00', 'completed 2 10:01:02 60']),
  (3, array['in-progress 1 10:00:02', 'completed 2 10:01:02 60', 'ringing 0 10:00:00']),
  (4, array['completed 2 10:01:02 60', 'ringing 0 10:00:00', 'in-progress 1 10:00:02']),
  (5, array['completed 2 10:01:02 60', 'in-progress 1 10:00:02', 'ringing 0 10:00:00'])
) orders (n, o); end $$;
select is(pg_temp.state('CA-order-' || n), pg_temp.state('CA-life'), 'any order of the events ends the same (' || n || ')')
from generate_series(1, 5) n;
select is(pg_temp.tasks('CA-order-' || n), 'abandoned menu open', 'and leaves the same one task (' || n || ')')
from generate_series(1, 5) n;

select is(
  (pg_temp.report('CA-life', 'in-progress 7 10:30:00')), 'completed',
  'an end stays an end, even when a later event says that the call goes on'
);
select is(pg_temp.report('CA-same', 'in-progress 1 10:00:00') || ' ' || pg_temp.report('CA-same', 'ringing 0 10:00:00'), 'in-progress in-progress', 'within one second the sequence decides');

-- Twilio's clock and ours differ: what a turn told us is not taken back by an event from before it.
select is(pg_temp.begin('CA-turn'), 'ringing', 'a turn that comes in makes the call ring');
select is(pg_temp.report('CA-turn', 'initiated 0 09:59:58'), 'ringing', 'an event from before that turn does not set the call back');
select is(pg_temp.state('CA-turn'), 'ringing 0 09:59:58 from 09:59:58', 'but tells that it began earlier');
select is(pg_temp.report('CA-turn', 'in-progress 2 10:00:00'), 'in-progress', 'and one from after it moves it on');
select is(pg_temp.report('CA-late-turn', 'queued 0 09:59:58'), 'queued', 'a call may be queued first');
select is(pg_temp.begin('CA-late-turn'), 'ringing', 'until a turn of it comes in');

do $$ begin perform pg_temp.reports('CA-ends-a', 'busy 1 10:00:01', 'completed 2 10:00:02 3'); end $$;
do $$ begin perform pg_temp.reports('CA-ends-b', 'completed 2 10:00:02 3', 'busy 1 10:00:01'); end $$;
select is(pg_temp.tasks('CA-ends-a') || ', ' || pg_temp.state('CA-ends-a'), pg_temp.tasks('CA-ends-b') || ', ' || pg_temp.state('CA-ends-b'), 'of two ends the later counts, for the task as well, whichever came first');

select is(pg_temp.report('CA-nobody', 'ringing 0 10:00:00', '+12125550199'), 'not_found', 'a number of no clinic has no calls');
select is(
  pg_temp.report('CA-bad', e), 'invalid_input', 'refused: ' || e
)
from unnest(array['dancing 0 10:00:00', 'ringing -1 10:00:00', 'ringing 100001 10:00:00', 'completed 0 10:00:00 -5']) e;
select is(
  public.record_call_event('CA-bad', 'ringing', 0, 'infinity', '+12125550190') ->> 'reason', 'invalid_input',
  'refused: an event at no time'
);
select is((select count(*) from calls where call_sid in ('CA-bad', 'CA-nobody')), 0::bigint, 'and nothing of them is kept');

-- What a call leaves ----------------------------------------------------------------------------------------------------

select pg_temp.reports('CA-' || s, 'ringing 0 10:00:00', s || ' 1 10:00:20')
from unnest(array['busy', 'failed', 'no-answer', 'canceled']) s;
select is(pg_temp.tasks('CA-' || s), 'failed_call menu open', 'a call that ends ' || s || ' leaves a task that says so')
from unnest(array['busy', 'failed', 'no-answer', 'canceled']) s;

do $$ begin perform pg_temp.begin('CA-middle'); end $$;
select is((pg_temp.claim('CA-middle', 9)) ->> 'success', 'true', 'a caller holds a time');
select is((pg_temp.claim('CA-rival', 9)) ->> 'reason', 'slot_taken', 'which nobody else can have meanwhile');
do $$ begin perform pg_temp.report('CA-middle', 'completed 2 10:01:02 60'); end $$;
select is(pg_temp.tasks('CA-middle'), 'abandoned time_held open', 'who hangs up in the middle of booking leaves a task that says how far they came');
select is(
  (select count(*) from appointment_holds where call_sid = 'CA-middle' and status = 'held')
    + (select count(*) from slot_claims c join appointment_holds h on h.org_id = c.org_id and h.id = c.hold_id where h.call_sid = 'CA-middle'),
  0::bigint, 'and holds nothing any more'
);
select is(
  (select concat_ws(' ', t.from_phone, c.name, t.assignee, t.status, (t.due_at > now()))
   from follow_up_tasks t left join contacts c on c.org_id = t.org_id and c.id = t.contact_id
   where t.call_sid = 'CA-middle'),
  '+12125550131 Tess Moran open t', 'the task names the patient, is due, and waits for somebody to take it'
);
select is((pg_temp.claim('CA-middle', 10)) ->> 'reason', 'not_found', 'a turn that comes in after the end holds nothing for it');
select is((pg_temp.claim('CA-rival', 9)) ->> 'success', 'true', 'and the time is there for somebody else');

do $$ begin perform pg_temp.begin('CA-booked'); end $$;
select is(
  public.confirm_hold(pg_temp.org(), (pg_temp.claim('CA-booked', 11) ->> 'hold_id')::uuid, '{"phone": "+12125550131"}') ->> 'success',
  'true', 'a caller books'
);
do $$ begin perform pg_temp.report('CA-booked', 'completed 2 10:01:02 60'); end $$;
select is(pg_temp.tasks('CA-booked'), 'none', 'a call that came to something leaves no task');
select is((pg_temp.claim('CA-booked', 11)) ? 'code', true, 'a copy of a turn of it still answers what it answered');
select is((pg_temp.claim('CA-booked', 12)) ->> 'reason', 'not_found', 'but holds nothing new');
do $$ begin perform private.enter_clinic(pg_temp.org()), private.note_outcome(pg_temp.org(), 'CA-booked', 'answered'), private.note_progress(pg_temp.org(), 'CA-booked', 'menu'); end $$;
select is((select outcome || ' ' || progress from calls where call_sid = 'CA-booked'), 'booked time_held', 'and what came of the call stays, and how far it came');

-- Messages ----------------------------------------------------------------------------------------------------------------

do $$ begin perform pg_temp.begin('CA-message'); end $$;
select is((pg_temp.message('CA-message', '0001')) ->> 'success', 'true', 'a caller leaves a message');
do $$ begin perform pg_temp.report('CA-message', 'completed 2 10:01:02 60'); end $$;
select is(pg_temp.tasks('CA-message'), 'message 0001 open', 'which is the one task of the call');
select is(
  (pg_temp.message('CA-message', '0001')) ->> 'task_id', (select id::text from follow_up_tasks where call_sid = 'CA-message'),
  'the same recording again is the same task'
);
do $$ begin perform pg_temp.message('CA-message', '0002'); end $$;
select is(pg_temp.tasks('CA-message'), 'message 0001 open, message 0002 open', 'another recording is another');

do $$ begin perform pg_temp.report('CA-late', 'completed 2 10:01:02 60'); end $$;
do $$ begin perform pg_temp.message('CA-late', '0003', 'trouble'); end $$;
select is(pg_temp.tasks('CA-late'), 'trouble 0003 open', 'a message that is reported after the end takes the place of the task that the end left');
do $$ begin perform pg_temp.message('CA-late', '0003'); end $$;
select is(pg_temp.tasks('CA-late'), 'trouble 0003 open', 'reported once more, it keeps the reason that it had');

do $$ begin perform pg_temp.report('CA-done', 'completed 2 10:01:02 60'); end $$;
update follow_up_tasks set status = 'done' where call_sid = 'CA-done';
do $$ begin perform pg_temp.message('CA-done', '0004'); end $$;
select is(pg_temp.tasks('CA-done'), 'message 0004 open', 'staff who were done with the end of a call have to hear its message all the same');

do $$ begin perform pg_temp.message('CA-first', '0005'); end $$;
do $$ begin perform pg_temp.report('CA-first', 'completed 2 10:01:02 60'); end $$;
select is(pg_temp.tasks('CA-first'), 'message 0005 open', 'a message is what came of a call of which nothing else has reached us yet');
select is((select outcome || ' ' || to_phone from calls where call_sid = 'CA-first'), 'message +12125550190', 'and the call knows it');

-- A caller who withholds their number and keys one in is called back there, whatever came of the call.
create function pg_temp.withheld(p_call_sid text)
returns text
language plpgsql
as $$
declare
  v_ring constant jsonb := public.begin_call('+12125550190', null, p_call_sid, pg_temp.at('10:00:00'));
  v_key constant jsonb := public.note_caller_phone(pg_temp.org(), p_call_sid, '+12125550131');
begin
  return concat_ws(' ', v_ring ->> 'success', v_key ->> 'success');
end;
$$;
create function pg_temp.call_back(p_call_sid text)
returns text
language sql
volatile
as $$
  select string_agg(concat_ws(' ', t.reason, t.from_phone, t.contact_id), ', ')
  from public.follow_up_tasks t
  where t.call_sid = p_call_sid
$$;
select is(
  pg_temp.withheld('CA-withheld-a') || ' ' || pg_temp.withheld('CA-withheld-b'), 'true true true true',
  'two callers withhold their number, and key one in'
);
do $$ begin
  perform public.take_message(pg_temp.org(), 'CA-withheld-a', null, 'message', null, 'https://api.twilio.com/RE' || repeat('0', 28) || '0009');
  perform pg_temp.report('CA-withheld-b', 'completed 2 10:01:02 60');
end $$;
select is(pg_temp.call_back('CA-withheld-a'), 'message +12125550131', 'the message of one names it, and nobody whose it may be');
select is(pg_temp.call_back('CA-withheld-b'), 'abandoned +12125550131', 'and so does the end of the other');

select is(
  public.take_message(null, 'CA-none', null, 'message', null, 'https://api.twilio.com/RE1', '+12125550199') ->> 'reason',
  'not_found', 'a message for a number of no clinic is refused'
);
select is(
  public.take_message(null, 'CA-none', null, 'DROP', null, 'https://api.twilio.com/RE1', '+12125550190') ->> 'reason',
  'invalid_input', 'and so is a reason that is none'
);
select is(pg_temp.tasks('CA-none'), 'none', 'which leave nothing');

select * from finish();
rollback;
