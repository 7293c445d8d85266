-- The engine's own silo: a function that forgot to say which clinic it means still sees one clinic, and none before one is
-- chosen. The functions planted here are as careless as can be.
begin;
set local search_path = public, extensions;
select plan(24);

-- Ids say what they are: the clinic, then the row.
create function pg_temp.id(p_clinic integer, p_row integer)
returns uuid
language sql
immutable
return ('7e571100-0000-4000-8000-' || lpad(p_clinic::text, 4, '0') || lpad(p_row::text, 8, '0'))::uuid;

-- Two clinics, alike down to the patients' numbers and the call's sid.
do $$
begin
  for c in 1..2 loop
    insert into organizations (id, name, timezone)
    values (pg_temp.id(c, 1), 'Clinic ' || c, 'UTC');
    insert into phone_numbers (org_id, phone)
    values (pg_temp.id(c, 1), '+44207946091' || c);
    insert into resources (id, org_id, kind, name)
    values (pg_temp.id(c, 11), pg_temp.id(c, 1), 'provider', 'Dr. Ida Lund');
    insert into providers (id, org_id)
    values (pg_temp.id(c, 11), pg_temp.id(c, 1));
    insert into services (id, org_id, name, duration_minutes, min_notice_minutes, horizon_days)
    values (pg_temp.id(c, 21), pg_temp.id(c, 1), 'Visit', 30, 0, 730);
    insert into provider_services (org_id, provider_id, service_id)
    values (pg_temp.id(c, 1), pg_temp.id(c, 11), pg_temp.id(c, 21));
    insert into availability (org_id, provider_id, weekday, opens_at, closes_at)
    select pg_temp.id(c, 1), pg_temp.id(c, 11), d, '00:00', '00:00'
    from generate_series(1, 7) d;
    insert into contacts (id, org_id, phone, name, date_of_birth)
    values (pg_temp.id(c, 31), pg_temp.id(c, 1), '+12125550131', 'Tess Moran', '1980-01-01');
    insert into calls (org_id, call_sid, status_at, started_at, from_phone)
    values (pg_temp.id(c, 1), 'CAsilo' || c, now(), now(), '+12125550131');
    insert into appointment_holds (id, org_id, call_sid, provider_id, service_id, starts_at, ends_at, expires_at)
    values (
      pg_temp.id(c, 41), pg_temp.id(c, 1), 'CAsilo' || c, pg_temp.id(c, 11), pg_temp.id(c, 21),
      current_date + 21 + time '09:00', current_date + 21 + time '09:30', now() + interval '5 minutes'
    );
    insert into slot_claims (org_id, resource_id, during, hold_id, expires_at)
    values (
      pg_temp.id(c, 1), pg_temp.id(c, 11), tstzrange(current_date + 21 + time '09:00', current_date + 21 + time '09:30'),
      pg_temp.id(c, 41), now() + interval '5 minutes'
    );
    insert into appointments (id, org_id, contact_id, provider_id, service_id, starts_at)
    values (
      pg_temp.id(c, 42), pg_temp.id(c, 1), pg_temp.id(c, 31), pg_temp.id(c, 11), pg_temp.id(c, 21),
      current_date + 20 + time '09:00'
    );
    insert into follow_up_tasks (org_id, reason)
    values (pg_temp.id(c, 1), 'message');
    insert into knowledge_base_chunks (org_id, title, body)
    values (pg_temp.id(c, 1), 'Parking', 'Behind the house.');
  end loop;
end;
$$;

-- Careless functions ----------------------------------------------------------------------------------------------------

create function public.careless_reading()
returns table (table_name text, org_id uuid)
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_table regclass;
begin
  for v_table in
    select c.oid
    from pg_catalog.pg_class c
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id'
    where c.relnamespace = 'public'::regnamespace
      and c.relkind = 'r'
      and pg_catalog.has_table_privilege(c.oid, 'select')
  loop
    return query execute pg_catalog.format('select %L, t.org_id from %s t', v_table, v_table);
  end loop;
  return query select 'organizations', o.id from public.organizations o;
end;
$$;
alter function public.careless_reading() owner to booking_engine;

-- Whatever a row is about, and in whichever clinic: what it changed is counted.
create function public.careless_writing(p_sql text)
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_rows bigint;
begin
  execute p_sql;
  get diagnostics v_rows = row_count;
  return v_rows;
end;
$$;
alter function public.careless_writing(text) owner to booking_engine;

