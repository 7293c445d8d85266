-- The ledger: a resource's time is taken once, whoever writes and whatever code runs.
begin;
set local search_path = public, extensions;
select plan(54);

-- A clinic on UTC, so that the times below are what they look like; all of it happens on one day far from now.
insert into organizations (id, name, timezone)
values ('7e572000-0000-4000-8000-000000000001', 'Ledger Clinic', 'UTC');
insert into auth.users (id, email)
values ('7e572000-0000-4000-8000-000000000052', 'ledger-staff@clinic.test');
insert into memberships (org_id, user_id, role)
values ('7e572000-0000-4000-8000-000000000001', '7e572000-0000-4000-8000-000000000052', 'staff');

create function pg_temp.org()
returns uuid
language sql
immutable
return '7e572000-0000-4000-8000-000000000001'::uuid;

insert into contacts (org_id, phone, name)
values (pg_temp.org(), '+12125550131', 'Tess Moran'), (pg_temp.org(), '+12125550132', 'Abel Novak');
insert into resources (id, org_id, kind, name)
values
  ('7e572000-0000-4000-8000-000000000011', pg_temp.org(), 'provider', 'Lund'),
  ('7e572000-0000-4000-8000-000000000012', pg_temp.org(), 'provider', 'Osei'),
  ('7e572000-0000-4000-8000-000000000013', pg_temp.org(), 'room', 'Blue room'),
  ('7e572000-0000-4000-8000-000000000014', pg_temp.org(), 'room', 'Red room'),
  ('7e572000-0000-4000-8000-000000000015', pg_temp.org(), 'device', 'Scanner');
insert into providers (id, org_id)
select id, org_id
from resources
where org_id = pg_temp.org()
  and kind = 'provider';
-- Visit: ten minutes before and five after. Surgery: one of two rooms besides. Scan: the one scanner as well.
insert into services (org_id, name, duration_minutes, buffer_before_minutes, buffer_after_minutes)
values (pg_temp.org(), 'Visit', 30, 10, 5), (pg_temp.org(), 'Surgery', 30, 0, 0), (pg_temp.org(), 'Scan', 30, 0, 0);
insert into service_resources (org_id, service_id, resource_id, kind)
select s.org_id, s.id, r.id, r.kind
from services s
join resources r on r.org_id = s.org_id
where s.org_id = pg_temp.org()
  and (s.name, r.kind) in (('Surgery', 'room'), ('Scan', 'room'), ('Scan', 'device'));

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

create function pg_temp.at(p_time text)
returns timestamptz
language sql
immutable
return ('2031-03-03 ' || p_time || ' UTC')::timestamptz;

create function pg_temp.span(p_from text, p_to text)
returns tstzrange
language sql
immutable
return tstzrange(pg_temp.at(p_from), pg_temp.at(p_to));

-- Runs a statement as the clinic's staff, who come through the Data API: 'done', or the SQLSTATE that refused it.
create function pg_temp.staff(p_sql text)
returns text
language plpgsql
as $$
declare
  v_role constant text := current_setting('role');
begin
  perform set_config('request.jwt.claims', '{"sub": "7e572000-0000-4000-8000-000000000052", "role": "authenticated"}', true);
  perform set_config('role', 'authenticated', true);
  execute p_sql;
  perform set_config('role', v_role, true);
  return 'done';
exception
  when others then
    return sqlstate;
end;
$$;

-- What staff type to book: provider, service, start; the appointment's id is made from the note they give it, for which
-- the test lends them a right that they do not have.
grant insert (id) on public.appointments to authenticated;
create function pg_temp.booking(p_note text, p_provider text, p_service text, p_time text, p_status text default 'booked')
returns text
language sql
stable
as $$
  select format(
    'insert into public.appointments (id, org_id, contact_id, provider_id, service_id, starts_at, status) values (%L, %L, %L, %L, %L, %L, %L)',
    md5(p_note)::uuid, pg_temp.org(),
    (select id from public.contacts where org_id = pg_temp.org() order by phone limit 1),
    pg_temp.resource(p_provider), pg_temp.service(p_service), pg_temp.at(p_time), p_status
  );
