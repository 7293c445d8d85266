-- The audit trail: whoever changes a clinic's row leaves an entry, nobody changes the entries, the owner alone reads them,
-- and they are no second copy of the patients.
begin;
set local search_path = public, extensions;
select plan(35);

create function pg_temp.id(p_clinic integer, p_row integer)
returns uuid
language sql
immutable
return ('7e571200-0000-4000-8000-' || lpad(p_clinic::text, 4, '0') || lpad(p_row::text, 8, '0'))::uuid;

insert into auth.users (id, email)
select pg_temp.id(c, r), 'audit-' || c || '-' || r || '@clinic.test'
from generate_series(1, 2) c, generate_series(51, 53) r;

do $$
begin
  for c in 1..2 loop
    insert into organizations (id, name, timezone)
    values (pg_temp.id(c, 1), 'Clinic ' || c, 'UTC');
    insert into phone_numbers (org_id, phone)
    values (pg_temp.id(c, 1), '+44207946092' || c);
    insert into memberships (org_id, user_id, role)
    values
      (pg_temp.id(c, 1), pg_temp.id(c, 51), 'owner'),
      (pg_temp.id(c, 1), pg_temp.id(c, 52), 'staff'),
      (pg_temp.id(c, 1), pg_temp.id(c, 53), 'viewer');
    insert into resources (id, org_id, kind, name)
    values (pg_temp.id(c, 11), pg_temp.id(c, 1), 'provider', 'Dr. Ida Lund');
    insert into providers (id, org_id)
    values (pg_temp.id(c, 11), pg_temp.id(c, 1));
    insert into services (id, org_id, name, duration_minutes, min_notice_minutes)
    values (pg_temp.id(c, 21), pg_temp.id(c, 1), 'Visit', 30, 0);
    insert into provider_services (org_id, provider_id, service_id)
    values (pg_temp.id(c, 1), pg_temp.id(c, 11), pg_temp.id(c, 21));
    insert into availability (org_id, provider_id, weekday, opens_at, closes_at)
    select pg_temp.id(c, 1), pg_temp.id(c, 11), d, '00:00', '00:00'
    from generate_series(1, 7) d;
    insert into holidays (org_id, day, name)
    values (pg_temp.id(c, 1), '2030-12-25', 'Christmas Day');
  end loop;
end;
$$;

-- The entries of the first clinic about one table since the mark, the oldest first.
create temporary table mark (at timestamptz);
insert into mark
select clock_timestamp();
create function pg_temp.set_mark()
returns void
language sql
as $$ update pg_temp.mark set at = clock_timestamp() $$;
create function pg_temp.entries(p_table text)
returns table (verb text, actor text, user_id uuid, call_sid text, via text, row_id text, changed text[])
language sql
volatile
as $$
  select a.verb, a.actor, a.user_id, a.call_sid, a.via, a.row_id, a.changed
  from public.audit_log a
  where a.org_id = pg_temp.id(1, 1)
    and a.table_name = p_table
    and a.at > (select m.at from pg_temp.mark m)
  order by a.at
$$;

-- Does something as one of the people: how many rows it touched, or the SQLSTATE that refused it.
create function pg_temp.as_role(p_role text, p_user uuid, p_sql text)
returns text
language plpgsql
as $$
declare
  v_role constant text := current_setting('role');
  v_rows bigint;
begin
  perform set_config('request.jwt.claims', json_build_object('sub', p_user, 'role', p_role)::text, true);
  perform set_config('role', p_role, true);
  execute p_sql;
  get diagnostics v_rows = row_count;
  perform set_config('role', v_role, true);
  perform set_config('request.jwt.claims', '', true);
  return v_rows;
exception
  when others then
    return sqlstate;
end;
$$;
create function pg_temp.as_user(p_clinic integer, p_user integer, p_sql text)
returns text
language sql
return pg_temp.as_role('authenticated', pg_temp.id(p_clinic, p_user), p_sql);

-- What leaves an entry --------------------------------------------------------------------------------------------------