select cmp_ok(
  (
    select count(*)
    from (
      select 'contacts' from contacts where org_id in (pg_temp.id(1, 1), pg_temp.id(2, 1)) having count(distinct org_id) = 2
      union all
      select 'slot_claims' from slot_claims where org_id in (pg_temp.id(1, 1), pg_temp.id(2, 1)) having count(distinct org_id) = 2
    ) both_have_rows
  ),
  '=', 2::bigint,
  'Both clinics have rows that a careless function could mix up'
);
select is_empty('select * from careless_reading()', 'Before a clinic is chosen, a careless function sees no row of any table');
select is(
  careless_writing('update public.contacts set name = ''Gone'''), 0::bigint,
  'Before a clinic is chosen, a careless update changes nothing'
);
select is(
  careless_writing('delete from public.slot_claims'), 0::bigint,
  'Before a clinic is chosen, a careless delete removes nothing'
);

select private.enter_clinic(pg_temp.id(1, 1));
select results_eq(
  'select distinct org_id from careless_reading()',
  array[pg_temp.id(1, 1)],
  'With a clinic chosen, a careless function sees that clinic in every table, and no other'
);
select cmp_ok(
  (select count(distinct table_name) from careless_reading()), '>=', 12::bigint,
  'It does see the clinic: rows of a dozen tables'
);
select is(
  careless_writing('update public.contacts set name = ''Renamed'''), 1::bigint,
  'A careless update changes the chosen clinic''s patients'
);
select is(
  (select name from contacts where id = pg_temp.id(2, 31)), 'Tess Moran',
  'The other clinic''s patients keep their names'
);
select is(
  careless_writing('delete from public.slot_claims where hold_id is not null'), 1::bigint,
  'A careless delete takes the chosen clinic''s claim'
);
select is(
  (select count(*) from slot_claims where org_id = pg_temp.id(2, 1)), 2::bigint,
  'The other clinic''s claims stay'
);
select throws_ok(
  format(
    'select careless_writing(%L)',
    format('insert into public.contacts (org_id, phone) values (%L, ''+12125550139'')', pg_temp.id(2, 1))
  ),
  '42501',
  null,
  'A careless insert into the other clinic is refused'
);
select throws_ok(
  format(
    'select careless_writing(%L)',
    format('update public.contacts set org_id = %L', pg_temp.id(2, 1))
  ),
  '42501',
  null,
  'A careless update that moves rows to the other clinic is refused'
);
select throws_ok(
  format(
    'select careless_writing(%L)',
    format(
      'insert into public.follow_up_tasks (org_id, contact_id, reason) values (%L, %L, ''message''); set constraints all immediate',
      pg_temp.id(1, 1), pg_temp.id(2, 31)
    )
  ),
  '23503',
  null,
  'A row of the chosen clinic cannot point at a patient of the other'
);

select private.enter_clinic(pg_temp.id(2, 1));
select results_eq(
  'select distinct org_id from careless_reading()',
  array[pg_temp.id(2, 1)],
  'When the clinic changes within a transaction, what is seen changes with it'
);
select private.enter_clinic('7e571100-0000-4000-8000-999900000001');
select is_empty('select * from careless_reading()', 'A clinic that does not exist has no rows');
select private.enter_clinic(null);
select is_empty('select * from careless_reading()', 'Once the clinic is left, nothing is seen');
set local app.org_id = 'no clinic';
select throws_ok(
  'select * from careless_reading()', '22P02', null,
  'A setting that is no clinic''s id is an error, not a way to see all'
);
set local app.org_id = '';

-- The RPCs themselves -----------------------------------------------------------------------------------------------------
-- Asked as the first clinic about the second one's rows, each answers as it does about rows that do not exist.

create function pg_temp.answer(p_rpc text, p_ids uuid[])
returns jsonb
language plpgsql
as $$
declare
  v_answer jsonb;
begin
  execute 'select ' || p_rpc
  into v_answer
  using pg_temp.id(1, 1), p_ids[1], p_ids[2];
  -- So that no attempt changes what the next one finds.
  raise exception '%', v_answer using errcode = 'UNDO1';
exception
  when sqlstate 'UNDO1' then
    return sqlerrm::jsonb;
end;
$$;