$$;

create function pg_temp.change(p_note text, p_set text)
returns text
language sql
immutable
return format('update public.appointments set %s where id = %L', p_set, md5(p_note)::uuid);

create function pg_temp.move(p_note text, p_from text, p_to text)
returns text
language sql
immutable
return pg_temp.change(p_note, format('starts_at = %L, ends_at = %L', pg_temp.at(p_from), pg_temp.at(p_to)));

-- What the ledger shows for an appointment (or a hold), by resource. Volatile, to see what its own statement did before.
create function pg_temp.taken(p_note text)
returns text
language sql
volatile
as $$
  select string_agg(
    r.name || ' ' || to_char(lower(c.during) at time zone 'UTC', 'HH24:MI') || '-' || to_char(upper(c.during) at time zone 'UTC', 'HH24:MI'),
    ', ' order by r.kind = 'provider' desc, r.name
  )
  from public.slot_claims c
  join public.resources r on r.id = c.resource_id
  where md5(p_note)::uuid in (c.appointment_id, c.hold_id);
$$;

-- A hold as claim_slot_atomic leaves it.
create function pg_temp.hold(p_note text, p_provider text, p_from text, p_to text, p_left interval)
returns void
language sql
as $$
  insert into public.appointment_holds (id, org_id, call_sid, provider_id, service_id, starts_at, ends_at, expires_at)
  values (
    md5(p_note)::uuid, pg_temp.org(), 'CA' || md5(p_note), pg_temp.resource(p_provider), pg_temp.service('Visit'),
    pg_temp.at(p_from), pg_temp.at(p_to), clock_timestamp() + p_left
  );
  insert into public.slot_claims (org_id, resource_id, during, hold_id, expires_at)
  values (
    pg_temp.org(), pg_temp.resource(p_provider), pg_temp.span(p_from, p_to), md5(p_note)::uuid, clock_timestamp() + p_left
  );
$$;

-- The same for a script, which comes as the owner of the tables.
create function pg_temp.script(p_sql text)
returns text
language plpgsql
as $$
begin
  execute p_sql;
  return 'done';
exception
  when others then
    return sqlstate;
end;
$$;

-- A bare claim, as if no code of ours stood before the table.
create function pg_temp.claim(p_note text, p_resource text, p_during tstzrange)
returns text
language sql
stable
as $$
  select format(
    'insert into public.slot_claims (org_id, resource_id, during, appointment_id) values (%L, %L, %L, %L)',
    pg_temp.org(), pg_temp.resource(p_resource), p_during, md5(p_note)::uuid
  );
$$;

-- The constraint, with everything else bypassed ---------------------------------------------------------------------------

select is(pg_temp.staff(pg_temp.booking('first', 'Lund', 'Visit', '09:00')), 'done', 'Staff book a free time');
select is(
  pg_temp.script(pg_temp.claim('first', 'Lund', pg_temp.span('09:00', '09:30'))),
  '23P01',
  'With every function bypassed, the constraint alone refuses the same time again'
);
select is(
  pg_temp.script(pg_temp.claim('first', 'Lund', pg_temp.span('09:34:59.999999', '10:00'))),
  '23P01',
  'It refuses an overlap of a microsecond'
);
select is(
  pg_temp.script(pg_temp.claim('first', 'Lund', pg_temp.span('06:00', '18:00'))),
  '23P01',
  'It refuses a span around the one that is taken'
);
select is(
  pg_temp.script(pg_temp.claim('first', 'Lund', pg_temp.span('09:35', '10:00'))),
  'done',
  'A span that begins where another ends does not overlap it'
);
select is(
  pg_temp.script(pg_temp.claim('first', 'Lund', pg_temp.span('08:00', '08:50'))),
  'done',
  'Nor does one that ends where another begins'
);
select is(
  pg_temp.script(pg_temp.claim('first', 'Osei', pg_temp.span('09:00', '09:30'))),
  'done',
  'The same time of somebody else is free'
);
select pg_temp.hold('held', 'Osei', '11:00', '11:30', '5 minutes');
select is(
  pg_temp.script(pg_temp.claim('first', 'Osei', pg_temp.span('11:15', '11:45'))),
  '23P01',
  'A hold and an appointment exclude each other like two appointments'
);
delete from slot_claims
where appointment_id = md5('first')::uuid
  and during <> pg_temp.span('08:50', '09:35');

