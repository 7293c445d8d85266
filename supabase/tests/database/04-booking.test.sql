-- Booking by phone: hold a slot, note who it is for, confirm it or let it go; whatever is repeated, wrong or too late.
begin;
set local search_path = public, extensions;
set local timezone = 'America/New_York';
select plan(137);

-- A Monday.
select tests.set_clock('2027-06-07 08:00');

-- Two clinics ------------------------------------------------------------------------------------------------------------------------

select tests.use_clinics('7e574000-0000-4000-8000-000000000001', '7e574000-0000-4000-8000-000000000002');

insert into organizations (id, name, timezone)
values (tests.org(), 'Booking Clinic', 'America/New_York'), (tests.other_org(), 'Other Clinic', 'America/New_York');
insert into resources (org_id, kind, name, is_active)
values
  (tests.org(), 'provider', 'Lund', true),
  (tests.org(), 'provider', 'Osei', true),
  (tests.org(), 'provider', 'Gone', false),
  (tests.org(), 'room', 'Blue room', true),
  (tests.other_org(), 'provider', 'Vega', true);
insert into providers (id, org_id, menu_position)
select id, org_id, case name when 'Lund' then 1 else 2 end
from resources
where org_id in (tests.org(), tests.other_org())
  and kind = 'provider';
insert into services (org_id, name, duration_minutes, buffer_before_minutes, buffer_after_minutes, slot_step_minutes, horizon_days, is_active)
values
  (tests.org(), 'Visit', 30, 0, 10, 30, 90, true),
  (tests.org(), 'Long visit', 60, 0, 0, 15, 90, true),
  (tests.org(), 'Surgery', 60, 15, 15, 60, 90, true),
  (tests.org(), 'Past visit', 30, 0, 0, 30, 90, false),
  (tests.other_org(), 'Elsewhere', 30, 0, 0, 30, 90, true);

insert into provider_services (org_id, provider_id, service_id)
select p.org_id, p.id, s.id
from providers p
join resources r on r.id = p.id
join services s on s.org_id = p.org_id
where p.org_id in (tests.org(), tests.other_org())
  and (r.name, s.name) <> ('Osei', 'Long visit');
insert into service_resources (org_id, service_id, resource_id, kind)
values (tests.org(), tests.service('Surgery'), tests.resource('Blue room'), 'room');
-- Mondays and Tuesdays, nine to five with a lunch break.
insert into availability (org_id, provider_id, weekday, opens_at, closes_at)
select p.org_id, p.id, day, hours[1], hours[2]
from providers p
cross join generate_series(1, 2) day
cross join (values ('{09:00,12:00}'::time[]), ('{13:00,17:00}')) h (hours)
where p.org_id in (tests.org(), tests.other_org());
insert into time_off (org_id, resource_id, starts_at, ends_at)
values (tests.org(), tests.resource('Osei'), '2027-06-21', '2027-06-22');
insert into holidays (org_id, day, name)
values (tests.org(), '2027-06-28', 'Founders'' day');

create function pg_temp.note(p_call text, p_contact text)
returns jsonb
language sql
as $$ select tests.rpc(format('set_hold_contact(%L, %L, %L)', tests.org(), tests.hold_of(p_call), p_contact)) $$;

create function pg_temp.release(p_call text)
returns jsonb
language sql
as $$ select tests.rpc(format('release_hold(%L, %L)', tests.org(), tests.hold_of(p_call))) $$;

-- Holding ----------------------------------------------------------------------------------------------------------------------------

