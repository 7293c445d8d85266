-- Moving and cancelling by phone, the proof that comes before, holds that end, the waitlist, and time off over appointments.
begin;
set local search_path = public, extensions;
set local timezone = 'America/New_York';
select plan(114);

-- A Monday.
select tests.set_clock('2027-06-07 08:00');

-- Two clinics ------------------------------------------------------------------------------------------------------------------------

select tests.use_clinics('7e577000-0000-4000-8000-000000000001', '7e577000-0000-4000-8000-000000000002');

insert into organizations (id, name, timezone)
values (tests.org(), 'Moving Clinic', 'America/New_York'), (tests.other_org(), 'Other Clinic', 'America/New_York');
insert into phone_numbers (org_id, phone)
values (tests.org(), '+442079460907');
insert into resources (org_id, kind, name)
values
  (tests.org(), 'provider', 'Lund'),
  (tests.org(), 'provider', 'Osei'),
  (tests.org(), 'room', 'Blue room'),
  (tests.other_org(), 'provider', 'Vega');
insert into providers (id, org_id, menu_position)
select id, org_id, case name when 'Lund' then 1 else 2 end
from resources
where org_id in (tests.org(), tests.other_org())
  and kind = 'provider';
insert into services (org_id, name, duration_minutes, buffer_after_minutes, slot_step_minutes)
values
  (tests.org(), 'Visit', 30, 10, 30),
  (tests.org(), 'Surgery', 60, 0, 60),
  (tests.other_org(), 'Elsewhere', 30, 0, 30);
insert into contacts (org_id, phone, name, date_of_birth)
values
  (tests.org(), '+12125550131', 'Tess Moran', '1984-03-09'),
  (tests.org(), '+12125550132', 'Abel Novak', '1957-11-30'),
  (tests.org(), '+12125550133', 'Uma Field', '2001-02-28'),
  (tests.org(), '+12125550134', 'Ageless', null),
  (tests.other_org(), '+12125550135', 'Vera Sands', '1990-01-01');

insert into provider_services (org_id, provider_id, service_id)
select p.org_id, p.id, s.id
from providers p
join services s on s.org_id = p.org_id
where p.org_id in (tests.org(), tests.other_org());
insert into service_resources (org_id, service_id, resource_id, kind)
values (tests.org(), tests.service('Surgery'), tests.resource('Blue room'), 'room');
-- Mondays and Tuesdays, nine to five with a lunch break.
insert into availability (org_id, provider_id, weekday, opens_at, closes_at)
select p.org_id, p.id, day, hours[1], hours[2]
from providers p
cross join generate_series(1, 2) day
cross join (values ('{09:00,12:00}'::time[]), ('{13:00,17:00}')) h (hours)
where p.org_id in (tests.org(), tests.other_org());

-- What a patient, known by number, has in the clinic's book at a start.
create function pg_temp.appointment(p_starts_at text, p_provider text default 'Lund')
returns uuid
language sql
as $$
  select id
  from public.appointments
  where org_id = tests.org()
    and starts_at = p_starts_at::timestamptz
    and provider_id = tests.resource(p_provider)
  order by status = 'cancelled'
  limit 1;
$$;

-- Books as staff do, whoever the patient is.
create function pg_temp.book(p_phone text, p_provider text, p_starts_at text, p_service text default 'Visit', p_status text default 'booked')
returns uuid
language sql
as $$
  insert into public.appointments (org_id, contact_id, provider_id, service_id, starts_at, status)
  select c.org_id, c.id, tests.resource(p_provider), tests.service(p_service), p_starts_at::timestamptz, p_status
  from public.contacts c
  where c.org_id = tests.org()
    and c.phone = p_phone
  returning id;
$$;

create function pg_temp.move(p_appointment uuid, p_call text)
returns jsonb
language sql
as $$ select tests.rpc(format('reschedule_appointment(%L, %L, %L)', tests.org(), p_appointment, tests.hold_of(p_call))) $$;

create function pg_temp.cancel(p_appointment uuid, p_reason text default null, p_call text default null)
returns jsonb
language sql
as $$ select tests.rpc(format('cancel_appointment(%L, %L, %L, %L)', tests.org(), p_appointment, p_reason, p_call)) $$;

create function pg_temp.list(p_call text, p_phone text, p_date_of_birth text)
returns jsonb
language sql
as $$ select tests.rpc(format('list_appointments(%L, %L, %L, %L)', tests.org(), p_phone, p_date_of_birth, p_call)) $$;

create function pg_temp.list_by_code(p_call text, p_phone text, p_code text)
returns jsonb
language sql
as $$ select tests.rpc(format('list_appointments(%L, %L, null, %L, %L)', tests.org(), p_phone, p_call, p_code)) $$;

create function pg_temp.code(p_starts_at text, p_provider text default 'Lund')
returns text
language sql
as $$ select code from public.appointments where id = pg_temp.appointment(p_starts_at, p_provider) $$;