select is_empty(
  $$
    select during
    from unnest(array[
      'empty', '[2031-03-03,)', '(,2031-03-03)', '(,)', '[2031-03-03, infinity)', '[-infinity, 2031-03-03)',
      '[2031-03-03 14:00, 2031-03-03 15:00]', '(2031-03-03 14:00, 2031-03-03 15:00)'
    ]::tstzrange[]) during
    where pg_temp.script(pg_temp.claim('first', 'Lund', during)) <> '23514'
  $$,
  'A claim is refused whose span is empty, endless, or not closed at its start and open at its end'
);
select is_empty(
  $$
    select owner
    from unnest(array[
      'null, null, null',
      'null, null, now()',
      format('%L, %L, now()', md5('held')::uuid, md5('first')::uuid),
      format('%L, null, null', md5('held')::uuid),
      format('null, %L, now()', md5('first')::uuid)
    ]) owner
    where pg_temp.script(format(
      'insert into slot_claims (org_id, resource_id, during, hold_id, appointment_id, expires_at) values (%L, %L, %L, %s)',
      pg_temp.org(), pg_temp.resource('Lund'), pg_temp.span('20:00', '21:00'), owner
    )) <> '23514'
  $$,
  'A claim belongs to a hold, until the hold ends, or to an appointment, without end: never to both or to nobody'
);
select is(
  pg_temp.script(format(
    'insert into slot_claims (org_id, resource_id, during, hold_id, expires_at) values (%L, %L, %L, %L, now()); set constraints all immediate',
    pg_temp.org(), pg_temp.resource('Lund'), pg_temp.span('20:00', '21:00'), gen_random_uuid()
  )),
  '23503',
  'A claim of a hold that does not exist is refused when the transaction ends'
);
set constraints all deferred;

-- Appointments from anywhere ---------------------------------------------------------------------------------------------------

