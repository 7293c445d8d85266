-- Availability: what is offered, by example.
begin;
set local search_path = public, extensions;
select plan(61);


-- A clinic in New York. Now is eight in the morning of Monday, 7 June 2027 -----------------------------------------------------

set local timezone = 'America/New_York';
select tests.set_clock('2027-06-07 08:00');

create function pg_temp.org()
returns uuid
language sql
immutable
return '7e573000-0000-4000-8000-000000000001'::uuid;

insert into organizations (id, name, timezone)
values (pg_temp.org(), 'Open Clinic', 'America/New_York');
insert into contacts (org_id, phone)
values (pg_temp.org(), '+12125550131');

create function pg_temp.resource(p_name text)
returns uuid
language sql
stable
as $$ select id from public.resources where org_id = pg_temp.org() and name = p_name $$;

create function pg_temp.service(p_name text)
returns uuid
language sql
stable
as $$ select id from public.services where org_id = pg_temp.org() and name = p_name $$;

-- Lund and Osei work on Mondays with a lunch break; Lund also on the night from Friday to Saturday.
insert into resources (id, org_id, kind, name)
values
  ('7e573000-0000-4000-8000-000000000011', pg_temp.org(), 'provider', 'Lund'),
  ('7e573000-0000-4000-8000-000000000012', pg_temp.org(), 'provider', 'Osei'),
  ('7e573000-0000-4000-8000-000000000013', pg_temp.org(), 'room', 'Blue room'),
  ('7e573000-0000-4000-8000-000000000014', pg_temp.org(), 'room', 'Red room'),
  ('7e573000-0000-4000-8000-000000000015', pg_temp.org(), 'device', 'Scanner');
insert into providers (id, org_id, menu_position)
values (pg_temp.resource('Lund'), pg_temp.org(), 1), (pg_temp.resource('Osei'), pg_temp.org(), 2);
insert into availability (org_id, provider_id, weekday, opens_at, closes_at, valid_from, valid_to)
values
  (pg_temp.org(), pg_temp.resource('Lund'), 1, '09:00', '12:00', null, null),
  (pg_temp.org(), pg_temp.resource('Lund'), 1, '13:00', '17:00', null, null),
  (pg_temp.org(), pg_temp.resource('Lund'), 5, '22:00', '02:00', null, null),
  (pg_temp.org(), pg_temp.resource('Osei'), 1, '09:00', '12:00', '2027-06-14', '2027-06-21');
insert into services (org_id, name, duration_minutes, slot_step_minutes, min_notice_minutes, buffer_before_minutes, buffer_after_minutes, assignment)
values
  (pg_temp.org(), 'Hour', 60, 60, 0, 0, 0, 'first_free'),
  (pg_temp.org(), 'Hour by halves', 60, 30, 0, 0, 0, 'first_free'),
  (pg_temp.org(), 'Half', 30, 15, 0, 10, 5, 'first_free'),
  (pg_temp.org(), 'Spread', 60, 60, 0, 0, 0, 'spread'),
  (pg_temp.org(), 'Surgery', 60, 60, 0, 15, 15, 'first_free'),
  (pg_temp.org(), 'Scan', 60, 60, 0, 0, 0, 'first_free');
insert into provider_services (org_id, provider_id, service_id)
select p.org_id, p.id, s.id
from providers p
join services s on s.org_id = p.org_id
where p.org_id = pg_temp.org();
insert into service_resources (org_id, service_id, resource_id, kind)
select s.org_id, s.id, r.id, r.kind
from services s
join resources r on r.org_id = s.org_id
where s.org_id = pg_temp.org()
  and (s.name, r.name) in (('Surgery', 'Blue room'), ('Scan', 'Blue room'), ('Scan', 'Red room'), ('Scan', 'Scanner'));

create function pg_temp.found(
  p_service text,
  p_from text,
  p_to text,
  p_provider text default null,
  p_limit integer default 100
)
returns jsonb
language sql
as $$
  select public.find_open_slots(
    pg_temp.org(), pg_temp.service(p_service), p_from::timestamptz, p_to::timestamptz, pg_temp.resource(p_provider), p_limit
  );