create function pg_temp.join(p_phone text, p_from text, p_to text, p_provider text default null, p_service text default 'Visit')
returns jsonb
language sql
as $$
  select tests.rpc(format(
    'join_waitlist(%L, %L, %L, %L, %L, %L)',
    tests.org(), tests.service(p_service), jsonb_build_object('phone', p_phone), tests.resource(p_provider), p_from, p_to
  ));
$$;

-- Moving -----------------------------------------------------------------------------------------------------------------------------

select pg_temp.book('+12125550131', 'Lund', '2027-06-14 10:00') is not null;
create temporary table ids (what text primary key, id uuid);
insert into ids values ('tess', pg_temp.appointment('2027-06-14 10:00'));
create function pg_temp.id(p_what text)
returns uuid
language sql
as $$ select id from pg_temp.ids where what = p_what $$;
update appointments set status = 'confirmed' where id = pg_temp.id('tess');

create temporary table answers (what text primary key, answer jsonb);
select tests.short(tests.claim('CA1', 'Osei', '2027-06-15 14:00'));
select is(
  array[tests.taken(pg_temp.id('tess')), tests.taken(tests.hold_of('CA1'))],
  array['Lund 10:00-10:40', 'Osei 14:00-14:40'],
  'Until a move is confirmed, the patient has the old time and the new one is held'
);
insert into answers values ('moved', pg_temp.move(pg_temp.id('tess'), 'CA1'));
select is(
  (select answer from answers where what = 'moved'),
  jsonb_build_object(
    'success', true,
    'appointment_id', pg_temp.id('tess'),
    'code', (select code from appointments where id = pg_temp.id('tess')),
    'status', 'booked',
    'slot', jsonb_build_object(
      'provider_id', tests.resource('Osei'), 'provider_name', 'Osei',
      'service_id', tests.service('Visit'), 'service_name', 'Visit',
      'starts_at', '2027-06-15 14:00'::timestamptz, 'ends_at', '2027-06-15 14:30'::timestamptz,
      'starts_local', '2027-06-15T14:00:00', 'ends_local', '2027-06-15T14:30:00'
    )
  ),
  'Moved, it is the same appointment under the same code at its new time, to be confirmed anew'
);
select is(
  array[tests.taken(pg_temp.id('tess')), tests.open('Lund', '2027-06-14 09:30', '2027-06-14 11:00')],
  array['Osei 14:00-14:40', '09:30 10:00 10:30'],
  'It has the new time in the ledger, and the old one is free'
);
select is(
  pg_temp.move(pg_temp.id('tess'), 'CA1'),
  (select answer from answers where what = 'moved'),
  'The same move again gives the same answer'
);
select is(
  tests.claim('CA1', 'Osei', '2027-06-15 14:00') ->> 'appointment_id',
  pg_temp.id('tess')::text,
  'A call that claims the time it has just moved to hears of its appointment, not that the slot is taken'
);
select tests.short(tests.claim('CA2', 'Lund', '2027-06-15 10:00', 'Surgery'));
select is(
  pg_temp.move(pg_temp.id('tess'), 'CA2') #>> '{slot,service_name}',
  'Surgery',
  'A move may change the service too'
);
select is(
  tests.taken(pg_temp.id('tess')),
  'Lund 10:00-11:00, Blue room 10:00-11:00',
  'and then brings the room that it needs'
);
select is(
  (pg_temp.move(pg_temp.id('tess'), 'CA1') #>> '{slot,starts_local}')::timestamp,
  '2027-06-15 10:00'::timestamp,
  'An earlier move that comes in again, late, does not move it back'
);
select is(
  (select array[tests.short(a), (a ? 'appointment_id')::text] from tests.claim('CA1', 'Osei', '2027-06-15 14:00') a),
  array['success', 'false'],
  'The time that was left can be held again, also by the call that had left it'
);
insert into ids values ('uma', pg_temp.book('+12125550133', 'Lund', '2027-07-12 10:00', 'Surgery'));
select tests.short(tests.claim('CAshorter', 'Osei', '2027-07-12 10:30'));
select is(
  array[tests.short(pg_temp.move(pg_temp.id('uma'), 'CAshorter')), tests.taken(pg_temp.id('uma'))],
  array['success', 'Osei 10:30-11:10'],
  'A move to a shorter service that ends when the longer one would have takes the time that was held, and no more'
);
delete from appointments where id = pg_temp.id('uma');

select tests.short(tests.claim('CA3', 'Osei', '2027-06-15 09:00'));
select tests.later('5 minutes');
select is(
  (select array[tests.short(a), tests.instead(a)] from pg_temp.move(pg_temp.id('tess'), 'CA3') a),
  array['hold_expired', 'Tue 09:00 Lund, Tue 09:00 Osei, Tue 09:30 Osei'],
  'A hold that has ended moves nothing, and what is open is offered'
);
select is(
  tests.taken(pg_temp.id('tess')),
  'Lund 10:00-11:00, Blue room 10:00-11:00',
  'The patient keeps the time they have'
);
select tests.short(tests.claim('CA4', 'Osei', '2027-06-15 09:00'));
select tests.short(tests.confirm('CA4', '{"phone": "+12125550132"}'));
select is(
  tests.answered(format('reschedule_appointment(%L, %L, %L)', tests.org(), pg_temp.id('tess'), tests.hold_of('CA4'))),
  'not_found',
  'A hold that has become somebody else''s appointment moves nothing'
);
insert into ids values
  ('gone', pg_temp.book('+12125550132', 'Lund', '2027-06-14 13:00', p_status => 'cancelled')),
  ('missed', pg_temp.book('+12125550132', 'Lund', '2027-06-14 14:00', p_status => 'noshow')),
  ('past', pg_temp.book('+12125550132', 'Lund', '2027-06-07 07:00')),
  ('here', pg_temp.book('+12125550132', 'Lund', '2027-06-14 15:00', p_status => 'arrived'));
select tests.short(tests.claim('CA5', 'Osei', '2027-06-15 11:00'));
create temporary table elsewhere as
with contact as (
  select id from contacts where org_id = tests.other_org()
),
appointment as (
  insert into appointments (org_id, contact_id, provider_id, service_id, starts_at)
  select tests.other_org(), id, tests.resource('Vega'), tests.service('Elsewhere'), '2027-06-14 10:00'
  from contact
  returning id
)
select
  appointment.id,
  (tests.rpc(format(
    'claim_slot_atomic(%L, %L, %L, %L, %L, 30)',
    tests.other_org(), tests.resource('Vega'), tests.service('Elsewhere'), '2027-06-14 11:00', 'CAelsewhere'
  )) ->> 'hold_id')::uuid as hold_id
from appointment;
select is(
  tests.answered(format('reschedule_appointment(%L, %L, %L)', org_id, appointment_id, hold_id)),
  reason,
  format('A move %s is answered %s, and nothing is written', what, reason)
)
from (values
  ('without a clinic', 'invalid_input', null, pg_temp.id('tess'), tests.hold_of('CA5')),
  ('without an appointment', 'invalid_input', tests.org(), null, tests.hold_of('CA5')),
  ('without a hold', 'invalid_input', tests.org(), pg_temp.id('tess'), null),
  ('in an unknown clinic', 'not_found', gen_random_uuid(), pg_temp.id('tess'), tests.hold_of('CA5')),
  ('of an unknown appointment', 'not_found', tests.org(), gen_random_uuid(), tests.hold_of('CA5')),
  ('to an unknown hold', 'not_found', tests.org(), pg_temp.id('tess'), gen_random_uuid()),
  ('of another clinic''s appointment', 'not_found', tests.org(), (select id from elsewhere), tests.hold_of('CA5')),
  ('to another clinic''s hold', 'not_found', tests.org(), pg_temp.id('tess'), (select hold_id from elsewhere)),
  ('of a cancelled appointment', 'not_found', tests.org(), pg_temp.id('gone'), tests.hold_of('CA5')),
  ('of a missed appointment', 'not_found', tests.org(), pg_temp.id('missed'), tests.hold_of('CA5')),
  ('of a past appointment', 'not_found', tests.org(), pg_temp.id('past'), tests.hold_of('CA5')),
  ('of an appointment whose patient is here', 'not_found', tests.org(), pg_temp.id('here'), tests.hold_of('CA5'))
) bad (what, reason, org_id, appointment_id, hold_id);

-- Cancelling ---------------------------------------------------------------------------------------------------------------------------

insert into answers values ('cancelled', pg_temp.cancel(pg_temp.id('tess'), 'Feeling better'));
select is(
  (select answer - 'slot' - 'code' from answers where what = 'cancelled'),
  jsonb_build_object('success', true, 'appointment_id', pg_temp.id('tess'), 'status', 'cancelled'),
  'A coming appointment is cancelled'
);
select is(
  array[tests.taken(pg_temp.id('tess')), tests.open('Lund', '2027-06-15 10:00', '2027-06-15 11:00', 'Surgery')],
  array[null, '10:00'],
  'Its time is free at once, the room''s too'
);
select is(
  array[pg_temp.cancel(pg_temp.id('tess'), 'Feeling better'), pg_temp.cancel(pg_temp.id('tess'), 'Another reason'), pg_temp.cancel(pg_temp.id('tess'))],
  array_fill((select answer from answers where what = 'cancelled'), array[3]),
  'Cancelling again gives the same answer'
);
select is(
  (select cancel_reason from appointments where id = pg_temp.id('tess')),
  'Feeling better',
  'and the first reason stays'
);
select is(
  (select array[tests.short(a), (a ? 'appointment_id')::text] from tests.claim('CA2', 'Lund', '2027-06-15 10:00', 'Surgery') a),
  array['success', 'false'],
  'The call that had booked a time which was then cancelled may hold it anew'
);
insert into ids values ('endless', pg_temp.book('+12125550132', 'Osei', '2027-06-14 16:00'));
select is(tests.short(pg_temp.cancel(pg_temp.id('endless'), repeat('Because ', 100))), 'success', 'Reasons may be long');
select is(
  (select length(cancel_reason) from appointments where id = pg_temp.id('endless')),
  300,
  'and are kept as far as they fit'
);
select is(
  tests.answered(format('cancel_appointment(%L, %L, %L, %L)', org_id, appointment_id, 'No', call)),
  reason,
  format('Cancelling %s is answered %s, and nothing is written', what, reason)
)
from (values
  ('without a clinic', 'invalid_input', null, pg_temp.id('here'), null),
  ('nothing', 'invalid_input', tests.org(), null, null),
  ('from a call with words for a name', 'invalid_input', tests.org(), pg_temp.id('here'), 'a call'),
  ('in an unknown clinic', 'not_found', gen_random_uuid(), pg_temp.id('here'), null),
  ('an unknown appointment', 'not_found', tests.org(), gen_random_uuid(), null),
  ('another clinic''s appointment', 'not_found', tests.org(), (select id from elsewhere), null),
  ('a past appointment', 'not_found', tests.org(), pg_temp.id('past'), null),
  ('a missed appointment', 'not_found', tests.org(), pg_temp.id('missed'), null),
  ('an appointment whose patient is here', 'not_found', tests.org(), pg_temp.id('here'), null)
) bad (what, reason, org_id, appointment_id, call);

-- Proving who one is -----------------------------------------------------------------------------------------------------------------------

select pg_temp.book('+12125550133', 'Lund', '2027-06-28 10:00') is not null;
select pg_temp.book('+12125550133', 'Lund', '2027-06-21 10:00') is not null;
select pg_temp.book('+12125550133', 'Lund', '2027-06-22 10:00', p_status => 'cancelled') is not null;
select pg_temp.book('+12125550133', 'Osei', '2027-06-07 07:30') is not null;
insert into answers values ('list', pg_temp.list('CAproof', '+12125550133', '2001-02-28'));
select results_eq(
  $$
    select (a ->> 'appointment_id')::uuid, a ->> 'starts_local', a ->> 'status', a ->> 'provider_name'
    from answers, jsonb_array_elements(answer -> 'appointments') with ordinality e (a, n)
    where what = 'list'
    order by n
  $$,
  $$
    values
      (pg_temp.appointment('2027-06-21 10:00'), '2027-06-21T10:00:00', 'booked', 'Lund'),
      (pg_temp.appointment('2027-06-28 10:00'), '2027-06-28T10:00:00', 'booked', 'Lund')
  $$,
  'With number and date of birth a patient hears of their coming appointments, soonest first, and of no past or cancelled one'
);
select is(
  array(select pg_temp.list('CAproof', '+12125550133', '2001-02-28') from generate_series(1, 5)),
  array_fill((select answer from answers where what = 'list'), array[5]),
  'Right answers may be repeated as often as one likes'
);
select is(
  array[
    pg_temp.list('CAguess', '+12125550133', '2001-03-28'), pg_temp.list('CAguess', '+12125550133', '2001-03-28'),
    pg_temp.list('CAguess', '+12125550133', '2001-04-28'), pg_temp.list('CAguess', '+12125550133', '2001-05-28')
  ],
  array[
    '{"success": false, "reason": "not_found", "tries_left": 2}', '{"success": false, "reason": "not_found", "tries_left": 2}',
    '{"success": false, "reason": "not_found", "tries_left": 1}', '{"success": false, "reason": "not_found", "tries_left": 0}'
  ]::jsonb[],
  'A wrong date costs one of three tries a call; the same answer sent twice costs one'
);
select is(
  pg_temp.list('CAguess', '+12125550133', '2001-02-28'),
  '{"success": false, "reason": "not_found", "tries_left": 0}',
  'After three wrong dates even the right one tells that call nothing'
);
select is(
  array[
    pg_temp.list('CAunknown', '+12125550199', '2001-02-28'),
    pg_temp.list('CAageless', '+12125550134', '2001-02-28'),
    pg_temp.list('CAvera', '+12125550135', '1990-01-01')
  ],
  array_fill('{"success": false, "reason": "not_found", "tries_left": 2}'::jsonb, array[3]),
  'An unknown number, a contact without date of birth and another clinic''s patient are answered as a wrong date is'
);
select is(
  array(select pg_temp.list('CAguess' || (n / 3), '+12125550133', format('1990-01-%s', 10 + n)) ->> 'tries_left' from generate_series(0, 7) n),
  array['2', '1', '0', '2', '1', '0', '0', '0'],
  'From call to call the tries begin anew, up to ten wrong dates a day for one number'
);
select is(
  pg_temp.list('CAhonest', '+12125550133', '2001-02-28'),
  '{"success": false, "reason": "not_found", "tries_left": 0}',
  'Then the number learns nothing more in any call'
);
select is(
  tests.short(pg_temp.list('CAother', '+12125550132', '1957-11-30')),
  'success',
  'Other numbers are as free as before'
);
select tests.later('1 day 1 second');
select is(
  tests.short(pg_temp.list('CAnextday', '+12125550133', '2001-02-28')),
  'success',
  'and a day later this one is, too'
);
select is(
  array[
    tests.rpc(format('note_caller_phone(%L, %L, %L)', tests.org(), 'CAhidden', '+12125550133')) ->> 'reason',
    tests.rpc(format('begin_call(%L, null, %L)', '+442079460907', 'CAhidden')) ->> 'success',
    tests.rpc(format('note_caller_phone(%L, %L, %L)', tests.org(), 'CAhidden', '+12125550133')) ->> 'success'
  ],
  array['not_found', 'true', 'true'],
  'A caller who withholds their number keys it in, and the call keeps it'
);
select is(
  pg_temp.list('CAhidden', null, '2001-02-28') -> 'appointments',
  (select answer -> 'appointments' from answers where what = 'list'),
  'With that number and the date of birth they are told the same'
);
-- A code instead of the date ------------------------------------------------------------------------------------------------------------------

select pg_temp.book('+12125550134', 'Lund', '2027-06-28 11:00') is not null, pg_temp.book('+12125550134', 'Lund', '2027-06-29 11:00') is not null;
select pg_temp.book('+12125550134', 'Lund', '2027-06-30 11:00', p_status => 'cancelled') is not null;
select pg_temp.book('+12125550134', 'Osei', '2027-06-07 08:30') is not null;
select is(
  (
    select array_agg(a ->> 'appointment_id')
    from jsonb_array_elements(pg_temp.list_by_code('CAcode', '+12125550134', pg_temp.code('2027-06-29 11:00')) -> 'appointments') a
  ),
  array[pg_temp.appointment('2027-06-29 11:00')::text],
  'Whoever never gave a date of birth is told of the one appointment whose code they have'
);
select is(
  pg_temp.list_by_code('CAcode', '+12125550134', pg_temp.code('2027-06-29 11:00')),
  pg_temp.list_by_code('CAcode', '+12125550134', pg_temp.code('2027-06-29 11:00')),
  'as often as they key it in'
);
select is(
  array[
    pg_temp.list_by_code('CAcodes', '+12125550134', pg_temp.code('2027-06-30 11:00')),
    pg_temp.list_by_code('CAcodes', '+12125550134', pg_temp.code('2027-06-07 08:30', 'Osei')),
    pg_temp.list_by_code('CAcodes', '+12125550133', pg_temp.code('2027-06-29 11:00')),
    pg_temp.list_by_code('CAcodes', '+12125550134', pg_temp.code('2027-06-29 11:00'))
  ],
  array[
    '{"success": false, "reason": "not_found", "tries_left": 2}', '{"success": false, "reason": "not_found", "tries_left": 1}',
    '{"success": false, "reason": "not_found", "tries_left": 0}', '{"success": false, "reason": "not_found", "tries_left": 0}'
  ]::jsonb[],
  'The code of a cancelled or past appointment, or of another number''s, is a wrong one, and wrong ones are counted with the dates'
);
select is(
  tests.answered(call),
  reason,
  format('Asking for appointments %s is answered %s, and nothing is written', what, reason)
)
from (values
  ('without a clinic', 'invalid_input', $$ list_appointments(null, '+12125550133', '2001-02-28', 'CAbad') $$),
  ('without a number', 'invalid_input', format($$ list_appointments(%L, null, '2001-02-28') $$, tests.org())),
  ('without a number on the call', 'invalid_input', format($$ list_appointments(%L, null, '2001-02-28', 'CAbad') $$, tests.org())),
  ('with words for a number', 'invalid_input', format($$ list_appointments(%L, 'anonymous', '2001-02-28', 'CAbad') $$, tests.org())),
  ('without a date', 'invalid_input', format($$ list_appointments(%L, '+12125550133', null, 'CAbad') $$, tests.org())),
  ('with a date and a code', 'invalid_input', format($$ list_appointments(%L, '+12125550133', '2001-02-28', 'CAbad', '400001') $$, tests.org())),
  ('with a code of five digits', 'invalid_input', format($$ list_appointments(%L, '+12125550133', null, 'CAbad', '40000') $$, tests.org())),
  ('with words for a code', 'invalid_input', format($$ list_appointments(%L, '+12125550133', null, 'CAbad', 'please') $$, tests.org())),
  ('with an endless date', 'invalid_input', format($$ list_appointments(%L, '+12125550133', 'infinity', 'CAbad') $$, tests.org())),
  ('from a call with words for a name', 'invalid_input', format($$ list_appointments(%L, '+12125550133', '2001-02-28', 'a call') $$, tests.org())),
  ('of an unknown clinic', 'not_found', format($$ list_appointments(%L, '+12125550133', '2001-02-28', 'CAbad') $$, gen_random_uuid()))
) bad (what, reason, call);

-- Holds that end ---------------------------------------------------------------------------------------------------------------------------

select tests.short(tests.rpc('expire_holds()'));
select tests.short(tests.claim('CAshort', 'Lund', '2027-06-21 13:00')), tests.short(tests.claim('CAlong', 'Lund', '2027-06-21 14:00', p_minutes => 30));
select tests.short(tests.claim('CAlost', 'Lund', '2027-06-21 15:00'));
select tests.later('5 minutes');
select tests.short(tests.claim('CAwon', 'Lund', '2027-06-21 15:00'));
select is(
  tests.rpc('expire_holds()'),
  '{"success": true, "expired": 2}',
  'Every hold past its end is ended'
);
select results_eq(
  $$
    select call_sid::text, status, tests.taken(id)
    from appointment_holds
    where org_id = tests.org()
      and call_sid in ('CAshort', 'CAlong', 'CAlost', 'CAwon')
    order by call_sid
  $$,
  $$
    values
      ('CAlong', 'held', 'Lund 14:00-14:40'), ('CAlost', 'expired', null),
      ('CAshort', 'expired', null), ('CAwon', 'held', 'Lund 15:00-15:40')
  $$,
  'Their time is free; what still runs, and what somebody else has taken meanwhile, is left alone'
);
select is(tests.rpc('expire_holds()'), '{"success": true, "expired": 0}', 'Run again, there is nothing left to do');

-- The waitlist -------------------------------------------------------------------------------------------------------------------------------

create function pg_temp.entry(p_phone text)
returns public.waitlist_entries
language sql
as $$
  select w
  from public.waitlist_entries w
  join public.contacts c on c.id = w.contact_id
  where w.org_id = tests.org()
    and c.phone = p_phone;
$$;
insert into answers values ('joined', pg_temp.join('+12125550132', '2027-07-05', '2027-07-06'));
select tests.later('1 second');
select is(
  array[pg_temp.join('+12125550132', '2027-07-05', '2027-07-06'), pg_temp.join('+12125550132', '2027-07-05', '2027-07-12')],
  array_fill((select answer from answers where what = 'joined'), array[2]),
  'Who waits for a service waits once, and may change the wish'
);
select is(
  array[tests.short(pg_temp.join('+12125550133', '2027-07-05', '2027-07-12')), tests.short(pg_temp.join('+12125550139', '2027-07-05', null, 'Osei'))],
  array['success', 'success'],
  'Others wait too, also patients whom the clinic does not know yet'
);
insert into ids values
  ('monday', pg_temp.book('+12125550131', 'Lund', '2027-07-05 10:00')),
  ('surgery', pg_temp.book('+12125550131', 'Lund', '2027-07-05 13:00', 'Surgery')),
  ('august', pg_temp.book('+12125550131', 'Lund', '2027-08-02 10:00'));
select is(
  array[tests.short(pg_temp.cancel(pg_temp.id('surgery'))), tests.short(pg_temp.cancel(pg_temp.id('august')))],
  array['success', 'success'],
  'A time of another service, or outside what anybody wishes with that provider, is cancelled'
);
select is(
  array[tests.open('Lund', '2027-07-05 13:00', '2027-07-05 14:00', 'Surgery'), tests.open('Lund', '2027-08-02 10:00', '2027-08-02 10:30')],
  array['13:00', '10:00'],
  'and is simply free'
);
select is(tests.short(pg_temp.cancel(pg_temp.id('monday'))), 'success', 'A time that is wished for is cancelled');
select results_eq(
  $$
    select h.starts_at, h.expires_at, h.contact_phone::text, h.status, tests.taken(h.id), w.status
    from pg_temp.entry('+12125550132') w
    join appointment_holds h on h.id = w.hold_id
  $$,
  $$
    values (
      '2027-07-05 10:00'::timestamptz, current_setting('test.now')::timestamptz + interval '30 minutes', '+12125550132', 'held',
      'Lund 10:00-10:40', 'offered'
    )
  $$,
  'It is kept half an hour for whoever has waited longest'
);
select is(
  array[(pg_temp.entry('+12125550133')).status, (pg_temp.entry('+12125550139')).status, tests.open('Lund', '2027-07-05 10:00', '2027-07-05 10:30')],
  array['waiting', 'waiting', ''],
  'for nobody else, and is offered to no caller'
);
select results_eq(
  $$ select c.name, t.from_phone::text, t.due_at from follow_up_tasks t join contacts c on c.id = t.contact_id where t.org_id = tests.org() and t.reason = 'waitlist_offer' $$,
  $$ values ('Abel Novak', '+12125550132', current_setting('test.now')::timestamptz + interval '30 minutes') $$,
  'Staff have the task to tell them, due when the offer ends'
);
select tests.later('30 minutes');
select is(tests.short(tests.rpc('expire_holds()')), 'success', 'Nobody takes the offer up');
select is(
  array[
    (pg_temp.entry('+12125550132')).status, (pg_temp.entry('+12125550133')).status,
    tests.taken((pg_temp.entry('+12125550133')).hold_id), tests.open('Lund', '2027-07-05 10:00', '2027-07-05 10:30')
  ],
  array['waiting', 'offered', 'Lund 10:00-10:40', ''],
  'The next who waits is offered it, without its being free in between; the first waits on'
);
select is(
  tests.short(tests.rpc(format('confirm_hold(%L, %L, null)', tests.org(), (pg_temp.entry('+12125550133')).hold_id))),
  'success',
  'Taken up, the offer becomes an appointment'
);
select is(
  (select array[w.status, c.phone] from pg_temp.entry('+12125550133') w, appointments a join contacts c on c.id = a.contact_id where a.id = pg_temp.appointment('2027-07-05 10:00')),
  array['booked', '+12125550133'],
  'of whoever waited'
);

-- One after the other, the ways in which an offer is not taken up: it must reach the next, and the wish must live on.
insert into ids values
  ('declined', pg_temp.book('+12125550131', 'Lund', '2027-07-06 09:00')),
  ('late', pg_temp.book('+12125550131', 'Lund', '2027-07-06 11:00'));
select is(tests.short(pg_temp.cancel(pg_temp.id('declined'))), 'success', 'Another time is cancelled');
select is(
  tests.rpc(format('release_hold(%L, %L)', tests.org(), (pg_temp.entry('+12125550132')).hold_id)),
  '{"success": true, "released": true}',
  'and whoever is offered it declines'
);
select is(
  array[(pg_temp.entry('+12125550132')).status, tests.open('Lund', '2027-07-06 09:00', '2027-07-06 09:30')],
  array['waiting', '09:00'],
  'They wait on for another, and the time is free'
);
select is(tests.short(pg_temp.cancel(pg_temp.id('late'))), 'success', 'A third time is cancelled');
insert into ids values ('late hold', (pg_temp.entry('+12125550132')).hold_id);
select tests.later('30 minutes');
select is(
  tests.short(tests.rpc(format('confirm_hold(%L, %L, null)', tests.org(), pg_temp.id('late hold')))),
  'hold_expired',
  'Whoever is offered it says yes too late'
);
select is((pg_temp.entry('+12125550132')).status, 'waiting', 'They, too, wait on for another');
insert into ids values ('passed on', pg_temp.book('+12125550131', 'Lund', '2027-07-06 13:00'));
select tests.later('1 second');
select is(
  array[tests.short(pg_temp.join('+12125550134', '2027-07-05', '2027-07-12')), tests.short(pg_temp.cancel(pg_temp.id('passed on')))],
  array['success', 'success'],
  'With two who wait, a fourth time is cancelled'
);
select is(
  tests.short(tests.rpc(format('release_hold(%L, %L)', tests.org(), (pg_temp.entry('+12125550132')).hold_id))),
  'success',
  'and the first of them declines'
);
select is(
  array[(pg_temp.entry('+12125550132')).status, (pg_temp.entry('+12125550134')).status, tests.taken((pg_temp.entry('+12125550134')).hold_id)],
  array['waiting', 'offered', 'Lund 13:00-13:40'],
  'It goes to the second at once'
);
insert into ids values ('own', pg_temp.book('+12125550132', 'Lund', '2027-07-06 15:00'));
select is(tests.short(pg_temp.cancel(pg_temp.id('own'))), 'success', 'Who waits cancels an appointment of their own');
select is(
  array[(pg_temp.entry('+12125550132')).status, tests.open('Lund', '2027-07-06 15:00', '2027-07-06 15:30')],
  array['waiting', '15:00'],
  'and is not offered the very time that they gave up'
);
select is(
  tests.answered(call),
  reason,
  format('Joining the waitlist %s is answered %s, and nothing is written', what, reason)
)
from (values
  ('of no clinic', 'invalid_input', format($$ join_waitlist(null, %L, '{"phone": "+12125550132"}') $$, tests.service('Visit'))),
  ('of no service', 'invalid_input', format($$ join_waitlist(%L, null, '{"phone": "+12125550132"}') $$, tests.org())),
  ('as nobody', 'invalid_input', format($$ join_waitlist(%L, %L, null) $$, tests.org(), tests.service('Visit'))),
  ('without a number', 'invalid_input', format($$ join_waitlist(%L, %L, '{"name": "Nobody"}') $$, tests.org(), tests.service('Visit'))),
  ('with a number that is none', 'invalid_input', format($$ join_waitlist(%L, %L, '{"phone": "anonymous"}') $$, tests.org(), tests.service('Visit'))),
  ('from no time on', 'invalid_input', format($$ join_waitlist(%L, %L, '{"phone": "+12125550132"}', null, null) $$, tests.org(), tests.service('Visit'))),
  ('from ever', 'invalid_input', format($$ join_waitlist(%L, %L, '{"phone": "+12125550132"}', null, '-infinity') $$, tests.org(), tests.service('Visit'))),
  ('backwards', 'invalid_input', format($$ join_waitlist(%L, %L, '{"phone": "+12125550132"}', null, '2027-07-06', '2027-07-05') $$, tests.org(), tests.service('Visit'))),
  ('of an unknown clinic', 'not_found', format($$ join_waitlist(%L, %L, '{"phone": "+12125550132"}') $$, gen_random_uuid(), tests.service('Visit'))),
  ('of an unknown service', 'not_found', format($$ join_waitlist(%L, %L, '{"phone": "+12125550132"}') $$, tests.org(), gen_random_uuid())),
  ('of another clinic''s service', 'not_found', format($$ join_waitlist(%L, %L, '{"phone": "+12125550132"}') $$, tests.org(), tests.service('Elsewhere'))),
  ('for another clinic''s provider', 'not_found', format($$ join_waitlist(%L, %L, '{"phone": "+12125550132"}', %L) $$, tests.org(), tests.service('Visit'), tests.resource('Vega')))
) bad (what, reason, call);

-- Time off over appointments -----------------------------------------------------------------------------------------------------------------

-- The appointments that staff have been asked to look after because of time off, by their starts.
create function pg_temp.conflicts()
returns text
language sql
as $$
  select string_agg(to_char(a.starts_at, 'MM-DD HH24:MI'), ', ' order by a.starts_at, a.provider_id)
  from public.follow_up_tasks t
  join public.appointments a on a.id = t.appointment_id and a.contact_id = t.contact_id
  where t.org_id = tests.org()
    and t.reason = 'time_off_conflict';
$$;
insert into ids values
  ('before', pg_temp.book('+12125550131', 'Lund', '2027-07-19 09:20')),
  ('within', pg_temp.book('+12125550131', 'Lund', '2027-07-19 10:30')),
  ('across', pg_temp.book('+12125550131', 'Lund', '2027-07-19 11:45')),
  ('beside', pg_temp.book('+12125550132', 'Osei', '2027-07-19 10:30')),
  ('in the room', pg_temp.book('+12125550132', 'Osei', '2027-07-20 10:00', 'Surgery')),
  ('all', pg_temp.book('+12125550132', 'Osei', '2027-07-26 10:00')),
  ('off', pg_temp.book('+12125550132', 'Osei', '2027-07-26 11:00', p_status => 'cancelled')),
  ('feast', pg_temp.book('+12125550132', 'Osei', '2027-07-27 10:00'));
insert into time_off (id, org_id, resource_id, starts_at, ends_at)
values (md5('away')::uuid, tests.org(), tests.resource('Lund'), '2027-07-19 09:50', '2027-07-19 12:00');
select is(
  pg_temp.conflicts(),
  '07-19 10:30, 07-19 11:45',
  'Time off of a provider makes a task of each appointment that it falls on; one whose buffer it touches is none of them'
);
select is(
  (select count(*) from appointments where org_id = tests.org() and starts_at::date = '2027-07-19' and status = 'booked' and tests.taken(id) is not null),
  4::bigint,
  'and keeps all of them as they are'
);
update time_off set starts_at = '2027-07-19 09:00' where id = md5('away')::uuid;
select is(pg_temp.conflicts(), '07-19 09:20, 07-19 10:30, 07-19 11:45', 'Longer time off adds what it now falls on');
update time_off set note = 'Conference' where id = md5('away')::uuid;
insert into time_off (org_id, resource_id, starts_at, ends_at)
values (tests.org(), tests.resource('Lund'), '2027-07-19 09:00', '2027-07-19 17:00');
select is(pg_temp.conflicts(), '07-19 09:20, 07-19 10:30, 07-19 11:45', 'One appointment is one task, however often it is in the way');
insert into time_off (org_id, resource_id, starts_at, ends_at)
values (tests.org(), tests.resource('Blue room'), '2027-07-20', '2027-07-21');
select is(
  right(pg_temp.conflicts(), 11),
  '07-20 10:00',
  'A room that is out of use makes a task of the appointment that has it'
);
insert into time_off (org_id, starts_at, ends_at)
values (tests.org(), '2027-07-26', '2027-07-27');
select is(right(pg_temp.conflicts(), 11), '07-26 10:00', 'So does time off of the whole clinic, though not of what was cancelled');
insert into holidays (org_id, day, name)
values (tests.org(), '2027-07-27', 'Feast');
select is(right(pg_temp.conflicts(), 11), '07-27 10:00', 'and a holiday');
select pg_temp.book('+12125550133', 'Osei', '2027-07-27 14:00') is not null;
select is(right(pg_temp.conflicts(), 11), '07-27 14:00', 'Staff who book into time off may, and have the task at once');
select tests.short(tests.claim('CAmeanwhile', 'Lund', '2027-08-02 10:00'));
insert into time_off (org_id, resource_id, starts_at, ends_at)
values (tests.org(), tests.resource('Lund'), '2027-08-02', '2027-08-03');
select is(
  tests.short(tests.confirm('CAmeanwhile', '{"phone": "+12125550133"}')),
  'success',
  'A caller who held a time before it became time off may confirm it'
);
select is(right(pg_temp.conflicts(), 11), '08-02 10:00', 'and staff have the task');

select * from finish();
rollback;