select is_empty(
  $$
    select c.relname
    from pg_class c
    cross join lateral (
      select (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %s', c.oid::regclass), false, true, '')))[1]::text::bigint as n
    ) rows
    where c.relnamespace = 'public'::regnamespace
      and c.relname in (
        'organizations', 'phone_numbers', 'memberships', 'resources', 'providers', 'services', 'provider_services',
        'availability', 'holidays'
      )
      and (
        select count(*)
        from audit_log a
        where a.table_name = c.relname
          and a.org_id in (pg_temp.id(1, 1), pg_temp.id(2, 1))
          and a.verb = 'insert'
      ) <> 2 * case c.relname when 'memberships' then 3 when 'availability' then 7 else 1 end
  $$,
  'Every row that a script inserted has its entry'
);
select results_eq(
  format('select distinct actor, user_id, call_sid, via from audit_log where org_id = %L and table_name = ''services''', pg_temp.id(1, 1)),
  $$ values ('role', null::uuid, null::text, 'postgres') $$,
  'What a script does is told as the database role''s'
);
select is(
  (select row_id from audit_log where org_id = pg_temp.id(1, 1) and table_name = 'provider_services'),
  pg_temp.id(1, 11) || ' ' || pg_temp.id(1, 21),
  'A row with a key of several columns is named by all of them'
);
select is(
  (select row_id from audit_log where org_id = pg_temp.id(1, 1) and table_name = 'organizations' and verb = 'insert'), pg_temp.id(1, 1)::text,
  'The clinic''s own row is on its trail'
);

select pg_temp.set_mark();
update services set name = 'Long visit', duration_minutes = 60 where id = pg_temp.id(1, 21);
select results_eq(
  $$ select verb, row_id, changed from pg_temp.entries('services') $$,
  $$ values ('update', '7e571200-0000-4000-8000-000100000021', array['duration_minutes', 'name']) $$,
  'An update names the columns that it changed'
);
select pg_temp.set_mark();
update services set name = name, duration_minutes = 60 where id = pg_temp.id(1, 21);
select is_empty($$ select * from pg_temp.entries('services') $$, 'An update that changes nothing leaves nothing');
update services set duration_minutes = 30 where id = pg_temp.id(1, 21);
select pg_temp.set_mark();
delete from holidays where org_id = pg_temp.id(1, 1);
select results_eq(
  $$ select verb, row_id, changed from pg_temp.entries('holidays') $$,
  $$ values ('delete', '2030-12-25', null::text[]) $$,
  'A delete leaves an entry under the key that the row had'
);
select throws_ok('truncate holidays', '42501', null, 'A table cannot be emptied past the trail');
select is_empty(
  $$
    select a.table_name
    from audit_log a
    where a.org_id <> pg_temp.id(1, 1)
      and a.at > (select at from mark)
  $$,
  'What happens at one clinic leaves nothing on another''s trail'
);

-- Who it was --------------------------------------------------------------------------------------------------------------

select pg_temp.set_mark();
select is(
  pg_temp.as_user(1, 52, format($$ insert into contacts (org_id, phone, name) values (%L, '+12125550141', 'Nora Quill') $$, pg_temp.id(1, 1))),
  '1',
  'Staff note a patient'
);
select results_eq(
  $$ select verb, actor, user_id, call_sid, via from pg_temp.entries('contacts') $$,
  $$ values ('insert', 'staff', '7e571200-0000-4000-8000-000100000052'::uuid, null::text, 'authenticated') $$,
  'What staff do is told with their user id'
);
select pg_temp.set_mark();
select is(
  pg_temp.as_user(1, 52, format(
    $$
      insert into appointments (org_id, contact_id, provider_id, service_id, starts_at)
      select org_id, id, %L, %L, current_date + 10 + time '09:00' from contacts where org_id = %L
    $$,
    pg_temp.id(1, 11), pg_temp.id(1, 21), pg_temp.id(1, 1)
  )),
  '1',
  'Staff book an appointment'
);
select results_eq(
  $$ select verb, actor, user_id from pg_temp.entries('slot_claims') $$,
  $$ values ('insert', 'staff', '7e571200-0000-4000-8000-000100000052'::uuid) $$,
  'What a trigger does on the way is theirs too: the claim of the time'
);

create function pg_temp.as_service(p_sql text, p_role text default 'service_role')
returns jsonb
language plpgsql
as $$
declare
  v_role constant text := current_setting('role');
  v_answer jsonb;
begin
  perform set_config('request.jwt.claims', json_build_object('role', p_role)::text, true);
  perform set_config('role', p_role, true);
  execute 'select public.' || p_sql
  into v_answer;
  perform set_config('role', v_role, true);
  perform private.enter_clinic(null);
  return v_answer;
end;
$$;
create temporary table told (hold_id uuid, appointment_id uuid);
select pg_temp.set_mark();
select is(
  pg_temp.as_service($$ begin_call('+442079460921', '+12125550142', 'CAaudit', now()) $$) ->> 'success', 'true',
  'A patient calls'
);
select results_eq(
  $$ select verb, actor, user_id, call_sid, via from pg_temp.entries('calls') $$,
  $$ values ('insert', 'call', null::uuid, 'CAaudit', 'begin_call') $$,
  'What a call does is told with its sid and the function'
);
insert into told (hold_id)
select (
  pg_temp.as_service(format(
    $$ claim_slot_atomic(%L, %L, %L, current_date + 11 + time '09:00', 'CAaudit') $$,
    pg_temp.id(1, 1), pg_temp.id(1, 11), pg_temp.id(1, 21)
  )) ->> 'hold_id'
)::uuid;
select results_eq(
  $$
    select a.verb, a.actor, a.call_sid, a.via, a.table_name
    from audit_log a
    where a.org_id = pg_temp.id(1, 1)
      and a.via = 'claim_slot_atomic'
      and a.table_name in ('appointment_holds', 'slot_claims')
    order by a.table_name
  $$,
  $$
    values
      ('insert', 'call', 'CAaudit', 'claim_slot_atomic', 'appointment_holds'),
      ('insert', 'call', 'CAaudit', 'claim_slot_atomic', 'slot_claims')
  $$,
  'A claim leaves the hold and the time it took'
);
update told
set appointment_id = (
  pg_temp.as_service(format($$ confirm_hold(%L, %L, '{"phone": "+12125550142", "name": "Milo Trent"}') $$, pg_temp.id(1, 1), hold_id))
    ->> 'appointment_id'
)::uuid;
select results_eq(
  $$
    select a.verb, a.actor, a.call_sid, a.row_id
    from audit_log a
    where a.org_id = pg_temp.id(1, 1)
      and a.via = 'confirm_hold'
      and a.table_name = 'appointments'
  $$,
  $$ select 'insert', 'call', 'CAaudit', appointment_id::text from told $$,
  'A confirmation knows its call by the hold'
);
select pg_temp.set_mark();
select is(
  pg_temp.as_service(format($$ receive_text('+442079460921', '+12125550142', %L, 'cancel', '2') $$, 'SM' || repeat('a', 32)), 'frontdesk_worker') ->> 'outcome',
  'cancelled',
  'An appointment is cancelled without a call'
);
select results_eq(
  $$ select verb, actor, call_sid, via, 'status' = any (changed) from pg_temp.entries('appointments') $$,
  $$ values ('update', 'function', null::text, 'receive_text', true) $$,
  'What no call asked for is told as the function''s'
);
update appointment_holds set expires_at = now() - interval '1 minute' where org_id = pg_temp.id(1, 1) and status = 'held';
select pg_temp.set_mark();
delete from auth.users where id = pg_temp.id(1, 53);
select results_eq(
  $$ select verb, actor, row_id from pg_temp.entries('memberships') $$,
  $$ values ('delete', 'role', '7e571200-0000-4000-8000-000100000053') $$,
  'What goes along with something else, as a membership with its account, has its entry'
);

-- What it holds -----------------------------------------------------------------------------------------------------------

select is_empty(
  $$
    select a
    from audit_log a
    where a.org_id = pg_temp.id(1, 1)
      and a::text ~ 'Quill|Nora|Trent|Milo|2125550141|2125550142|Lund'
  $$,
  'No name and no number of a patient is on the trail'
);
select set_eq(
  $$ select attname::text from pg_attribute where attrelid = 'public.audit_log'::regclass and attnum > 0 and not attisdropped $$,
  array['id', 'org_id', 'at', 'actor', 'user_id', 'call_sid', 'via', 'table_name', 'row_id', 'verb', 'changed'],
  'It has no column for what a row holds'
);
select is_empty(
  $$
    select c.conrelid::regclass, a.attname
    from pg_constraint c
    join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
    where c.contype = 'p'
      and c.connamespace = 'public'::regnamespace
      and (a.atttypid = 'private.e164'::regtype or a.attname ~ '(phone|email|name|birth)')
  $$,
  'No key by which the trail names a row is a patient''s name, number or birthday'
);

-- Append-only ---------------------------------------------------------------------------------------------------------------

create function pg_temp.attempts()
returns table (attempt text, sql text)
language sql
as $$
  values
    ('update', 'update public.audit_log set actor = ''nobody'''),
    ('update one column of one row', format('update public.audit_log set changed = null where org_id = %L', pg_temp.id(1, 1))),
    ('delete', format('delete from public.audit_log where org_id = %L', pg_temp.id(1, 1))),
    ('truncate', 'truncate public.audit_log')
$$;
select is_empty(
  $$ select attempt from pg_temp.attempts() where pg_temp.as_role('postgres', null, sql) <> '42501' $$,
  'Not even the owner of the table changes the trail of a clinic that exists'
);
select is_empty(
  $$
    select r, attempt
    from pg_temp.attempts()
    cross join unnest(array['anon', 'service_role', 'booking_engine']) r
    where pg_temp.as_role(r, null, sql) <> '42501'
  $$,
  'Nor does the API''s or the engine''s role'
);
select is_empty(
  $$ select attempt from pg_temp.attempts() where pg_temp.as_user(1, 51, sql) <> '42501' $$,
  'Nor does the clinic''s owner'
);
grant select, insert, update, delete, truncate on audit_log to service_role;
select is_empty(
  $$ select attempt from pg_temp.attempts() where pg_temp.as_role('service_role', null, sql) <> '42501' $$,
  'Nor a service_role that somebody gave every right on it'
);
revoke all on audit_log from service_role;
select is_empty(
  $$
    select r
    from unnest(array['anon', 'authenticated', 'service_role', 'booking_engine']) r
    where pg_temp.as_role(r, pg_temp.id(1, 51), format(
      'insert into public.audit_log (org_id, actor, via, table_name, row_id, verb) values (%L, ''staff'', ''me'', ''contacts'', ''x'', ''delete'')',
      pg_temp.id(1, 1)
    )) <> '42501'
  $$,
  'Nobody makes an entry up'
);

-- Who reads -------------------------------------------------------------------------------------------------------------------

select cmp_ok(pg_temp.as_user(1, 51, 'select from audit_log')::bigint, '>', 20::bigint, 'The owner reads the clinic''s trail');
select is(
  pg_temp.as_user(1, 51, 'select from audit_log')::bigint, (select count(*) from audit_log where org_id = pg_temp.id(1, 1)),
  'All of it and nothing else'
);
select is(
  array[pg_temp.as_user(1, 52, 'select from audit_log'), pg_temp.as_role('authenticated', pg_temp.id(9, 9), 'select from audit_log')],
  array['0', '0'],
  'Staff, and people without a clinic, read none of it'
);
select is(
  pg_temp.as_user(2, 51, format('select from audit_log where org_id = %L', pg_temp.id(1, 1))), '0',
  'Another clinic''s owner reads none of it'
);
select is(
  array[pg_temp.as_role('service_role', null, 'select from audit_log'), pg_temp.as_role('booking_engine', null, 'select from audit_log')],
  array['42501', '42501'],
  'Neither do functions nor the engine'
);

-- The end of a clinic ---------------------------------------------------------------------------------------------------------

delete from organizations where id = pg_temp.id(2, 1);
select isnt_empty(
  format('select from audit_log where org_id = %L and table_name = ''organizations'' and verb = ''delete''', pg_temp.id(2, 1)),
  'A clinic that is erased leaves the trail of its erasure'
);
select is(
  pg_temp.as_role('postgres', null, format('delete from public.audit_log where org_id = %L', pg_temp.id(2, 1)))::bigint > 20, true,
  'After it, and only then, the trail itself may be removed'
);

select * from finish();
rollback;