$$;

-- The starts as one line: "09:00 10:00", with the day before them where the span has several.
create function pg_temp.starts(p_found jsonb, p_format text default 'HH24:MI')
returns text
language sql
as $$
  select coalesce(string_agg(to_char((s ->> 'starts_local')::timestamp, p_format), ' ' order by n), p_found ->> 'reason', '')
  from jsonb_array_elements(p_found -> 'slots') with ordinality e (s, n);
$$;

-- The same with who: "09:00 Lund".
create function pg_temp.offers(p_found jsonb)
returns text
language sql
as $$
  select string_agg(to_char((s ->> 'starts_local')::timestamp, 'HH24:MI ') || (s ->> 'provider_name'), ', ' order by n)
  from jsonb_array_elements(p_found -> 'slots') with ordinality e (s, n);
$$;

create function pg_temp.book(p_provider text, p_service text, p_starts_at text, p_status text default 'booked')
returns void
language sql
as $$
  insert into public.appointments (org_id, contact_id, provider_id, service_id, starts_at, status)
  select pg_temp.org(), c.id, pg_temp.resource(p_provider), pg_temp.service(p_service), p_starts_at::timestamptz, p_status
  from public.contacts c
  where c.org_id = pg_temp.org();
$$;

create function pg_temp.hold(p_provider text, p_starts_at text, p_left interval)
returns void
language sql
as $$
  with hold as (
    insert into public.appointment_holds (org_id, call_sid, provider_id, service_id, starts_at, ends_at, expires_at)
    values (
      pg_temp.org(), 'CA' || md5(p_starts_at), pg_temp.resource(p_provider), pg_temp.service('Hour'),
      p_starts_at::timestamptz, p_starts_at::timestamptz + interval '1 hour', current_setting('test.now')::timestamptz + p_left
    )
    returning *
  )
  insert into public.slot_claims (org_id, resource_id, during, hold_id, expires_at)
  select org_id, provider_id, tstzrange(starts_at, ends_at), id, expires_at
  from hold;
$$;

-- Hours ----------------------------------------------------------------------------------------------------------------------------

select is(
  pg_temp.starts(pg_temp.found('Hour', '2027-06-07', '2027-06-08')),
  '09:00 10:00 11:00 13:00 14:00 15:00 16:00',
  'Opening hours with a lunch break are filled step by step, and nothing starts that would run into the break'
);
select is(
  pg_temp.starts(pg_temp.found('Hour by halves', '2027-06-07', '2027-06-08')),
  '09:00 09:30 10:00 10:30 11:00 13:00 13:30 14:00 14:30 15:00 15:30 16:00',
  'Steps may be shorter than the appointment'
);
select is(pg_temp.starts(pg_temp.found('Hour', '2027-06-08', '2027-06-11')), '', 'On days without hours nothing is open');
select is(
  pg_temp.starts(pg_temp.found('Hour', '2027-06-07 10:00', '2027-06-07 14:00')),
  '10:00 11:00 13:00',
  'A span takes the start at its beginning and leaves the one at its end'
);
select is(
  pg_temp.starts(pg_temp.found('Hour', '2027-06-07 10:00:01', '2027-06-07 13:00:01')),
  '11:00 13:00',
  'A span need not begin on a step'
);
select is(
  pg_temp.starts(pg_temp.found('Hour', '2027-06-11', '2027-06-13'), 'Dy HH24:MI'),
  'Fri 22:00 Fri 23:00 Sat 00:00 Sat 01:00',
  'Hours may cross midnight'
);
select is(
  pg_temp.starts(pg_temp.found('Hour', '2027-06-12', '2027-06-13')),
  '00:00 01:00',
  'Asked about Saturday, the hours that opened on Friday evening are found'
);
select is(
  pg_temp.starts(pg_temp.found('Hour', '2027-06-01', '2027-07-01', 'Osei'), 'DD HH24'),
  '14 09 14 10 14 11 21 09 21 10 21 11',
  'Hours count from the day from which they are valid to the day to which they are, both included'
);
insert into availability (org_id, provider_id, weekday, opens_at, closes_at)
values
  (pg_temp.org(), pg_temp.resource('Osei'), 3, '09:00', '11:00'),
  (pg_temp.org(), pg_temp.resource('Osei'), 3, '10:30', '12:30'),
  (pg_temp.org(), pg_temp.resource('Osei'), 3, '09:00', '10:00');