create temporary table foreign_questions (rpc text, theirs uuid[]);
insert into foreign_questions
values
  ('find_open_slots($1, $2, now(), now() + interval ''3 days'')', array[pg_temp.id(2, 21)]),
  ('find_open_slots($1, ''7e571100-0000-4000-8000-000100000021'', now(), now() + interval ''3 days'', $2)', array[pg_temp.id(2, 11)]),
  ('claim_slot_atomic($1, $2, $3, current_date + 22 + time ''09:00'', ''CAnew'')', array[pg_temp.id(2, 11), pg_temp.id(2, 21)]),
  ('claim_slot_atomic($1, $2, ''7e571100-0000-4000-8000-000100000021'', current_date + 22 + time ''09:00'', ''CAnew'')', array[pg_temp.id(2, 11)]),
  ('claim_slot_atomic($1, ''7e571100-0000-4000-8000-000100000011'', $2, current_date + 22 + time ''09:00'', ''CAnew'')', array[pg_temp.id(2, 21)]),
  ('set_hold_contact($1, $2, null)', array[pg_temp.id(2, 41)]),
  ('set_hold_contact($1, $2, ''{"name": "Mallory"}'')', array[pg_temp.id(2, 41)]),
  ('confirm_hold($1, $2, ''{"phone": "+12125550139", "name": "Mallory"}'')', array[pg_temp.id(2, 41)]),
  ('release_hold($1, $2)', array[pg_temp.id(2, 41)]),
  ('reschedule_appointment($1, $2, $3)', array[pg_temp.id(2, 42), pg_temp.id(2, 41)]),
  ('reschedule_appointment($1, $2, ''7e571100-0000-4000-8000-000100000041'')', array[pg_temp.id(2, 42)]),
  ('cancel_appointment($1, $2)', array[pg_temp.id(2, 42)]),
  ('join_waitlist($1, $2, ''{"phone": "+12125550139"}'')', array[pg_temp.id(2, 21)]),
  ('join_waitlist($1, ''7e571100-0000-4000-8000-000100000021'', ''{"phone": "+12125550139"}'', $2)', array[pg_temp.id(2, 11)]);

select is_empty(
  $$
    select rpc, pg_temp.answer(rpc, theirs), pg_temp.answer(rpc, array[gen_random_uuid(), gen_random_uuid()])
    from foreign_questions
    where pg_temp.answer(rpc, theirs) <> pg_temp.answer(rpc, array[gen_random_uuid(), gen_random_uuid()])
  $$,
  'About another clinic''s row an RPC answers as about one that does not exist'
);
select is_empty(
  $$ select rpc, pg_temp.answer(rpc, theirs) from foreign_questions where pg_temp.answer(rpc, theirs) ->> 'reason' is distinct from 'not_found' $$,
  'Namely not_found'
);
select is(
  pg_temp.answer('release_hold($1, $2)', array[pg_temp.id(1, 41)]) ->> 'released', 'true',
  'About the clinic''s own row it answers otherwise'
);
select is(
  pg_temp.answer('list_appointments($1, ''+12125550131'', ''1980-01-01'')', '{}') -> 'appointments' -> 0 ->> 'appointment_id',
  pg_temp.id(1, 42)::text,
  'A number that both clinics know brings the asked clinic''s appointment'
);
select is(
  jsonb_array_length(pg_temp.answer('list_appointments($1, ''+12125550131'', ''1980-01-01'')', '{}') -> 'appointments'), 1,
  'And that one alone'
);

-- Triggers that run as the engine come before row security has looked at a new row ---------------------------------------

insert into auth.users (id, email)
values (pg_temp.id(1, 51), 'silo-engine@clinic.test');
insert into memberships (org_id, user_id, role)
values (pg_temp.id(1, 1), pg_temp.id(1, 51), 'owner');
create function pg_temp.staff_books(p_org_id uuid, p_service_id uuid)
returns text
language plpgsql
as $$
declare
  v_role constant text := current_setting('role');
begin
  perform set_config('request.jwt.claims', json_build_object('sub', pg_temp.id(1, 51), 'role', 'authenticated')::text, true);
  perform set_config('role', 'authenticated', true);
  -- At the end of time, adding the service's duration fails: if the service is looked up, that is.
  insert into public.appointments (org_id, contact_id, provider_id, service_id, starts_at)
  values (p_org_id, gen_random_uuid(), gen_random_uuid(), p_service_id, '294276-12-31 23:59:59.999999+00');
  perform set_config('role', v_role, true);
  return 'done';
exception
  when others then
    return sqlstate;
end;
$$;
select is(pg_temp.staff_books(pg_temp.id(1, 1), pg_temp.id(1, 21)), '22008', 'At their own clinic, staff learn that a service''s duration leads past the end of time');
select is(
  array[pg_temp.staff_books(pg_temp.id(2, 1), pg_temp.id(2, 21)), pg_temp.staff_books(pg_temp.id(2, 1), gen_random_uuid())],
  array['42501', '42501'],
  'At another clinic they learn nothing, not even by an error, about which services it has'
);

select * from finish();
rollback;