select is(pg_temp.taken('first'), 'Lund 08:50-09:35', 'What staff book is claimed with the buffers on both sides');
select is(pg_temp.script(pg_temp.booking('second', 'Lund', 'Visit', '13:00')), 'done', 'A script books a free time');
select is(pg_temp.taken('second'), 'Lund 12:50-13:35', 'What a script books is claimed alike');
select is(
  array[
    pg_temp.staff(pg_temp.change('second', format('starts_at = %L', pg_temp.at('14:00')))),
    pg_temp.taken('second'),
    pg_temp.staff(pg_temp.change('second', format('starts_at = %L', pg_temp.at('13:00'))))
  ],
  array['done', 'Lund 13:50-14:35', 'done'],
  'Whoever changes the start alone moves the whole appointment'
);
select results_eq(
  $$ select ends_at, code ~ '^[0-9]{6}$' from appointments where id = md5('first')::uuid $$,
  $$ values (pg_temp.at('09:30'), true) $$,
  'An end that was left out comes from the service, and a spoken code is drawn'
);
select is(
  pg_temp.staff(pg_temp.booking('refused', 'Lund', 'Visit', '09:00')),
  'PT409',
  'Staff who book a taken time get PT409, which the Data API answers as 409'
);
select is(pg_temp.script(pg_temp.booking('refused', 'Lund', 'Visit', '09:15')), 'PT409', 'So does a script, for an unequal overlap');
select is(pg_temp.staff(pg_temp.booking('refused', 'Lund', 'Visit', '09:40')), 'PT409', 'Buffers that overlap are an overlap');
select is_empty(
  $$ select 1 from appointments where id = md5('refused')::uuid union all select 1 where pg_temp.taken('refused') is not null $$,
  'A refused booking leaves no appointment and no claim'
);
select is(
  pg_temp.staff(pg_temp.booking('next', 'Lund', 'Visit', '09:45')),
  'done',
  'When one''s buffer ends as the next one''s begins, both fit'
);
select is(pg_temp.staff(pg_temp.booking('beside', 'Osei', 'Visit', '09:00')), 'done', 'Another provider is free at that time');
select is(
  pg_temp.staff(pg_temp.booking('refused', 'Osei', 'Visit', '11:00')),
  'PT409',
  'Staff do not book over what a caller is holding right now'
);
select pg_temp.hold('lapsed', 'Osei', '15:00', '15:30', '-1 second');
select is(pg_temp.staff(pg_temp.booking('late', 'Osei', 'Visit', '15:00')), 'done', 'A hold past its end gives way to staff');
select is(pg_temp.taken('lapsed'), null, 'and its claim is gone');
select is(
  array[
    pg_temp.staff(pg_temp.change('next', format('ends_at = %L', pg_temp.at('09:45')))),
    pg_temp.staff(pg_temp.change('next', format('ends_at = %L', pg_temp.at('09:00')))),
    pg_temp.staff(pg_temp.change('next', 'ends_at = ''infinity''')),
    pg_temp.staff(pg_temp.change('next', 'starts_at = ''-infinity''')),
    pg_temp.script(pg_temp.change('next', 'starts_at = ''-infinity'', ends_at = ''infinity'''))
  ],
  array['23514', '23514', '23514', '23514', '23514'],
  'An appointment that ends before it starts, or never, is refused'
);
select is(
  array[pg_temp.staff(pg_temp.booking('never', 'Lund', 'Visit', '13:00', 'cancelled')), pg_temp.taken('never')],
  array['done', null],
  'What is entered as cancelled claims nothing'
);

-- Rooms and devices come with the provider, or nothing does ------------------------------------------------------------------------

select is(
  array[pg_temp.staff(pg_temp.booking('surgery', 'Lund', 'Surgery', '16:00')), pg_temp.taken('surgery')],
  array['done', 'Lund 16:00-16:30, Blue room 16:00-16:30'],
  'A service that needs a room takes one together with its provider'
);
select is(
  array[pg_temp.staff(pg_temp.booking('scan', 'Osei', 'Scan', '16:15')), pg_temp.taken('scan')],
  array['done', 'Osei 16:15-16:45, Red room 16:15-16:45, Scanner 16:15-16:45'],
  'Another at the same time takes the other room, and a device too if the service asks for one'
);
select is(
  array[pg_temp.staff(pg_temp.booking('refused', 'Lund', 'Scan', '16:30')), pg_temp.taken('refused')],
  array['PT409', null],
  'Without a free device the provider''s and the room''s time is not taken either'
);
update resources set is_active = false where id = pg_temp.resource('Blue room');
select is(
  array[pg_temp.staff(pg_temp.booking('surgery at five', 'Lund', 'Surgery', '17:00')), pg_temp.taken('surgery at five')],
  array['done', 'Lund 17:00-17:30, Red room 17:00-17:30'],
  'A room that is no longer used is passed over'
);
select is(
  pg_temp.staff(pg_temp.booking('refused', 'Osei', 'Surgery', '17:00')),
  'PT409',
  'and when no other is free, the service cannot be given'
);
update resources set is_active = true where id = pg_temp.resource('Blue room');
insert into time_off (org_id, resource_id, starts_at, ends_at)
values (pg_temp.org(), pg_temp.resource('Blue room'), pg_temp.at('18:00'), pg_temp.at('19:00'));
select is(
  array[pg_temp.staff(pg_temp.booking('surgery at six', 'Lund', 'Surgery', '18:30')), pg_temp.taken('surgery at six')],
  array['done', 'Lund 18:30-19:00, Red room 18:30-19:00'],
  'A room that is being painted is passed over'
);