select is(
  pg_temp.starts(pg_temp.found('Hour', '2027-06-09', '2027-06-10')),
  '09:00 10:00 10:30 11:30',
  'Hours that overlap each count their own steps, and no start is told twice'
);

-- Notice and horizon ---------------------------------------------------------------------------------------------------------------

update services set min_notice_minutes = 120 where id = pg_temp.service('Hour');
select is(
  pg_temp.starts(pg_temp.found('Hour', '2027-06-07', '2027-06-08')),
  '10:00 11:00 13:00 14:00 15:00 16:00',
  'Nothing is offered before the notice is over; what begins as it ends is'
);
select is(
  pg_temp.found('Hour', '2027-06-07 09:00', '2027-06-07 10:00'),
  '{"success": false, "reason": "too_soon"}',
  'A span within the notice is too soon'
);
update services set min_notice_minutes = 0, horizon_days = 7 where id = pg_temp.service('Hour');
select is(
  pg_temp.starts(pg_temp.found('Hour', '2027-06-08', '2027-07-01'), 'DD HH24'),
  '09 09 09 10 09 10 09 11 11 22 11 23 12 00 12 01 14 09 14 09 14 10 14 10 14 11 14 11 14 13 14 14 14 15 14 16',
  'The last bookable day is today and the horizon, all of it'
);
select is(
  pg_temp.found('Hour', '2027-06-15', '2027-06-16'),
  '{"success": false, "reason": "too_far", "latest_local": "2027-06-14"}',
  'A span beyond the horizon is too far, and the last bookable day is told'
);
select is(pg_temp.found('Hour', '2027-06-01', '2027-06-07') ->> 'reason', 'too_soon', 'A span that has passed is too soon');
update services set horizon_days = 90 where id = pg_temp.service('Hour');

-- What is taken --------------------------------------------------------------------------------------------------------------------

select pg_temp.book('Lund', 'Half', '2027-06-07 10:00');
select is(
  pg_temp.starts(pg_temp.found('Half', '2027-06-07', '2027-06-07 12:00')),
  '09:00 09:15 10:45 11:00 11:15 11:30',
  'Between two appointments lie the buffers of both; at opening and before lunch a buffer may lie outside hours'
);
select is(
  pg_temp.starts(pg_temp.found('Hour', '2027-06-07', '2027-06-07 12:00')),
  '11:00',
  'A service without buffers keeps clear of those of others'
);
select pg_temp.book('Lund', 'Hour', '2027-06-07 13:00', 'cancelled'), pg_temp.book('Lund', 'Hour', '2027-06-07 13:00', 'noshow');
select pg_temp.hold('Lund', '2027-06-07 14:00', '5 minutes'), pg_temp.hold('Lund', '2027-06-07 15:00', '-1 second');
select is(
  pg_temp.starts(pg_temp.found('Hour', '2027-06-07 12:00', '2027-06-08')),
  '13:00 15:00 16:00',
  'A live hold hides its time; a hold past its end and a cancelled appointment do not'
);
select is(
  pg_temp.starts(pg_temp.found('Hour', '2027-06-07 12:00', '2027-06-08', 'Lund', 2)),
  '13:00 15:00',
  'The limit keeps the soonest'
);

-- Time off and holidays --------------------------------------------------------------------------------------------------------------

insert into time_off (org_id, resource_id, starts_at, ends_at)
values
  (pg_temp.org(), pg_temp.resource('Lund'), '2027-06-14 10:00', '2027-06-14 11:00'),
  (pg_temp.org(), null, '2027-06-21 09:30', '2027-06-21 10:00');
