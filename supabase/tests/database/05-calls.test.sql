-- Calls: where one arrived and who is calling, how it went on by Twilio's events, and the message it may leave.
begin;
set local search_path = public, extensions;
set local timezone = 'America/New_York';
select plan(70);

select tests.set_clock('2027-06-06 21:30:15.5');

-- Two clinics ------------------------------------------------------------------------------------------------------------------------

select tests.use_clinics('7e575000-0000-4000-8000-000000000001', '7e575000-0000-4000-8000-000000000002');

insert into organizations (id, name, timezone, locale, emergency_number, greeting, address)
values
  (tests.org(), 'Calling Clinic', 'America/New_York', 'en-US', '911', 'Good to hear you.', '1 Main Street'),
  (tests.other_org(), 'Other Clinic', 'Europe/London', 'en-GB', '999', null, null);
insert into phone_numbers (org_id, phone)
values (tests.org(), '+442079460905'), (tests.other_org(), '+442079460915');
insert into resources (id, org_id, kind, name, is_active)
values
  ('7e575000-0000-4000-8000-000000000011', tests.org(), 'provider', 'Lund', true),
  ('7e575000-0000-4000-8000-000000000012', tests.org(), 'provider', 'Osei', true),
  ('7e575000-0000-4000-8000-000000000013', tests.org(), 'provider', 'Gone', false);
insert into providers (id, org_id, menu_position, spoken_name)
values
  ('7e575000-0000-4000-8000-000000000011', tests.org(), 2, 'Doctor Lund'),
  ('7e575000-0000-4000-8000-000000000012', tests.org(), 1, null),
  ('7e575000-0000-4000-8000-000000000013', tests.org(), 3, null);
insert into services (id, org_id, name, duration_minutes, menu_position, is_active)
values
  ('7e575000-0000-4000-8000-000000000021', tests.org(), 'Visit', 30, 2, true),
  ('7e575000-0000-4000-8000-000000000022', tests.org(), 'Cleaning', 45, 1, true),
  ('7e575000-0000-4000-8000-000000000023', tests.org(), 'Past service', 45, 3, false);
insert into contacts (id, org_id, phone, name)
values
  ('7e575000-0000-4000-8000-000000000031', tests.org(), '+12125550131', 'Tess Moran'),
  ('7e575000-0000-4000-8000-000000000032', tests.org(), '+12125550132', null),
  ('7e575000-0000-4000-8000-000000000033', tests.other_org(), '+12125550133', 'Vera Sands');
insert into appointments (id, org_id, contact_id, provider_id, service_id, starts_at, status)
select
  md5('calls ' || starts_at)::uuid, tests.org(), '7e575000-0000-4000-8000-000000000031',
  '7e575000-0000-4000-8000-000000000011', '7e575000-0000-4000-8000-000000000021', starts_at, status
from (values
  (timestamptz '2027-06-01 10:00', 'booked'), ('2027-06-08 10:00', 'cancelled'), ('2027-06-09 10:00', 'confirmed'), ('2027-06-10 10:00', 'booked')
) a (starts_at, status);

-- How the functions speak to the engine: with the secret key, that is, as service_role ------------------------------------------------------

create function pg_temp.begin_call(p_call text, p_from text, p_to text default '+442079460905', p_created_at text default '2027-06-06 21:30')
returns jsonb
language sql
as $$ select tests.rpc(format('begin_call(%L, %L, %L, %L)', p_to, p_from, p_call, p_created_at)) $$;

-- An event of a call: its status, number and how many seconds after half past nine Twilio made it. Gives the status after it.
create function pg_temp.event(
  p_call text,
  p_status text,
  p_sequence integer,
  p_seconds integer,
  p_to text default null,
  p_duration integer default null
)
returns text
language sql
as $$
  select coalesce(a ->> 'status', a ->> 'reason')
  from tests.rpc(format(
    'record_call_event(%L, %L, %L, %L, %L, %L, %L)',
    p_call, p_status, p_sequence, timestamptz '2027-06-06 21:30' + make_interval(secs => p_seconds), p_to, '+12125550131', p_duration
  )) a;
$$;