create temporary table answers (what text primary key, answer jsonb);
insert into answers values ('claim', tests.claim('CA1', 'Lund', '2027-06-14 10:00'));
select is(
  (select answer from answers where what = 'claim'),
  jsonb_build_object(
    'success', true,
    'hold_id', tests.hold_of('CA1'),
    'expires_at', '2027-06-07 08:05'::timestamptz,
    'contact', '{"known": false, "name": null, "has_phone": false}'::jsonb,
    'slot', jsonb_build_object(
      'provider_id', tests.resource('Lund'), 'provider_name', 'Lund',
      'service_id', tests.service('Visit'), 'service_name', 'Visit',
      'starts_at', '2027-06-14 10:00'::timestamptz, 'ends_at', '2027-06-14 10:30'::timestamptz,
      'starts_local', '2027-06-14T10:00:00', 'ends_local', '2027-06-14T10:30:00'
    )
  ),
  'A free start is held for five minutes, and the answer tells slot and end'
);
select is(tests.taken(tests.hold_of('CA1')), 'Lund 10:00-10:40', 'The ledger has the time with its buffers');
select is(
  tests.claim('CA1', 'Lund', '2027-06-14 10:00'),
  (select answer from answers where what = 'claim'),
  'The same claim again gives the same answer, to the letter'
);
select is(
  (select count(*) from appointment_holds where org_id = tests.org()),
  1::bigint,
  'and makes no second hold'
);
select is(tests.open('Lund', '2027-06-14 09:00', '2027-06-14 12:00'), '09:00 11:00 11:30', 'What is held is not offered');
select is(
  (tests.claim('CAlong', 'Lund', '2027-06-14 15:00', p_minutes => 30) ->> 'expires_at')::timestamptz,
  '2027-06-07 08:30'::timestamptz,
  'A hold may be asked for half an hour'
);

-- Held by somebody else ----------------------------------------------------------------------------------------------------------------