select is(
  pg_temp.starts(pg_temp.found('Hour by halves', '2027-06-14', '2027-06-14 12:00', 'Lund')),
  '09:00 11:00',
  'While a provider is away nothing is open; right before and right after, it is'
);
select is(
  pg_temp.starts(pg_temp.found('Half', '2027-06-14', '2027-06-14 12:00', 'Lund')),
  '09:00 09:15 09:30 11:00 11:15 11:30',
  'A buffer may lie in time off'
);
select is(
  pg_temp.starts(pg_temp.found('Hour by halves', '2027-06-14', '2027-06-14 12:00', 'Osei')),
  '09:00 09:30 10:00 10:30 11:00',
  'That one provider is away leaves the others'
);
select is(
  pg_temp.offers(pg_temp.found('Hour by halves', '2027-06-21', '2027-06-21 12:00')),
  '10:00 Lund, 10:00 Osei, 10:30 Lund, 10:30 Osei, 11:00 Lund, 11:00 Osei',
  'Time off without a provider is the whole clinic''s'
);
insert into holidays (org_id, day, name)
values (pg_temp.org(), '2027-06-28', 'Founders'' day'), (pg_temp.org(), '2027-06-25', 'Bridge');
select is(pg_temp.starts(pg_temp.found('Hour', '2027-06-28', '2027-06-29')), '', 'On a holiday nothing is open');
select is(
  pg_temp.starts(pg_temp.found('Hour', '2027-06-25', '2027-06-27'), 'Dy HH24:MI'),
  'Sat 00:00 Sat 01:00',
  'A holiday ends at midnight, and the night''s hours go on after it'
);

-- Who is named first -------------------------------------------------------------------------------------------------------------------

select is(
  pg_temp.offers(pg_temp.found('Hour', '2027-06-14', '2027-06-14 10:00')),
  '09:00 Lund, 09:00 Osei',
  'When several are free at one time, the first of the menu is named first'
);
update providers set menu_position = 3 where id = pg_temp.resource('Lund');
select is(
  pg_temp.offers(pg_temp.found('Hour', '2027-06-14', '2027-06-14 10:00')),
  '09:00 Osei, 09:00 Lund',
  'so the menu''s order decides'
);
select pg_temp.book('Osei', 'Hour', '2027-06-14 11:00'), pg_temp.book('Osei', 'Hour', '2027-06-14 10:00', 'cancelled');
select is(
  pg_temp.offers(pg_temp.found('Spread', '2027-06-14', '2027-06-14 10:00')),
  '09:00 Lund, 09:00 Osei',
  'A service that is spread names first whoever has fewest appointments on that day'
);
select pg_temp.book('Lund', 'Hour', '2027-06-14 13:00'), pg_temp.book('Lund', 'Hour', '2027-06-14 14:00');
select is(
  pg_temp.offers(pg_temp.found('Spread', '2027-06-14', '2027-06-14 10:00')),
  '09:00 Osei, 09:00 Lund',
  'and it follows what is booked'
);
select is(
  pg_temp.offers(pg_temp.found('Spread', '2027-06-14', '2027-06-14 10:00', 'Lund')),
  '09:00 Lund',
  'Who asks for one provider is offered only that one'
);

-- Rooms and devices --------------------------------------------------------------------------------------------------------------------