create function pg_temp.message(
  p_call text,
  p_from text,
  p_reason text,
  p_body text,
  p_recording_url text,
  p_org uuid default tests.org(),
  p_to text default null
)
returns jsonb
language sql
as $$
  select tests.rpc(format(
    'take_message(%L, %L, %L, %L, %L, %L, %L)', p_org, p_call, p_from, p_reason, p_body, p_recording_url, p_to
  ));
$$;

-- Who is calling, and where -----------------------------------------------------------------------------------------------------------------

create temporary table answers (what text primary key, answer jsonb);
insert into answers values ('known', pg_temp.begin_call('CAknown', '+12125550131'));
select is(
  (select (answer -> 'clinic') - 'version' from answers where what = 'known'),
  jsonb_build_object(
    'id', tests.org(), 'name', 'Calling Clinic', 'timezone', 'America/New_York', 'locale', 'en-US',
    'greeting', 'Good to hear you.', 'emergency_number', '911', 'address', '1 Main Street',
    'local_now', '2027-06-06T21:30:15'
  ),
  'A call is told which clinic it reached and what its wall clock shows, though UTC has tomorrow'
);
select is(
  (select answer -> 'services' from answers where what = 'known'),
  '[
    {"id": "7e575000-0000-4000-8000-000000000022", "name": "Cleaning", "duration_minutes": 45},
    {"id": "7e575000-0000-4000-8000-000000000021", "name": "Visit", "duration_minutes": 30}
  ]',
  'its services in the order of the menu, without those no longer given'
);
select is(
  (select answer -> 'providers' from answers where what = 'known'),
  '[
    {"id": "7e575000-0000-4000-8000-000000000012", "name": "Osei"},
    {"id": "7e575000-0000-4000-8000-000000000011", "name": "Doctor Lund"}
  ]',
  'and its providers likewise, by the names that are spoken'
);
select is(
  (select answer -> 'call' from answers where what = 'known'),
  '{"sid": "CAknown", "status": "ringing"}',
  'and the call itself'
);
select is(
  (select array_agg(k order by k) from answers a, jsonb_object_keys(a.answer) k where a.what = 'known'),
  array['call', 'clinic', 'providers', 'services', 'success'],
  'Nothing is told about who is calling: neither a name nor an appointment'
);
select is(
  pg_temp.begin_call('CAknown', '+12125550131'),
  (select answer from answers where what = 'known'),
  'Each later turn that asks again gets the same answer'
);
select is(
  pg_temp.begin_call('CAknown', '+12125550199', p_created_at => '2027-06-06 23:00'),
  (select answer from answers where what = 'known'),
  'and one that names another number does too: who is calling is settled when the call begins'
);
select results_eq(
  $$ select from_phone::text, to_phone::text, status, started_at from calls where org_id = tests.org() and call_sid = 'CAknown' $$,
  $$ values ('+12125550131', '+442079460905', 'ringing', '2027-06-06 21:30'::timestamptz) $$,
  'The call is written once, with the time that Twilio gave it'
);
select is(
  pg_temp.begin_call('CAstranger', '+12125550139') - 'call',
  (select answer - 'call' from answers where what = 'known'),
  'Whoever the clinic has never heard of gets the same answer'
);
select is(
  pg_temp.begin_call('CAnameless', '+12125550132') - 'call',
  (select answer - 'call' from answers where what = 'known'),
  'So does a contact whose name the clinic does not have'
);
select is(
  pg_temp.begin_call('CAelsewhere', '+12125550133') - 'call',
  (select answer - 'call' from answers where what = 'known'),
  'So does a patient of another clinic'
);
select is(
  array[
    pg_temp.begin_call('CAhidden', null) - 'call',
    pg_temp.begin_call('CAanonymous', 'anonymous') - 'call',
    pg_temp.begin_call('CAshort', '266696687') - 'call',
    pg_temp.begin_call('CAsip', 'sip:someone@example.test') - 'call'
  ],
  (select array_fill(answer - 'call', array[4]) from answers where what = 'known'),
  'So does whoever withholds their number, or has none'
);
select is_empty(
  $$
    select call_sid, from_phone
    from calls
    where org_id = tests.org()
      and call_sid in ('CAhidden', 'CAanonymous', 'CAshort', 'CAsip')
      and from_phone is not null
  $$,
  'whose calls have none either'
);
select is(
  pg_temp.begin_call('CAknown', '+12125550133', '+442079460915') #>> '{clinic,name}',
  'Other Clinic',
  'The number that was dialled decides on the clinic, whatever call another clinic has under that name'
);
select is(
  (pg_temp.begin_call('CAtimeless', null, p_created_at => 'infinity') ->> 'success')::boolean,
  true,
  'A call is answered even when the time it came with is none'
);
select is(
  tests.answered(call),
  reason,
  format('A call %s is answered %s, and nothing is written', what, reason)
)
from (values
  ('to a number that is no clinic''s', 'not_found', $$ begin_call('+12125550199', '+12125550131', 'CAnew', now()) $$),
  ('to something that is no number', 'not_found', $$ begin_call('''; drop table calls', '+12125550131', 'CAnew', now()) $$),
  ('to nobody', 'invalid_input', $$ begin_call(null, '+12125550131', 'CAnew', now()) $$),
  ('without a name', 'invalid_input', $$ begin_call('+442079460905', '+12125550131', null, now()) $$),
  ('with words for a name', 'invalid_input', $$ begin_call('+442079460905', '+12125550131', 'a call', now()) $$)
) bad (what, reason, call);

-- How a call goes on, by Twilio's events --------------------------------------------------------------------------------------------------------

select is(
  array[
    pg_temp.event('CAplain', 'initiated', 0, 0, '+442079460905'), pg_temp.event('CAplain', 'ringing', 1, 1),
    pg_temp.event('CAplain', 'in-progress', 2, 3), pg_temp.event('CAplain', 'completed', 3, 60, p_duration => 57)
  ],
  array['queued', 'ringing', 'in-progress', 'completed'],
  'Events in their order lead a call from ringing to its end'
);
select results_eq(
  $$
    select status, status_sequence, started_at, ended_at - started_at, duration_seconds, from_phone::text, to_phone::text
    from calls
    where org_id = tests.org()
      and call_sid = 'CAplain'
  $$,
  $$ values ('completed', 3, '2027-06-06 21:30'::timestamptz, interval '1 minute', 57, '+12125550131', '+442079460905') $$,
  'and the call shows how it ended; an event that comes before any turn makes the call, found by the number dialled'
);
create temporary table orders as
select string_agg(e.status, ' ' order by o.n) as order_of_arrival, 'CAorder' || row_number() over () as call
from (
  select a, b, c, d
  from generate_series(0, 3) a, generate_series(0, 3) b, generate_series(0, 3) c, generate_series(0, 3) d
  where (select count(distinct x) from unnest(array[a, b, c, d]) x) = 4
) p
cross join unnest(array[a, b, c, d]) with ordinality o (sequence, n)
join (values (0, 'queued'), (1, 'ringing'), (2, 'in-progress'), (3, 'completed')) e (sequence, status) using (sequence)
group by a, b, c, d;
do $$
begin
  perform pg_temp.event(call, status, p.nth - 1, p.nth * 10, '+442079460905', case status when 'completed' then 30 end)
  from (
    select call, status
    from orders
    cross join unnest(string_to_array(order_of_arrival, ' ')) with ordinality s (status, n)
    order by call, n
  ) arrivals
  cross join lateral (select array_position('{queued,ringing,in-progress,completed}', status) as nth) p;
end;
$$;
select is((select count(*) from orders), 24::bigint, 'Four events can arrive in twenty-four orders');
select is_empty(
  $$
    select o.order_of_arrival, c.status, c.status_sequence, c.duration_seconds
    from orders o
    left join calls c on c.org_id = tests.org() and c.call_sid = o.call
    where (c.status, c.status_sequence, c.duration_seconds, c.ended_at) is distinct from ('completed', 3, 30, timestamptz '2027-06-06 21:30:40')
  $$,
  'and in whichever they do, the call ends the same'
);
select is(
  array[pg_temp.event('CAplain', 'ringing', 4, 90), pg_temp.event('CAplain', 'in-progress', 5, 95)],
  array['completed', 'completed'],
  'An ended call does not open again, even for events with a later clock'
);
create temporary table before_repeat as
select c.*, (select count(*) from call_events e where e.org_id = c.org_id and e.call_sid = c.call_sid) as events
from calls c
where c.org_id = tests.org()
  and c.call_sid = 'CAplain';
select is(
  array[
    pg_temp.event('CAplain', 'ringing', 1, 1), pg_temp.event('CAplain', 'completed', 3, 60, p_duration => 57),
    pg_temp.event('CAplain', 'completed', 3, 60), pg_temp.event('CAplain', 'initiated', 0, 0)
  ],
  array['completed', 'completed', 'completed', 'completed'],
  'Events that are repeated are answered alike'
);
select results_eq(
  $$
    select c.*, (select count(*) from call_events e where e.org_id = c.org_id and e.call_sid = c.call_sid)
    from calls c
    where c.org_id = tests.org()
      and c.call_sid = 'CAplain'
  $$,
  $$ select * from before_repeat $$,
  'and change nothing'
);
select is(
  array[pg_temp.event('CAtwins', 'in-progress', 1, 5, '+442079460905'), pg_temp.event('CAtwins', 'ringing', 1, 2)],
  array['in-progress', 'in-progress'],
  'Among events that are no end, the clock decides, not the number'
);
select is(
  pg_temp.event('CAknown', 'in-progress', 1, 5),
  'in-progress',
  'An event that names the call alone finds the clinic by the call'
);
select is(pg_temp.begin_call('CAknown', '+12125550131') #>> '{call,status}', 'in-progress', 'The next turn is told the status');
select pg_temp.begin_call('CAplain', null) #>> '{call,status}';
select isnt(
  (select from_phone from calls where org_id = tests.org() and call_sid = 'CAplain'),
  null,
  'A turn that comes after the first event finds the call that it made'
);
select is(
  array[pg_temp.event('CAbusy', 'busy', 0, 1, '+442079460905'), pg_temp.event('CAbusy', 'completed', 1, 1)],
  array['busy', 'completed'],
  'Of several ends the newest counts'
);
select is(
  tests.answered(call),
  reason,
  format('An event %s is answered %s, and nothing is written', what, reason)
)
from (values
  ('of an unknown call', 'not_found', $$ record_call_event('CAnobody', 'ringing', 0, now()) $$),
  ('of a call to nobody', 'not_found', $$ record_call_event('CAnobody', 'ringing', 0, now(), '+12125550199') $$),
  ('without a call', 'invalid_input', $$ record_call_event(null, 'ringing', 0, now()) $$),
  ('without a status', 'invalid_input', $$ record_call_event('CAplain', null, 9, now()) $$),
  ('with an unknown status', 'invalid_input', $$ record_call_event('CAplain', 'exploded', 9, now()) $$),
  ('without a number', 'invalid_input', $$ record_call_event('CAplain', 'ringing', null, now()) $$),
  ('with a negative number', 'invalid_input', $$ record_call_event('CAplain', 'ringing', -1, now()) $$),
  ('with an endless number', 'invalid_input', $$ record_call_event('CAplain', 'ringing', 2147483647, now()) $$),
  ('without a time', 'invalid_input', $$ record_call_event('CAplain', 'ringing', 9, null) $$),
  ('at no time', 'invalid_input', $$ record_call_event('CAplain', 'ringing', 9, 'infinity') $$),
  ('of a negative length', 'invalid_input', $$ record_call_event('CAplain', 'completed', 9, now(), null, null, -1) $$)
) bad (what, reason, call);

-- What the end of a call leaves -------------------------------------------------------------------------------------------------------------------

select is(
  (
    select array_agg(t.reason || ' ' || t.from_phone || ' ' || coalesce(c.name, ''))
    from follow_up_tasks t
    left join contacts c on c.id = t.contact_id
    where t.org_id = tests.org()
      and t.call_sid = 'CAplain'
  ),
  array['abandoned +12125550131 Tess Moran'],
  'A call that ended with nothing leaves staff one task, with who called, however often its end is told'
);
select is(pg_temp.event('CAfailed', 'failed', 0, 1, '+442079460905'), 'failed', 'A call may fail before anybody heard anything');
select is(
  (select array_agg(reason) from follow_up_tasks where org_id = tests.org() and call_sid = 'CAfailed'),
  array['failed_call'],
  'which is a task of another kind'
);

-- Messages ----------------------------------------------------------------------------------------------------------------------------------------

select pg_temp.begin_call('CAtalk', '+12125550131') #>> '{call,status}';
insert into answers values ('message', pg_temp.message('CAtalk', '+12125550131', 'message', 'Please call me back.', null));
select results_eq(
  $$
    select call_sid::text, contact_id, from_phone::text, reason, body, recording_url, status
    from follow_up_tasks
    where id = (select (answer ->> 'task_id')::uuid from answers where what = 'message')
      and org_id = tests.org()
  $$,
  $$ values ('CAtalk', '7e575000-0000-4000-8000-000000000031'::uuid, '+12125550131', 'message', 'Please call me back.', null::text, 'open') $$,
  'A message is a task for staff, with who left it'
);
select is(
  pg_temp.message('CAtalk', '+12125550131', 'message', 'Please call me back.', null),
  (select answer from answers where what = 'message'),
  'The same message again is the same task'
);
select isnt(
  pg_temp.message('CAtalk', '+12125550131', 'message', 'And bring the papers.', null),
  (select answer from answers where what = 'message'),
  'Another message of the same call is another task'
);
select isnt(
  pg_temp.message('CAtalk', '+12125550131', 'callback', 'Please call me back.', null),
  (select answer from answers where what = 'message'),
  'and so are the same words for another reason'
);
insert into answers
values ('recording', pg_temp.message('CAtalk', '+12125550131', 'message', null, 'https://api.example.test/Recordings/RE' || repeat('a1', 16)));
select is(
  array[
    pg_temp.message('CAtalk', '+12125550131', 'message', 'Hello, this is', 'https://api.example.test/Recordings/RE' || repeat('a1', 16) || '.mp3'),
    pg_temp.message('CAtalk', null, 'voicemail', null, 'https://media.example.test/RE' || repeat('a1', 16), null, '+442079460905')
  ],
  array_fill((select answer from answers where what = 'recording'), array[2]),
  'One recording is one message, whoever reports it and under whatever address'
);
select isnt(
  pg_temp.message('CAtalk', '+12125550131', 'message', null, 'https://api.example.test/Recordings/RE' || repeat('b2', 16)),
  (select answer from answers where what = 'recording'),
  'Another recording is another message'
);
create function pg_temp.left_at(p_answer jsonb)
returns text
language sql
as $$
  select o.name
  from public.follow_up_tasks t
  join public.organizations o on o.id = t.org_id
  where t.id = (p_answer ->> 'task_id')::uuid;
$$;
select is(
  array[
    pg_temp.left_at(pg_temp.message('CAnew', '+12125550131', 'message', 'To the number.', null, null, '+442079460915')),
    pg_temp.left_at(pg_temp.message('CAtalk', '+12125550131', 'message', 'To the call''s clinic.', null, null))
  ],
  array['Other Clinic', 'Calling Clinic'],
  'When only the dialled number or the call is known, the clinic is found by it'
);
select is(
  array[
    (pg_temp.message('CAtalk', 'anonymous', null, null, null) ->> 'success'),
    (pg_temp.message('CAtalk', null, 'message', repeat('Long ', 2000), null) ->> 'success')
  ],
  array['true', 'true'],
  'Who hides their number and says nothing leaves a task, and who talks for ever leaves the beginning'
);
select is(
  tests.answered(call),
  reason,
  format('A message %s is answered %s, and nothing is written', what, reason)
)
from (values
  ('for an unknown clinic', 'not_found', format($$ take_message(%L, 'CAtalk', null, 'message', 'Hello', null) $$, gen_random_uuid())),
  ('for nobody', 'not_found', $$ take_message(null, 'CAunheard', null, 'message', 'Hello', null) $$),
  ('without a call', 'invalid_input', format($$ take_message(%L, null, null, 'message', 'Hello', null) $$, tests.org())),
  ('with words for a call', 'invalid_input', format($$ take_message(%L, 'a call', null, 'message', 'Hello', null) $$, tests.org())),
  ('with words for a reason', 'invalid_input', format($$ take_message(%L, 'CAtalk', null, 'Because I say so', 'Hello', null) $$, tests.org())),
  ('with an endless address', 'invalid_input', format($$ take_message(%L, 'CAtalk', null, 'message', null, 'https://%s') $$, tests.org(), repeat('x', 600)))
) bad (what, reason, call);

-- The end of a call and what the caller had begun ----------------------------------------------------------------------------------------------------

-- What the tasks of a call say, oldest first.
create function pg_temp.tasks(p_call text)
returns text[]
language sql
as $$
  select coalesce(array_agg(reason order by created_at, reason), '{}')
  from public.follow_up_tasks
  where org_id = tests.org()
    and call_sid = p_call;
$$;
select is(
  array[pg_temp.event('CAdone', 'in-progress', 1, 5, '+442079460905'), pg_temp.event('CAdone', 'completed', 2, 50)],
  array['in-progress', 'completed'],
  'A caller hangs up while a message is still being recorded'
);
select is(pg_temp.tasks('CAdone'), array['abandoned'], 'The end of the call leaves its task');
select is(
  pg_temp.message('CAdone', '+12125550131', 'message', 'I was cut off.', null) ->> 'task_id',
  (select id::text from follow_up_tasks where org_id = tests.org() and call_sid = 'CAdone'),
  'A message that is reported after the end becomes that task'
);
select is(
  array[pg_temp.event('CAdone', 'completed', 2, 50), pg_temp.event('CAdone', 'completed', 3, 51)],
  array['completed', 'completed'],
  'The end may be told again'
);
select is(pg_temp.tasks('CAdone'), array['message'], 'and there is one task still: the message');
select is(
  array[
    pg_temp.begin_call('CAheard', '+12125550131') #>> '{call,status}',
    pg_temp.message('CAheard', '+12125550131', 'message', 'Call me.', null) ->> 'success',
    pg_temp.event('CAheard', 'completed', 1, 40)
  ],
  array['ringing', 'true', 'completed'],
  'A call that left its message before it ended'
);
select is(pg_temp.tasks('CAheard'), array['message'], 'leaves no other task');

insert into appointment_holds (id, org_id, call_sid, provider_id, service_id, starts_at, ends_at, expires_at)
values (
  '7e575000-0000-4000-8000-000000000041', tests.org(), 'CAhold', '7e575000-0000-4000-8000-000000000011',
  '7e575000-0000-4000-8000-000000000021', '2027-06-20 10:00', '2027-06-20 10:30', '2027-06-06 21:35'
);
insert into slot_claims (org_id, resource_id, during, hold_id, expires_at)
values (
  tests.org(), '7e575000-0000-4000-8000-000000000011', '[2027-06-20 10:00, 2027-06-20 10:30)',
  '7e575000-0000-4000-8000-000000000041', '2027-06-06 21:35'
);
select is(pg_temp.event('CAhold', 'completed', 1, 40, '+442079460905'), 'completed', 'A caller hangs up who was holding a time');
select results_eq(
  $$
    select h.status, exists (select 1 from slot_claims c where c.hold_id = h.id)
    from appointment_holds h
    where h.id = '7e575000-0000-4000-8000-000000000041'
  $$,
  $$ values ('released', false) $$,
  'Their time is free at once, not when the hold would have ended'
);
insert into provider_services (org_id, provider_id, service_id)
values (tests.org(), '7e575000-0000-4000-8000-000000000011', '7e575000-0000-4000-8000-000000000021');
insert into availability (org_id, provider_id, weekday, opens_at, closes_at)
values (tests.org(), '7e575000-0000-4000-8000-000000000011', 7, '09:00', '12:00');
select is(
  array(
    select tests.rpc(format(
      'claim_slot_atomic(%L, %L, %L, %L, %L)', tests.org(), '7e575000-0000-4000-8000-000000000011',
      '7e575000-0000-4000-8000-000000000021', '2027-06-20 10:00', call
    )) ->> 'reason'
    from unnest(array['CAhold', 'CAknown']) call
  ),
  array['not_found', null],
  'A turn that comes in after the end holds nothing, while a call that goes on does'
);

select * from finish();
rollback;