create temporary table before_refusal as select tests.everything() as everything;
select is(
  (select array[tests.short(a), tests.instead(a)] from tests.claim('CA2', 'Lund', '2027-06-14 10:00') a),
  array['slot_taken', 'Mon 10:00 Osei, Mon 10:30 Osei, Mon 11:00 Lund'],
  'Another call is told that the slot is taken, and what is open from there on, with any provider'
);
select is(
  tests.short(tests.claim('CA2', 'Lund', '2027-06-14 09:15', 'Long visit')),
  'slot_taken',
  'An overlap is enough, with whatever service'
);
select is(
  tests.everything(),
  (select everything from before_refusal),
  'Who loses leaves nothing behind'
);
select is(
  tests.rpc(format(
    'claim_slot_atomic(%L, %L, %L, %L, %L)',
    tests.org(), s ->> 'provider_id', s ->> 'service_id', s ->> 'starts_at', 'CA2'
  )) -> 'slot',
  s,
  'What is offered instead is claimed as it was told'
)
from (select tests.claim('CA2', 'Lund', '2027-06-14 10:00') #> '{alternatives,0}') a (s);
select tests.short(pg_temp.release('CA2'));

-- Who it is for ------------------------------------------------------------------------------------------------------------------------

select is(
  pg_temp.note('CA1', '{"phone": "+12125550131"}') -> 'contact',
  '{"known": false, "name": null, "has_phone": true}',
  'A number is noted on the hold'
);
select is(
  pg_temp.note('CA1', '{"name": "  Tess\n\tMoran  "}') -> 'contact',
  '{"known": false, "name": "Tess Moran", "has_phone": true}',
  'A name is noted as one line, and the number stays'
);
select is(
  array[pg_temp.note('CA1', '{"name": "Tess Moran"}'), pg_temp.note('CA1', null), pg_temp.note('CA1', 'null'), pg_temp.note('CA1', '{}')],
  array_fill(tests.claim('CA1', 'Lund', '2027-06-14 10:00'), array[4]),
  'Noting again, or only reading, gives the same answer as the claim'
);
insert into answers values ('confirm', tests.confirm('CA1', '{"date_of_birth": "1984-03-09"}'));
select results_eq(
  $$
    select
      a.provider_id, a.service_id, a.starts_at, a.ends_at, a.status, a.hold_id, c.phone::text, c.name, c.date_of_birth,
      h.status, tests.taken(a.id)
    from appointments a
    join contacts c on c.id = a.contact_id
    join appointment_holds h on h.appointment_id = a.id
    join answers n on a.id = (n.answer ->> 'appointment_id')::uuid and a.code = n.answer ->> 'code'
    where n.what = 'confirm'
  $$,
  $$
    values (
      tests.resource('Lund'), tests.service('Visit'), '2027-06-14 10:00'::timestamptz, '2027-06-14 10:30'::timestamptz,
      'booked', tests.hold_of('CA1'), '+12125550131', 'Tess Moran', '1984-03-09'::date, 'confirmed', 'Lund 10:00-10:40'
    )
  $$,
  'Confirmed, the hold is an appointment of whom it was noted for, with its time in the ledger and its code'
);
select is(
  tests.confirm('CA1', '{"date_of_birth": "1984-03-09"}'),
  (select answer from answers where what = 'confirm'),
  'Confirming again gives the same answer'
);
select is(
  tests.confirm('CA1', '{"phone": "+12125550199", "name": "Somebody Else"}'),
  (select answer from answers where what = 'confirm'),
  'with whatever contact'
);
select is(
  array(select phone::text from contacts where org_id = tests.org()),
  array['+12125550131'],
  'and changes nothing: the second contact is not written'
);
select is(
  tests.claim('CA1', 'Lund', '2027-06-14 10:00'),
  (select answer from answers where what = 'confirm'),
  'A call that claims what it has just booked hears of its appointment, not that the slot is taken'
);
select is(
  pg_temp.note('CA1', '{"name": "Somebody Else"}'),
  (select answer from answers where what = 'confirm'),
  'Noting who it is for comes too late then and changes nothing'
);
select is(
  array[pg_temp.release('CA1'), tests.claim('CA1', 'Lund', '2027-06-14 10:00')],
  array['{"success": true, "released": false}', (select answer from answers where what = 'confirm')],
  'Letting the hold go comes too late as well: the appointment stays'
);
select is(
  tests.short(tests.claim('CA2', 'Lund', '2027-06-14 10:00')),
  'slot_taken',
  'For everybody else the slot is taken'
);

-- One live hold a call -------------------------------------------------------------------------------------------------------------------

select tests.short(tests.claim('CA3', 'Lund', '2027-06-14 13:00'));
insert into answers values ('replaced', tests.claim('CA3', 'Lund', '2027-06-14 14:00'));
select results_eq(
  $$ select starts_at, status from appointment_holds where call_sid = 'CA3' and org_id = tests.org() order by starts_at $$,
  $$ values ('2027-06-14 13:00'::timestamptz, 'released'), ('2027-06-14 14:00', 'held') $$,
  'A call that claims another slot lets go of the one it had'
);
select is(
  tests.open('Lund', '2027-06-14 13:00', '2027-06-14 15:00'),
  '13:00',
  'whose time is free at once'
);
select is(
  array[
    tests.short(tests.claim('CA3', 'Lund', '2027-06-14 15:00')),
    tests.short(tests.claim('CA3', 'Lund', '2027-06-14 12:00')),
    tests.short(tests.claim('CA3', 'Lund', '2027-06-14 13:10')),
    tests.short(tests.claim('CA3', 'Vega', '2027-06-14 13:00'))
  ],
  array['slot_taken', 'outside_hours', 'not_offered', 'not_found'],
  'Another slot may be taken, closed, between steps or not there'
);
select is(
  tests.claim('CA3', 'Lund', '2027-06-14 14:00'),
  (select answer from answers where what = 'replaced'),
  'and the call keeps the hold it had, with its end'
);
select is(
  (select array[tests.short(a), tests.taken((a ->> 'hold_id')::uuid)] from tests.claim('CA3', 'Lund', '2027-06-14 13:45', 'Long visit') a),
  array['success', 'Lund 13:45-14:45'],
  'A slot that overlaps only the call''s own hold can be had instead of it'
);
select is(
  (select array[tests.short(a), tests.taken((a ->> 'hold_id')::uuid)] from tests.claim('CA3', 'Lund', '2027-06-15 13:00', 'Surgery') a),
  array['success', 'Lund 12:45-14:15, Blue room 12:45-14:15'],
  'A service that needs a room holds it together with its provider'
);
select is(
  array[
    tests.short(tests.claim('CA4', 'Osei', '2027-06-15 14:00', 'Surgery')),
    tests.short(tests.claim('CA4', 'Osei', '2027-06-15 14:00'))
  ],
  array['slot_taken', 'success'],
  'While the room is held nobody else has it, and its loser''s provider is free'
);

-- Too late -------------------------------------------------------------------------------------------------------------------------------

select tests.short(tests.claim(call, 'Osei', start))
from (values ('CA5', '2027-06-14 10:00'), ('CA6', '2027-06-14 11:00'), ('CA7', '2027-06-14 13:00')) c (call, start);
select tests.later('5 minutes - 1 microsecond');
select is(
  tests.short(tests.confirm('CA7', '{"phone": "+12125550132"}')),
  'success',
  'Up to its last instant a hold is confirmed'
);
select tests.later('1 microsecond');
insert into answers values ('expired', tests.confirm('CA5', '{"phone": "+12125550132"}'));
select is(
  (select array[tests.short(answer), tests.instead(answer)] from answers where what = 'expired'),
  array['hold_expired', 'Mon 10:00 Osei, Mon 10:30 Osei, Mon 11:00 Lund'],
  'At the instant of its end it is not; the same start, free again, is offered first'
);
select results_eq(
  $$ select status, tests.taken(id), appointment_id from appointment_holds where id = tests.hold_of('CA5') $$,
  $$ values ('expired', null::text, null::uuid) $$,
  'It is over then, and its time free'
);
select is(
  tests.confirm('CA5', '{"phone": "+12125550132"}'),
  (select answer from answers where what = 'expired'),
  'Confirming it again gives the same answer'
);
select is(
  array[pg_temp.note('CA5', '{"name": "Abel Novak"}'), pg_temp.note('CA5', null)],
  array_fill((select answer from answers where what = 'expired'), array[2]),
  'So do noting who it is for and reading it'
);
select is(
  tests.short(tests.claim('CA8', 'Osei', '2027-06-14 11:00')),
  'success',
  'The time of a hold past its end can be claimed, though nobody has cleared it away'
);
select is(
  array[tests.short(tests.confirm('CA6', '{"phone": "+12125550132"}')), tests.taken(tests.hold_of('CA8'))],
  array['hold_expired', 'Osei 11:00-11:40'],
  'Whoever had it cannot confirm it any more, and takes nothing from whoever has it now'
);
select is(
  (select array[tests.short(a), (a ->> 'hold_id' <> b.answer ->> 'hold_id')::text] from tests.claim('CA3', 'Lund', '2027-06-14 14:00') a, answers b where b.what = 'replaced'),
  array['success', 'true'],
  'A call whose hold has ended may claim the same slot anew'
);

-- Letting go -------------------------------------------------------------------------------------------------------------------------------

select is(
  array[pg_temp.release('CA8'), pg_temp.release('CA8'), pg_temp.release('CA5')],
  array_fill('{"success": true, "released": true}'::jsonb, array[3]),
  'A hold is let go, once or twice, in time or not'
);
select is(tests.open('Osei', '2027-06-14 11:00', '2027-06-14 11:30'), '11:00', 'Its time is free at once');
select is(
  array[
    tests.short(tests.confirm('CA8', '{"phone": "+12125550132"}')),
    tests.short(pg_temp.note('CA8', null))
  ],
  array['hold_expired', 'hold_expired'],
  'What was let go cannot be confirmed'
);

-- The patient as the clinic knows them -------------------------------------------------------------------------------------------------------

insert into calls (org_id, call_sid, from_phone, status_at, started_at)
values (tests.org(), 'CA9', '+12125550131', now(), now());
select is(
  tests.claim('CA9', 'Lund', '2027-07-05 09:00') -> 'contact',
  '{"known": true, "name": null, "has_phone": true}',
  'The claim of a known caller says that the clinic knows them, and not their name'
);
select is(
  tests.short(tests.confirm('CA9', '{"phone": "+12125550131", "name": "Tessa", "date_of_birth": "2000-01-01"}')),
  'success',
  'A known caller confirms'
);
select results_eq(
  $$ select name, date_of_birth from contacts where org_id = tests.org() and phone = '+12125550131' $$,
  $$ values ('Tess Moran', '1984-03-09'::date) $$,
  'and what the clinic knows of them is not overwritten by what a call says'
);
select tests.short(tests.claim('CA9', 'Lund', '2027-07-05 10:00'));
select tests.short(pg_temp.note('CA9', '{"phone": "+12125550133"}'));
select tests.short(tests.confirm('CA9', '{"phone": "+12125550131", "name": "Uma Field"}'));
select results_eq(
  $$
    select c.phone::text, c.name
    from appointments a
    join contacts c on c.id = a.contact_id
    where a.org_id = tests.org()
      and a.starts_at = '2027-07-05 10:00'
  $$,
  $$ values ('+12125550133', 'Uma Field') $$,
  'A number that the caller gave comes before the one they called from'
);
select tests.short(tests.claim('CA9', 'Lund', '2027-07-05 11:00'));
select is(
  array[
    tests.short(tests.confirm('CA9', null)),
    tests.short(tests.confirm('CA9', '{"name": "Nobody"}')),
    tests.short(tests.confirm('CA9', '{"phone": "+12125550134", "name": "' || repeat('Very ', 50) || 'Long"}'))
  ],
  array['invalid_input', 'invalid_input', 'success'],
  'Without any number nothing is booked'
);
select is(
  (select name from contacts where org_id = tests.org() and phone = '+12125550134'),
  rtrim(repeat('Very ', 24)),
  'A name of any length is cut to fit'
);
select is(
  (select count(distinct code) from appointments where org_id = tests.org()),
  (select count(*) from appointments where org_id = tests.org()),
  'No two open appointments have the same code'
);
select is_empty(
  $$
    select call_sid
    from appointment_holds
    where org_id = tests.org()
      and status = 'held'
    group by call_sid
    having count(*) > 1
  $$,
  'At no time has a call had two live holds'
);

-- Bad input ------------------------------------------------------------------------------------------------------------------------------------

select tests.short(tests.claim('CAheld', 'Lund', '2027-07-06 09:00', p_minutes => 30));
create temporary table elsewhere as
select tests.rpc(format(
  'claim_slot_atomic(%L, %L, %L, %L, %L)',
  tests.other_org(), tests.resource('Vega'), tests.service('Elsewhere'), '2027-07-06 09:00', 'CAelsewhere'
)) ->> 'hold_id' as hold_id;

create temporary table bad_claims as
select *
from (values
  ('no clinic', 'invalid_input', null::text, 'Lund', 'Visit', '2027-07-06 10:00', 'CAbad', '5'),
  ('no provider', 'invalid_input', tests.org()::text, null, 'Visit', '2027-07-06 10:00', 'CAbad', '5'),
  ('no service', 'invalid_input', tests.org()::text, 'Lund', null, '2027-07-06 10:00', 'CAbad', '5'),
  ('no start', 'invalid_input', tests.org()::text, 'Lund', 'Visit', null, 'CAbad', '5'),
  ('a start at the end of time', 'invalid_input', tests.org()::text, 'Lund', 'Visit', 'infinity', 'CAbad', '5'),
  ('a start before time', 'invalid_input', tests.org()::text, 'Lund', 'Visit', '-infinity', 'CAbad', '5'),
  ('no call', 'invalid_input', tests.org()::text, 'Lund', 'Visit', '2027-07-06 10:00', null, '5'),
  ('an empty call', 'invalid_input', tests.org()::text, 'Lund', 'Visit', '2027-07-06 10:00', '', '5'),
  ('words for a call', 'invalid_input', tests.org()::text, 'Lund', 'Visit', '2027-07-06 10:00', 'a call', '5'),
  ('an endless name of a call', 'invalid_input', tests.org()::text, 'Lund', 'Visit', '2027-07-06 10:00', repeat('a', 65), '5'),
  ('no minutes', 'invalid_input', tests.org()::text, 'Lund', 'Visit', '2027-07-06 10:00', 'CAbad', null),
  ('zero minutes', 'invalid_input', tests.org()::text, 'Lund', 'Visit', '2027-07-06 10:00', 'CAbad', '0'),
  ('negative minutes', 'invalid_input', tests.org()::text, 'Lund', 'Visit', '2027-07-06 10:00', 'CAbad', '-5'),
  ('a day of minutes', 'invalid_input', tests.org()::text, 'Lund', 'Visit', '2027-07-06 10:00', 'CAbad', '1440'),
  ('as many minutes as there are', 'invalid_input', tests.org()::text, 'Lund', 'Visit', '2027-07-06 10:00', 'CAbad', '2147483647'),
  ('an unknown clinic', 'not_found', gen_random_uuid()::text, 'Lund', 'Visit', '2027-07-06 10:00', 'CAbad', '5'),
  ('another clinic', 'not_found', tests.other_org()::text, 'Lund', 'Visit', '2027-07-06 10:00', 'CAbad', '5'),
  ('another clinic''s provider', 'not_found', tests.org()::text, 'Vega', 'Visit', '2027-07-06 10:00', 'CAbad', '5'),
  ('another clinic''s service', 'not_found', tests.org()::text, 'Lund', 'Elsewhere', '2027-07-06 10:00', 'CAbad', '5'),
  ('a room for a provider', 'not_found', tests.org()::text, 'Blue room', 'Visit', '2027-07-06 10:00', 'CAbad', '5'),
  ('a provider who does not give the service', 'not_offered', tests.org()::text, 'Osei', 'Long visit', '2027-07-06 10:00', 'CAbad', '5'),
  ('a provider who no longer works here', 'not_offered', tests.org()::text, 'Gone', 'Visit', '2027-07-06 10:00', 'CAbad', '5'),
  ('a service that is no longer given', 'not_offered', tests.org()::text, 'Lund', 'Past visit', '2027-07-06 10:00', 'CAbad', '5'),
  ('a start between steps', 'not_offered', tests.org()::text, 'Lund', 'Visit', '2027-07-06 10:07', 'CAbad', '5'),
  ('a start a microsecond off', 'not_offered', tests.org()::text, 'Lund', 'Visit', '2027-07-06 10:00:00.000001', 'CAbad', '5'),
  ('a start at lunch', 'outside_hours', tests.org()::text, 'Lund', 'Visit', '2027-07-06 12:00', 'CAbad', '5'),
  ('a start too late before lunch', 'outside_hours', tests.org()::text, 'Lund', 'Long visit', '2027-07-06 11:30', 'CAbad', '5'),
  ('a start at night', 'outside_hours', tests.org()::text, 'Lund', 'Visit', '2027-07-06 03:00', 'CAbad', '5'),
  ('a start on a Sunday', 'outside_hours', tests.org()::text, 'Lund', 'Visit', '2027-07-04 10:00', 'CAbad', '5'),
  ('a start while the provider is away', 'outside_hours', tests.org()::text, 'Osei', 'Visit', '2027-06-21 10:00', 'CAbad', '5'),
  ('a start on a holiday', 'outside_hours', tests.org()::text, 'Lund', 'Visit', '2027-06-28 10:00', 'CAbad', '5'),
  ('a start that has passed', 'too_soon', tests.org()::text, 'Lund', 'Visit', '2027-06-01 10:00', 'CAbad', '5'),
  ('a start long before the clinic', 'too_soon', tests.org()::text, 'Lund', 'Visit', '4713-01-02 00:00 BC', 'CAbad', '5'),
  ('a start within the notice', 'too_soon', tests.org()::text, 'Lund', 'Visit', '2027-06-07 09:00', 'CAbad', '5'),
  ('a start beyond the horizon', 'too_far', tests.org()::text, 'Lund', 'Visit', '2027-09-13 10:00', 'CAbad', '5'),
  ('a start in the last year there is', 'too_far', tests.org()::text, 'Lund', 'Visit', '294276-12-30 12:00', 'CAbad', '5')
) bad (what, reason, org_id, provider, service, starts_at, call_sid, minutes);
create temporary table bad_input as
select
  format('A claim with %s', what) as what,
  reason,
  format(
    'claim_slot_atomic(%L, %L, %L, %L, %L, %L)',
    org_id, tests.resource(provider), tests.service(service), starts_at, call_sid, minutes
  ) as call
from bad_claims
union all
select format('%s with %s', what_of, with_what), reason, format(rpc, org_id, hold_id)
from (values
  ('Noting a contact', 'set_hold_contact(%L, %L, ''{"name": "X"}'')'),
  ('Confirming', 'confirm_hold(%L, %L, ''{"phone": "+12125550132"}'')'),
  ('Letting go', 'release_hold(%L, %L)')
) rpcs (what_of, rpc)
cross join (values
  ('no clinic', 'invalid_input', null::uuid, tests.hold_of('CAheld')),
  ('no hold', 'invalid_input', tests.org(), null),
  ('an unknown hold', 'not_found', tests.org(), gen_random_uuid()),
  ('an unknown clinic', 'not_found', gen_random_uuid(), tests.hold_of('CAheld')),
  ('another clinic''s hold', 'not_found', tests.org(), (select hold_id::uuid from elsewhere)),
  ('its hold under another clinic', 'not_found', tests.other_org(), tests.hold_of('CAheld'))
) bad (with_what, reason, org_id, hold_id)
union all
select format('%s the contact %s', what_of, contact), 'invalid_input', format(rpc, tests.org(), tests.hold_of('CAheld'), contact)
from (values ('Noting', 'set_hold_contact(%L, %L, %L)'), ('Confirming for', 'confirm_hold(%L, %L, %L)')) rpcs (what_of, rpc)
cross join unnest(array[
  '[]', '"+12125550132"', '12125550132', 'true',
  '{"phone": "12125550132"}', '{"phone": "+1 212 555 0132"}', '{"phone": "+0123456789"}', '{"phone": "anonymous"}',
  '{"phone": 12125550132}', '{"phone": {"a": 1}}', '{"phone": ""}', '{"phone": "+12125550132\n"}',
  '{"phone": "+12125550132", "date_of_birth": "2026-02-30"}', '{"phone": "+12125550132", "date_of_birth": "yesterday"}',
  '{"phone": "+12125550132", "date_of_birth": "1084-03-09"}', '{"phone": "+12125550132", "date_of_birth": 19840309}'
]) contact;
select is(tests.answered(call), reason, format('%s is answered %s, and nothing is written', what, reason))
from bad_input;

-- Which duplicates are tried again ------------------------------------------------------------------------------------------------------

create temporary sequence tries;
create function pg_temp.refuse_as_duplicate()
returns trigger
language plpgsql
security definer
as $$
begin
  perform nextval('pg_temp.tries');
  raise exception 'a duplicate' using errcode = 'unique_violation', constraint = tg_argv[0];
end;
$$;
create trigger a_duplicate before insert on appointments
for each row execute function pg_temp.refuse_as_duplicate('appointments_hold');
select tests.short(tests.claim('CAtwice', 'Lund', '2027-08-02 10:00'));
select throws_ok(
  $$ select tests.confirm('CAtwice', '{"phone": "+12125550132"}') $$, '23505', 'a duplicate', 'A hold that has an appointment already gets no other'
);
select is((select last_value from tries), 1::bigint, '… and is not tried again');
drop trigger a_duplicate on appointments;
create trigger a_duplicate before insert on appointments
for each row execute function pg_temp.refuse_as_duplicate('appointments_open_code');
select throws_ok(
  $$ select tests.confirm('CAtwice', '{"phone": "+12125550132"}') $$, '23505', 'a duplicate', 'A code that somebody has is drawn again'
);
select is((select last_value from tries), 6::bigint, '… five times at most');

select * from finish();
rollback;