select is(
  pg_temp.offers(pg_temp.found('Surgery', '2027-07-05', '2027-07-05 12:00')),
  '09:00 Lund, 10:00 Lund, 11:00 Lund',
  'A service that needs a room is offered while the room is free'
);
select pg_temp.book('Osei', 'Surgery', '2027-07-05 09:15');
select is(
  pg_temp.offers(pg_temp.found('Surgery', '2027-07-05', '2027-07-05 12:00')),
  '11:00 Lund',
  'While somebody else has the only room, with its buffers, it is not'
);
select pg_temp.book('Osei', 'Scan', '2027-07-05 13:00');
select is(
  pg_temp.offers(pg_temp.found('Scan', '2027-07-05 13:00', '2027-07-05 15:00')),
  '14:00 Lund',
  'With a second room free but the only device in use, it is not offered either'
);
select is(
  pg_temp.offers(pg_temp.found('Scan', '2027-07-05 09:00', '2027-07-05 12:00')),
  '09:00 Lund, 10:00 Lund, 11:00 Lund',
  'With one of two rooms taken and the device free, it is offered'
);
update resources set is_active = false where id = pg_temp.resource('Red room');
select is(
  pg_temp.offers(pg_temp.found('Scan', '2027-07-05 09:00', '2027-07-05 12:00')),
  '11:00 Lund',
  'A room that is no longer used does not count'
);
update resources set is_active = false where id = pg_temp.resource('Scanner');
select is(
  pg_temp.found('Scan', '2027-07-05', '2027-07-06') -> 'slots',
  '[]',
  'A service whose only device is no longer used is not offered at all'
);
update resources set is_active = true where org_id = pg_temp.org();
insert into time_off (org_id, resource_id, starts_at, ends_at)
values (pg_temp.org(), pg_temp.resource('Scanner'), '2027-07-05 09:00', '2027-07-05 11:00');
select is(
  pg_temp.offers(pg_temp.found('Scan', '2027-07-05 09:00', '2027-07-05 12:00')),
  '11:00 Lund',
  'A device in repair is not offered'
);
insert into time_off (org_id, starts_at, ends_at)
values (pg_temp.org(), '2027-07-12 12:00', '2027-07-12 13:00');
select is(
  pg_temp.offers(pg_temp.found('Surgery', '2027-07-12 11:00', '2027-07-12 14:00')),
  '11:00 Lund, 13:00 Lund',
  'When the whole clinic pauses, a buffer may lie in the pause, with a room as without'
);

-- What is not there ----------------------------------------------------------------------------------------------------------------------

update resources set is_active = false where id = pg_temp.resource('Lund');
select is(
  pg_temp.offers(pg_temp.found('Spread', '2027-06-14', '2027-06-15')),
  '09:00 Osei, 10:00 Osei',
  'A provider who no longer works here is not offered'
);
update resources set is_active = true where id = pg_temp.resource('Lund');
delete from provider_services where provider_id = pg_temp.resource('Osei') and service_id = pg_temp.service('Spread');
select is(
  pg_temp.offers(pg_temp.found('Spread', '2027-06-14', '2027-06-15')),
  '09:00 Lund, 11:00 Lund, 15:00 Lund, 16:00 Lund',
  'Nor is one who does not give the service'
);
select is(
  pg_temp.found('Spread', '2027-06-14', '2027-06-15', 'Osei') -> 'slots',
  '[]',
  'and asked for by name, that provider has nothing open'
);
update services set is_active = false where id = pg_temp.service('Spread');
select is(
  pg_temp.found('Spread', '2027-06-14', '2027-06-15'),
  '{"success": false, "reason": "not_found"}',
  'A service that is no longer given is not found'
);

-- How a slot is told -----------------------------------------------------------------------------------------------------------------------

select is(
  pg_temp.found('Hour', '2027-07-19 09:00', '2027-07-19 09:01'),
  jsonb_build_object(
    'success', true,
    'timezone', 'America/New_York',
    'local_now', '2027-06-07T08:00:00',
    'slots', jsonb_build_array(jsonb_build_object(
      'provider_id', pg_temp.resource('Lund'), 'provider_name', 'Lund',
      'service_id', pg_temp.service('Hour'), 'service_name', 'Hour',
      'starts_at', '2027-07-19 09:00'::timestamptz, 'ends_at', '2027-07-19 10:00'::timestamptz,
      'starts_local', '2027-07-19T09:00:00', 'ends_local', '2027-07-19T10:00:00'
    ))
  ),
  'A slot tells who, what, the instants and the clinic''s wall clock; the answer tells the clinic''s zone and now'
);
update providers set spoken_name = 'Doctor Lund' where id = pg_temp.resource('Lund');
select is(
  pg_temp.found('Hour', '2027-07-19 09:00', '2027-07-19 09:01') #>> '{slots,0,provider_name}',
  'Doctor Lund',
  'A name that is spoken in another way is told so'
);
set local timezone = 'Asia/Tokyo';
select is(
  find_open_slots(
    pg_temp.org(), pg_temp.service('Hour'), '2027-07-19 09:00 America/New_York', '2027-07-19 10:00 America/New_York'
  ) #>> '{slots,0,starts_local}',
  '2027-07-19T09:00:00',
  'A wall clock may be sent with its zone, and the session''s own zone changes nothing'
);
set local timezone = 'UTC';