-- Moving ---------------------------------------------------------------------------------------------------------------------------

select is(
  array[pg_temp.staff(pg_temp.move('next', '10:45', '11:15')), pg_temp.taken('next')],
  array['done', 'Lund 10:35-11:20'],
  'Staff who move an appointment free its old time and claim the new'
);
select is(
  array[pg_temp.staff(pg_temp.move('next', '13:15', '13:45')), pg_temp.taken('next')],
  array['PT409', 'Lund 10:35-11:20'],
  'A move onto taken time is a 409, and the old time is kept'
);
select is(
  array[pg_temp.staff(pg_temp.move('next', '11:00', '11:30')), pg_temp.taken('next')],
  array['done', 'Lund 10:50-11:35'],
  'Fifteen minutes later overlaps only itself and is fine'
);
select is(
  array[pg_temp.staff(pg_temp.move('scan', '16:30', '17:00')), pg_temp.taken('scan')],
  array['done', 'Osei 16:30-17:00, Red room 16:30-17:00, Scanner 16:30-17:00'],
  'So it is with a room and a device, which it keeps'
);
select is(
  array[pg_temp.staff(pg_temp.move('surgery', '16:45', '17:15')), pg_temp.taken('surgery')],
  array['PT409', 'Lund 16:00-16:30, Blue room 16:00-16:30'],
  'A shift into a neighbour is a 409, and all of the old time is kept, the room''s too'
);
select is(
  array[pg_temp.staff(pg_temp.move('scan', '16:45', '17:15')), pg_temp.taken('scan')],
  array['done', 'Osei 16:45-17:15, Blue room 16:45-17:15, Scanner 16:45-17:15'],
  'A shift for which its own room has no time takes another room'
);
select is(
  array[pg_temp.staff(pg_temp.move('next', '11:00', '12:00')), pg_temp.taken('next')],
  array['done', 'Lund 10:50-12:05'],
  'A longer appointment claims more'
);
select is(
  array[pg_temp.staff(pg_temp.change('next', format('provider_id = %L', pg_temp.resource('Osei')))), pg_temp.taken('next')],
  array['PT409', 'Lund 10:50-12:05'],
  'Another provider who has no time is a 409'
);
select is(
  array[
    pg_temp.staff(pg_temp.move('next', '12:00', '12:30')),
    pg_temp.staff(pg_temp.change('next', format('provider_id = %L', pg_temp.resource('Osei')))),
    pg_temp.taken('next')
  ],
  array['done', 'done', 'Osei 11:50-12:35'],
  'Another provider who has time takes over'
);
select is(
  array[
    pg_temp.staff(pg_temp.change('next', format('service_id = %L', pg_temp.service('Surgery')))),
    pg_temp.taken('next'),
    pg_temp.staff(pg_temp.change('next', format('service_id = %L', pg_temp.service('Visit')))),
    pg_temp.taken('next')
  ],
  array['done', 'Osei 12:00-12:30, Blue room 12:00-12:30', 'done', 'Osei 11:50-12:35'],
  'Another service brings its room and its buffers, and takes them away again'
);
create temporary table claims_before as
select id from slot_claims where appointment_id = md5('next')::uuid;
select pg_temp.staff(pg_temp.change('next', 'status = ''confirmed'', cancel_reason = ''none'''));
select results_eq(
  $$ select id from slot_claims where appointment_id = md5('next')::uuid $$,
  $$ select id from claims_before $$,
  'A change that is not about time leaves the claims alone'
);