-- Bad input --------------------------------------------------------------------------------------------------------------------------------

insert into organizations (id, name, timezone)
values ('7e573000-0000-4000-8000-000000000002', 'Other Clinic', 'UTC');
insert into resources (id, org_id, kind, name)
values ('7e573000-0000-4000-8000-000000000021', '7e573000-0000-4000-8000-000000000002', 'provider', 'Vega');
insert into providers (id, org_id)
values ('7e573000-0000-4000-8000-000000000021', '7e573000-0000-4000-8000-000000000002');
insert into services (id, org_id, name, duration_minutes)
values ('7e573000-0000-4000-8000-000000000022', '7e573000-0000-4000-8000-000000000002', 'Visit', 30);
create temporary table bad_input as
select *
from (
  values
    ('invalid_input', 'no clinic', null::uuid, pg_temp.service('Hour'), '2027-07-19'::timestamptz, '2027-07-20'::timestamptz, null::uuid, 10),
    ('invalid_input', 'no service', pg_temp.org(), null, '2027-07-19', '2027-07-20', null, 10),
    ('invalid_input', 'no beginning', pg_temp.org(), pg_temp.service('Hour'), null, '2027-07-20', null, 10),
    ('invalid_input', 'no end', pg_temp.org(), pg_temp.service('Hour'), '2027-07-19', null, null, 10),
    ('invalid_input', 'from forever', pg_temp.org(), pg_temp.service('Hour'), '-infinity', '2027-07-20', null, 10),
    ('invalid_input', 'for ever', pg_temp.org(), pg_temp.service('Hour'), '2027-07-19', 'infinity', null, 10),
    ('invalid_input', 'backwards', pg_temp.org(), pg_temp.service('Hour'), '2027-07-20', '2027-07-19', null, 10),
    ('invalid_input', 'no limit', pg_temp.org(), pg_temp.service('Hour'), '2027-07-19', '2027-07-20', null, null),
    ('invalid_input', 'none at most', pg_temp.org(), pg_temp.service('Hour'), '2027-07-19', '2027-07-20', null, 0),
    ('invalid_input', 'fewer than none', pg_temp.org(), pg_temp.service('Hour'), '2027-07-19', '2027-07-20', null, -1),
    ('invalid_input', 'far too many', pg_temp.org(), pg_temp.service('Hour'), '2027-07-19', '2027-07-20', null, 2147483647),
    ('not_found', 'an unknown clinic', gen_random_uuid(), pg_temp.service('Hour'), '2027-07-19', '2027-07-20', null, 10),
    ('not_found', 'an unknown service', pg_temp.org(), gen_random_uuid(), '2027-07-19', '2027-07-20', null, 10),
    ('not_found', 'an unknown provider', pg_temp.org(), pg_temp.service('Hour'), '2027-07-19', '2027-07-20', gen_random_uuid(), 10),
    ('not_found', 'a room for a provider', pg_temp.org(), pg_temp.service('Hour'), '2027-07-19', '2027-07-20', pg_temp.resource('Red room'), 10),
    ('not_found', 'another clinic''s service', pg_temp.org(), '7e573000-0000-4000-8000-000000000022', '2027-07-19', '2027-07-20', null, 10),
    ('not_found', 'another clinic''s provider', pg_temp.org(), pg_temp.service('Hour'), '2027-07-19', '2027-07-20', '7e573000-0000-4000-8000-000000000021', 10)
) bad (reason, what, org_id, service_id, from_at, to_at, provider_id, at_most);
select is(
  find_open_slots(org_id, service_id, from_at, to_at, provider_id, at_most),
  jsonb_build_object('success', false, 'reason', reason),
  format('Asked with %s, it answers %s', what, reason)
)
from bad_input;

select * from finish();
rollback;