-- Cancelling -----------------------------------------------------------------------------------------------------------------------

select is(
  array[
    pg_temp.staff(pg_temp.change('first', 'status = ''cancelled''')),
    pg_temp.taken('first'),
    pg_temp.staff(pg_temp.booking('instead', 'Lund', 'Visit', '09:15'))
  ],
  array['done', null, 'done'],
  'A cancelled appointment''s time is free at once'
);
select is(
  array[
    pg_temp.staff(pg_temp.change('first', 'status = ''booked''')),
    (select status from appointments where id = md5('first')::uuid),
    pg_temp.taken('first')
  ],
  array['PT409', 'cancelled', null],
  'Taken meanwhile, the cancellation cannot be undone'
);
select is(
  array[
    pg_temp.staff(pg_temp.change('instead', 'status = ''noshow''')),
    pg_temp.taken('instead'),
    pg_temp.staff(pg_temp.change('first', 'status = ''booked''')),
    pg_temp.taken('first')
  ],
  array['done', null, 'done', 'Lund 08:50-09:35'],
  'A patient who did not come leaves the time free, and with free time a cancellation can be undone'
);
select is(
  array[
    pg_temp.staff(pg_temp.change('first', 'status = ''arrived''')),
    pg_temp.staff(pg_temp.change('first', 'status = ''fulfilled''')),
    pg_temp.taken('first')
  ],
  array['done', 'done', 'Lund 08:50-09:35'],
  'Who has come and gone keeps the time that they had'
);
delete from appointments where id = md5('first')::uuid;
select is(pg_temp.taken('first'), null, 'An appointment that is deleted takes its claims along');

-- From a hold ----------------------------------------------------------------------------------------------------------------------

create function pg_temp.booking_of_hold(p_note text, p_hold text)
returns text
language sql
stable
as $$
  select format(
    'insert into public.appointments (id, org_id, contact_id, provider_id, service_id, starts_at, ends_at, hold_id) values (%L, %L, %L, %L, %L, %L, %L, %L)',
    md5(p_note)::uuid, h.org_id, c.id, h.provider_id, h.service_id, h.starts_at, h.ends_at, h.id
  )
  from public.appointment_holds h
  join public.contacts c on c.org_id = h.org_id and c.phone = '+12125550132'
  where h.id = md5(p_hold)::uuid;
$$;
create temporary table held_claims as
select id, null::uuid as hold_id, null::timestamptz as expires_at
from slot_claims
where hold_id = md5('held')::uuid;
select is(pg_temp.script(pg_temp.booking_of_hold('kept', 'held')), 'done', 'A hold becomes an appointment');
select results_eq(
  $$ select id, hold_id, expires_at from slot_claims where appointment_id = md5('kept')::uuid $$,
  $$ select id, hold_id, expires_at from held_claims $$,
  'The very claim changes hands, so its time is never free in between'
);
select is(
  pg_temp.script(pg_temp.booking_of_hold('refused', 'lapsed')),
  'PT409',
  'A hold that has lost its time becomes nothing'
);

-- In the end -----------------------------------------------------------------------------------------------------------------------

select is_empty(
  $$
    select a.id, b.id
    from slot_claims a
    join slot_claims b on b.resource_id = a.resource_id and b.id > a.id and b.during && a.during
    where a.org_id = pg_temp.org()
  $$,
  'After all of this, no two claims on one resource overlap'
);
select is_empty(
  $$
    select a.id
    from appointments a
    where a.org_id = pg_temp.org()
      and (a.status in ('booked', 'confirmed', 'arrived', 'fulfilled')) <> exists (
        select 1
        from slot_claims c
        where c.appointment_id = a.id
          and c.resource_id = a.provider_id
          and c.during @> tstzrange(a.starts_at, a.ends_at)
      )
  $$,
  'Every appointment that stands has its provider''s time in the ledger, and no other has any'
);

select * from finish();
rollback;
