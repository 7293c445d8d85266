-- The silo: who reaches whose rows. The walks below go over every table there is, so a new one cannot be forgotten.
begin;
set local search_path = public, extensions;
select plan(48);

-- Two clinics, alike, with a row in every table --------------------------------------------------------------------------

-- Ids say what they are: clinic 1 is ten, clinic 2 is twenty; within a clinic, the last digits name the row.
create function pg_temp.id(p_clinic integer, p_row text)
returns uuid
language sql
immutable
return ('7e571001-0000-4000-8000-' || lpad(p_clinic::text, 4, '0') || lpad(p_row, 8, '0'))::uuid;

insert into auth.users (id, email)
select pg_temp.id(c, r), 'silo-' || c || '-' || r || '@clinic.test'
from generate_series(1, 2) c, unnest(array['51', '52', '53']) r
union all
select pg_temp.id(3, '51'), 'silo-both@clinic.test'
union all
select pg_temp.id(3, '52'), 'silo-none@clinic.test';

do $$
begin
  for c in 1..2 loop
    insert into organizations (id, name, timezone)
    values (pg_temp.id(c, '1'), 'Clinic ' || c, 'America/New_York');
    insert into phone_numbers (org_id, phone)
    values (pg_temp.id(c, '1'), '+44207946090' || c);
    insert into memberships (org_id, user_id, role)
    values
      (pg_temp.id(c, '1'), pg_temp.id(c, '51'), 'owner'),
      (pg_temp.id(c, '1'), pg_temp.id(c, '52'), 'staff'),
      (pg_temp.id(c, '1'), pg_temp.id(c, '53'), 'viewer'),
      (pg_temp.id(c, '1'), pg_temp.id(3, '51'), 'owner');
    insert into resources (id, org_id, kind, name)
    values
      (pg_temp.id(c, '11'), pg_temp.id(c, '1'), 'provider', 'Dr. Ida Lund'),
      (pg_temp.id(c, '13'), pg_temp.id(c, '1'), 'room', 'Room');
    insert into providers (id, org_id)
    values (pg_temp.id(c, '11'), pg_temp.id(c, '1'));
    insert into services (id, org_id, name, duration_minutes)
    values (pg_temp.id(c, '21'), pg_temp.id(c, '1'), 'Visit', 30);
    insert into provider_services (org_id, provider_id, service_id)
    values (pg_temp.id(c, '1'), pg_temp.id(c, '11'), pg_temp.id(c, '21'));
    insert into service_resources (org_id, service_id, resource_id, kind)
    values (pg_temp.id(c, '1'), pg_temp.id(c, '21'), pg_temp.id(c, '13'), 'room');
    insert into availability (org_id, provider_id, weekday, opens_at, closes_at)
    values (pg_temp.id(c, '1'), pg_temp.id(c, '11'), 1, '09:00', '17:00');
    insert into time_off (org_id, resource_id, starts_at, ends_at)
    values (pg_temp.id(c, '1'), pg_temp.id(c, '11'), now() + interval '50 days', now() + interval '51 days');
    insert into holidays (org_id, day, name)
    values (pg_temp.id(c, '1'), current_date + 60, 'Founders'' day');
    insert into contacts (id, org_id, phone, name)
    values (pg_temp.id(c, '31'), pg_temp.id(c, '1'), '+12125550131', 'Tess Moran');
    insert into calls (org_id, call_sid, status_at, started_at)
    values (pg_temp.id(c, '1'), 'CAsilo', now(), now());
    insert into call_events (org_id, call_sid, sequence, status, created_at)
    values (pg_temp.id(c, '1'), 'CAsilo', 0, 'ringing', now());
    insert into appointment_holds (id, org_id, call_sid, provider_id, service_id, starts_at, ends_at, expires_at)
    values (
      pg_temp.id(c, '41'), pg_temp.id(c, '1'), 'CAsilo', pg_temp.id(c, '11'), pg_temp.id(c, '21'),
      now() + interval '21 days', now() + interval '21 days 30 minutes', now() + interval '5 minutes'
    );
    insert into appointments (id, org_id, contact_id, provider_id, service_id, starts_at)
    values (
      pg_temp.id(c, '42'), pg_temp.id(c, '1'), pg_temp.id(c, '31'), pg_temp.id(c, '11'), pg_temp.id(c, '21'),
      now() + interval '20 days'
    );
    insert into follow_up_tasks (org_id, reason)
    values (pg_temp.id(c, '1'), 'message');
    insert into knowledge_base_chunks (org_id, title, body)
    values (pg_temp.id(c, '1'), 'Parking', 'Behind the house.');
    insert into waitlist_entries (org_id, contact_id, service_id, wanted)
    values (pg_temp.id(c, '1'), pg_temp.id(c, '31'), pg_temp.id(c, '21'), tstzrange(now(), null));
    insert into invitations (org_id, email, role)
    values (pg_temp.id(c, '1'), 'invited@clinic.test', 'staff');
    insert into opt_outs (org_id, phone)
    values (pg_temp.id(c, '1'), '+12125550139');
    insert into texts (org_id, direction, sid, status, outcome)
    values (pg_temp.id(c, '1'), 'in', 'SM' || lpad('51', 32, '0'), 'received', 'passed_on');
    insert into verification_attempts (org_id, phone, attempt_key, succeeded)
    values (pg_temp.id(c, '1'), '+12125550131', 'silo', false);
  end loop;
end;
$$;

-- How the walks look at things ------------------------------------------------------------------------------------------

create temporary view our_tables as
select c.oid::regclass as name, a.attname is not null as has_org_id
from pg_class c
left join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
where c.relnamespace = 'public'::regnamespace
  and c.relkind in ('r', 'p', 'v', 'm', 'f');

create temporary view tenant_tables as
select name from pg_temp.our_tables where has_org_id;

create temporary view our_functions as
select p.oid, p.oid::regprocedure as name, n.nspname as schema, p.proname, p.prosecdef, p.proowner, p.proconfig
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('public', 'private')
  and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e');

-- Tries a statement as somebody and undoes it: how many rows it touched, or the SQLSTATE that refused it.
create function pg_temp.tried(p_role text, p_user uuid, p_sql text)
returns text
language plpgsql
as $$
declare
  v_rows bigint;
begin
  perform set_config('request.jwt.claims', json_build_object('sub', p_user, 'role', p_role)::text, true);
  perform set_config('role', p_role, true);
  execute p_sql;
  get diagnostics v_rows = row_count;
  raise exception '%', v_rows using errcode = 'UNDO1';
exception
  when sqlstate 'UNDO1' then
    return sqlerrm;
  when others then
    return sqlstate;
end;
$$;

-- As a member of staff; the last digits are 51 owner, 52 staff, 53 viewer.
create function pg_temp.tried_by(p_clinic integer, p_user text, p_sql text)
returns text
language sql
return pg_temp.tried('authenticated', pg_temp.id(p_clinic, p_user), p_sql);

select is_empty(
  $$
    select name
    from pg_temp.tenant_tables
    cross join generate_series(1, 2) c
    where pg_temp.tried('postgres', null, format('select 1 from %s where org_id = %L', name, pg_temp.id(c, '1'))) = '0'
  $$,
  'Each clinic of this test has a row in every tenant table, so that the walks below have something to find'
);

-- How a tenant table is made -----------------------------------------------------------------------------------------------

select is_empty(
  $$ select name from pg_temp.our_tables join pg_class on oid = name where relkind in ('r', 'p') and not relrowsecurity $$,
  'Every table has row security enabled'
);
select is_empty(
  $$ select name from pg_temp.our_tables join pg_class on oid = name where relkind not in ('r', 'p') $$,
  'There is no view or foreign table through which row security could be passed by'
);
select is_empty(
  $$
    select name
    from pg_temp.tenant_tables
    join pg_attribute a on a.attrelid = name and a.attname = 'org_id'
    where not a.attnotnull or a.atttypid <> 'uuid'::regtype
  $$,
  'org_id is a uuid and never null'
);
select is_empty(
  $$
    select name
    from pg_temp.tenant_tables
    where not exists (
      select 1
      from pg_index i
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
      where i.indrelid = name
        and i.indpred is null
        and a.attname = 'org_id'
    )
  $$,
  'Every tenant table has an index that leads with org_id'
);
select is_empty(
  $$
    select name
    from pg_temp.tenant_tables
    where not exists (
      select 1
      from pg_trigger t
      where t.tgrelid = name
        and t.tgfoid = 'private.forbid_org_change'::regproc
        and t.tgenabled = 'A'
    )
  $$,
  'Every tenant table has the immutable-org trigger, enabled always'
);
select is_empty(
  $$
    select c.conrelid::regclass, c.conname
    from pg_constraint c
    join pg_temp.tenant_tables here on here.name = c.conrelid
    join pg_temp.tenant_tables there on there.name = c.confrelid
    where c.contype = 'f'
      and not exists (
        select 1
        from unnest(c.conkey, c.confkey) k (here, there)
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.here
        join pg_attribute b on b.attrelid = c.confrelid and b.attnum = k.there
        where a.attname = 'org_id'
          and b.attname = 'org_id'
      )
  $$,
  'Every reference between tenant tables carries the clinic with it'
);

-- anon --------------------------------------------------------------------------------------------------------------------

select is_empty(
  $$
    select name
    from pg_temp.our_tables
    where has_any_column_privilege('anon', name, 'select, insert, update, references')
      or has_table_privilege('anon', name, 'select, insert, update, delete, truncate, references, trigger')
  $$,
  'anon has no privilege on any table'
);
select is_empty(
  $$ select name from pg_temp.our_tables where pg_temp.tried('anon', null, format('select 1 from %s', name)) <> '42501' $$,
  'anon who selects from any table is refused'
);
select is_empty(
  $$ select name from pg_temp.our_functions where has_function_privilege('anon', oid, 'execute') $$,
  'anon executes no function of ours'
);
select ok(not has_schema_privilege('anon', 'private', 'usage'), 'anon cannot look into schema private');

-- The keys: service_role is the secret key's, frontdesk_worker the worker's ----------------------------------------------

select is_empty(
  $$
    select role, name
    from pg_temp.our_tables
    cross join unnest(array['service_role', 'frontdesk_worker']) role
    where has_any_column_privilege(role, name, 'select, insert, update, references')
      or has_table_privilege(role, name, 'select, insert, update, delete, truncate, references, trigger')
  $$,
  'No key has a privilege on any table'
);
select is_empty(
  $$
    select role, name
    from pg_temp.our_tables
    cross join unnest(array['service_role', 'frontdesk_worker']) role
    where pg_temp.tried(role, null, format('select 1 from %s', name)) <> '42501'
  $$,
  'Whoever selects from any table with a key is refused'
);
select is_empty(
  $$
    select role, name
    from pg_temp.our_functions
    cross join unnest(array['service_role', 'frontdesk_worker']) role
    where schema = 'private'
      and has_function_privilege(role, oid, 'execute')
  $$,
  'No key executes a helper in schema private'
);
select is_empty(
  $$
    select name
    from pg_temp.our_functions
    where schema = 'public'
      and not has_function_privilege('service_role', oid, 'execute')
      and not has_function_privilege('frontdesk_worker', oid, 'execute')
  $$,
  'Every public RPC is executed with one of the keys'
);

-- The RPCs and their engine -----------------------------------------------------------------------------------------------

select is_empty(
  $$
    select name
    from pg_temp.our_functions
    where schema = 'public'
      and not (prosecdef and pg_get_userbyid(proowner) = 'booking_engine' and 'search_path=""' = any (proconfig))
  $$,
  'Every public RPC runs as booking_engine, with an empty search_path'
);
select is_empty(
  $$ select name from pg_temp.our_functions where prosecdef and not 'search_path=""' = any (proconfig) $$,
  'Every function that runs as its owner has an empty search_path'
);
select is_empty(
  $$ select name from pg_temp.our_functions where schema = 'public' and has_function_privilege('authenticated', oid, 'execute') $$,
  'Staff who sign in execute no RPC'
);
select is(
  pg_temp.tried_by(1, '51', $$ select public.begin_call('+442079460901', null, 'CAsilo', now()) $$),
  '42501',
  'An owner who calls an RPC is refused'
);
select set_eq(
  $$ select proname from pg_temp.our_functions where schema = 'private' and has_function_privilege('authenticated', oid, 'execute') $$,
  array['my_org_ids', 'my_email', 'my_invitations'],
  'In schema private, staff execute only what the policies ask: which clinics are theirs, and where they are invited'
);
select results_eq(
  $$ select rolcanlogin, rolbypassrls, rolsuper, rolinherit from pg_roles where rolname = 'booking_engine' $$,
  $$ values (false, false, false, false) $$,
  'booking_engine cannot log in and is bound by row security'
);
select is_empty(
  $$ select name from pg_temp.our_tables join pg_class on oid = name where pg_get_userbyid(relowner) = 'booking_engine' $$,
  'booking_engine owns no table, so no row security steps aside for it'
);
select is_empty(
  $$
    select name
    from pg_temp.our_tables
    where pg_temp.tried('booking_engine', null, format('select 1 from %s', name)) not in ('0', '42501')
      and has_org_id
  $$,
  'Without a clinic chosen, the engine sees no row of any clinic'
);
set local app.org_id = '7e571001-0000-4000-8000-000100000001';
select is_empty(
  $$
    select name
    from pg_temp.tenant_tables
    where pg_temp.tried('booking_engine', null, format('select 1 from %s where org_id <> %L', name, pg_temp.id(1, '1')))
      not in ('0', '42501')
  $$,
  'With a clinic chosen, the engine sees no other clinic''s row, though it asks for them'
);
select is(
  pg_temp.tried('booking_engine', null, 'select 1 from public.organizations'),
  '1',
  'With a clinic chosen, the engine sees that one clinic'
);
select is(
  pg_temp.tried('booking_engine', null, format(
    'insert into public.contacts (org_id, phone) values (%L, %L)', pg_temp.id(2, '1'), '+12125550132'
  )),
  '42501',
  'An engine that works for one clinic cannot write a row of another'
);
select throws_like(
  format(
    'insert into public.appointments (org_id, contact_id, provider_id, service_id, starts_at) values (%L, %L, %L, %L, %L)',
    pg_temp.id(2, '1'), pg_temp.id(2, '31'), pg_temp.id(2, '11'), pg_temp.id(2, '21'), now() + interval '22 days'
  ),
  '%another clinic%',
  'Nor does an appointment''s trigger leave the clinic that was chosen'
);
set local app.org_id = '';

-- Staff see their own clinic's rows only ------------------------------------------------------------------------------------

select is_empty(
  $$
    select name, c, pg_temp.tried_by(c, '51', format('select 1 from %s', name))
    from pg_temp.tenant_tables
    cross join generate_series(1, 2) c
    where pg_temp.tried_by(c, '51', format('select 1 from %s', name)) <> pg_temp.tried(
      'postgres', null, format('select 1 from %s where org_id = %L', name, pg_temp.id(c, '1'))
    )
  $$,
  'An owner sees all of their own clinic''s rows in every table, and no more'
);
select is_empty(
  $$
    select name, r
    from pg_temp.tenant_tables
    cross join unnest(array['51', '52', '53']) r
    where pg_temp.tried_by(1, r, format('select 1 from %s where org_id <> %L', name, pg_temp.id(1, '1')))
      not in ('0', '42501')
  $$,
  'Owner, staff and viewer see no other clinic''s row in any table'
);
select is(pg_temp.tried_by(1, '53', 'select 1 from organizations'), '1', 'A viewer sees one clinic: their own');
select is_empty(
  $$
    select name
    from pg_temp.our_tables
    where pg_temp.tried_by(3, '52', format('select 1 from %s', name)) not in ('0', '42501')
  $$,
  'Somebody who signs in without a membership sees no row of any table'
);
delete from memberships where user_id = pg_temp.id(2, '53');
select is_empty(
  $$
    select name
    from pg_temp.tenant_tables
    where pg_temp.tried_by(2, '53', format('select 1 from %s', name)) not in ('0', '42501')
  $$,
  'A membership that is taken away counts at once'
);

-- Who may write what --------------------------------------------------------------------------------------------------------

select is_empty(
  $$
    select name, verb
    from pg_temp.tenant_tables
    cross join unnest(array['delete from %s', 'update %s set org_id = org_id']) verb
    where pg_temp.tried_by(1, '53', format(verb, name)) not in ('0', '42501')
      and not (name = 'public.memberships'::regclass and verb like 'delete%')
  $$,
  'A viewer deletes and updates nothing in any table, but for leaving the clinic'
);
select is(
  array[
    pg_temp.tried_by(1, '53', format($$ insert into contacts (org_id, phone) values (%L, '+12125550132') $$, pg_temp.id(1, '1'))),
    pg_temp.tried_by(1, '53', $$ update contacts set name = 'X' $$),
    pg_temp.tried_by(1, '53', $$ update appointments set status = 'arrived' $$),
    pg_temp.tried_by(1, '53', format(
      'insert into appointments (org_id, contact_id, provider_id, service_id, starts_at) values (%L, %L, %L, %L, now())',
      pg_temp.id(1, '1'), pg_temp.id(1, '31'), pg_temp.id(1, '11'), pg_temp.id(1, '21')
    )),
    pg_temp.tried_by(1, '53', format($$ insert into time_off (org_id, starts_at, ends_at) values (%L, now(), now() + interval '1 day') $$, pg_temp.id(1, '1')))
  ],
  array['42501', '0', '0', '42501', '42501'],
  'A viewer writes no contact, no appointment and no time off'
);
select is(
  array[
    pg_temp.tried_by(1, '52', format($$ insert into contacts (org_id, phone) values (%L, '+12125550132') $$, pg_temp.id(1, '1'))),
    pg_temp.tried_by(1, '52', $$ update contacts set name = 'Tess Moran-Day' $$),
    pg_temp.tried_by(1, '52', format(
      'insert into appointments (org_id, contact_id, provider_id, service_id, starts_at) values (%L, %L, %L, %L, %L)',
      pg_temp.id(1, '1'), pg_temp.id(1, '31'), pg_temp.id(1, '11'), pg_temp.id(1, '21'), now() + interval '22 days'
    )),
    pg_temp.tried_by(1, '52', $$ update appointments set status = 'arrived' $$)
  ],
  array['1', '1', '1', '1'],
  'Staff write contacts and appointments of their clinic'
);
select is(
  array[
    pg_temp.tried_by(1, '52', $$ update services set duration_minutes = 60 $$),
    pg_temp.tried_by(1, '52', $$ update organizations set name = 'Mine' $$),
    pg_temp.tried_by(1, '51', $$ update services set duration_minutes = 60 $$),
    pg_temp.tried_by(1, '51', $$ update organizations set name = 'Renamed' $$)
  ],
  array['0', '0', '1', '1'],
  'What the clinic offers is changed by its owner, not by staff'
);
select is(
  array[
    pg_temp.tried_by(1, '51', $$ update appointments set code = '000000' $$),
    pg_temp.tried_by(1, '51', $$ update appointments set hold_id = null $$),
    pg_temp.tried_by(1, '51', $$ delete from slot_claims $$),
    pg_temp.tried_by(1, '51', format(
      'insert into slot_claims (org_id, resource_id, during, appointment_id) values (%L, %L, %L, %L)',
      pg_temp.id(1, '1'), pg_temp.id(1, '11'), tstzrange(now() + interval '30 days', now() + interval '31 days'), pg_temp.id(1, '42')
    ))
  ],
  array['42501', '42501', '42501', '42501'],
  'Not even an owner writes the ledger, a spoken code or whose hold an appointment came from'
);
select is_empty(
  $$
    select name, verb
    from pg_temp.tenant_tables
    cross join unnest(array['delete from %s where org_id = %L', 'update %s set org_id = org_id where org_id = %L']) verb
    where pg_temp.tried_by(1, '51', format(verb, name, pg_temp.id(2, '1'))) not in ('0', '42501')
  $$,
  'An owner deletes and updates no row of another clinic in any table'
);
select is(
  array[
    pg_temp.tried_by(1, '51', format($$ insert into contacts (org_id, phone) values (%L, '+12125550132') $$, pg_temp.id(2, '1'))),
    pg_temp.tried_by(1, '51', format($$ insert into services (org_id, name, duration_minutes) values (%L, 'X', 30) $$, pg_temp.id(2, '1'))),
    pg_temp.tried_by(1, '51', format(
      'insert into appointments (org_id, contact_id, provider_id, service_id, starts_at) values (%L, %L, %L, %L, now())',
      pg_temp.id(2, '1'), pg_temp.id(2, '31'), pg_temp.id(2, '11'), pg_temp.id(2, '21')
    ))
  ],
  array['42501', '42501', '42501'],
  'An owner inserts no row into another clinic'
);
select is_empty(
  $$
    select user_id, verb
    from (values (3, '52'), (1, '53'), (1, '52'), (1, '51')) u (clinic, user_id)
    cross join unnest(array[
      format('insert into memberships (org_id, user_id, role) values (%L, %L, %L)', pg_temp.id(1, '1'), pg_temp.id(3, '52'), 'owner'),
      format('insert into phone_numbers (org_id, phone) values (%L, %L)', pg_temp.id(1, '1'), '+442079460909'),
      $v$ insert into organizations (name, timezone) values ('X', 'UTC') $v$
    ]) verb
    where pg_temp.tried_by(clinic, user_id, verb) <> '42501'
  $$,
  'Nobody makes a member, a number or a clinic through the Data API, not even an owner'
);

-- A row never changes clinic ---------------------------------------------------------------------------------------------------

select is_empty(
  $$
    select name, pg_temp.tried('postgres', null, format('update %s set org_id = %L where org_id = %L', name, pg_temp.id(2, '1'), pg_temp.id(1, '1')))
    from pg_temp.tenant_tables
    where pg_temp.tried('postgres', null, format('update %s set org_id = %L where org_id = %L', name, pg_temp.id(2, '1'), pg_temp.id(1, '1'))) <> '42501'
  $$,
  'The owner of the tables moves no row of any table to another clinic'
);
select is_empty(
  $$
    select name
    from pg_temp.tenant_tables
    where pg_temp.tried_by(3, '51', format('update %s set org_id = %L where org_id = %L', name, pg_temp.id(2, '1'), pg_temp.id(1, '1'))) <> '42501'
  $$,
  'An owner of two clinics moves no row of any table from one to the other'
);
grant select, update on all tables in schema public to service_role;
select is_empty(
  $$
    select name
    from pg_temp.tenant_tables
    where pg_temp.tried('service_role', null, format('update %s set org_id = %L where org_id = %L', name, pg_temp.id(2, '1'), pg_temp.id(1, '1'))) <> '42501'
  $$,
  'A service_role that somebody gave table grants moves no row of any table to another clinic'
);
revoke select, update on all tables in schema public from service_role;
-- Hosted Supabase lets `postgres` switch ordinary triggers off this way; a plain Postgres does not.
create function pg_temp.tried_without_triggers(p_sql text)
returns text
language plpgsql
as $$
begin
  perform set_config('session_replication_role', 'replica', true);
  return pg_temp.tried('postgres', null, p_sql);
exception
  when insufficient_privilege then
    return '42501';
end;
$$;
select is_empty(
  $$
    select name
    from pg_temp.tenant_tables
    where pg_temp.tried_without_triggers(
      format('update %s set org_id = %L where org_id = %L', name, pg_temp.id(2, '1'), pg_temp.id(1, '1'))
    ) <> '42501'
  $$,
  'Nor does it help to switch ordinary triggers off (where that is allowed at all)'
);
select throws_ok(
  format('update organizations set id = gen_random_uuid() where id = %L', pg_temp.id(1, '1')),
  '42501',
  'A clinic never changes its id.',
  'A clinic keeps its id, so its rows cannot be handed over that way either'
);

-- A row never points into another clinic ---------------------------------------------------------------------------------------

select is_empty(
  $$
    select sql
    from unnest(array[
      'insert into providers (id, org_id) values (%4$L, %1$L)',
      'insert into provider_services (org_id, provider_id, service_id) values (%1$L, %2$L, %7$L)',
      'insert into provider_services (org_id, provider_id, service_id) values (%1$L, %6$L, %3$L)',
      'insert into service_resources (org_id, service_id, resource_id, kind) values (%1$L, %7$L, %4$L, ''room'')',
      'insert into availability (org_id, provider_id, weekday, opens_at, closes_at) values (%1$L, %2$L, 1, ''9:00'', ''10:00'')',
      'insert into time_off (org_id, resource_id, starts_at, ends_at) values (%1$L, %2$L, now(), now() + interval ''1 hour'')',
      'insert into appointments (org_id, contact_id, provider_id, service_id, starts_at) values (%1$L, %5$L, %6$L, %7$L, now())',
      'insert into appointments (org_id, contact_id, provider_id, service_id, starts_at) values (%1$L, %8$L, %2$L, %7$L, now())',
      'insert into appointments (org_id, contact_id, provider_id, service_id, starts_at, ends_at) values (%1$L, %8$L, %6$L, %3$L, now(), now() + interval ''1 hour'')',
      'insert into slot_claims (org_id, resource_id, during, appointment_id) values (%1$L, %2$L, ''[2100-01-01, 2100-01-02)'', %9$L)',
      'insert into slot_claims (org_id, resource_id, during, appointment_id) values (%1$L, %6$L, ''[2100-01-01, 2100-01-02)'', %10$L)',
      'insert into follow_up_tasks (org_id, reason, contact_id) values (%1$L, ''message'', %5$L)',
      'insert into follow_up_tasks (org_id, reason, appointment_id) values (%1$L, ''message'', %10$L)',
      'insert into follow_up_tasks (org_id, reason, assignee) values (%1$L, ''message'', %11$L)',
      'insert into waitlist_entries (org_id, contact_id, service_id, wanted) values (%1$L, %5$L, %7$L, ''[2100-01-01,)'')'
    ]) sql
    where pg_temp.tried('postgres', null, format(
      sql,
      pg_temp.id(1, '1'),
      pg_temp.id(2, '11'), pg_temp.id(2, '21'), pg_temp.id(2, '13'), pg_temp.id(2, '31'),
      pg_temp.id(1, '11'), pg_temp.id(1, '21'), pg_temp.id(1, '31'), pg_temp.id(1, '42'),
      pg_temp.id(2, '42'), pg_temp.id(2, '51')
    )) <> '23503'
  $$,
  'A row that names another clinic''s provider, service, room, contact or appointment is refused, whoever writes it'
);
select is(
  pg_temp.tried('postgres', null, format(
    'update appointment_holds set appointment_id = %L, status = ''confirmed'' where id = %L', pg_temp.id(2, '42'), pg_temp.id(1, '41')
  )),
  '23503',
  'A hold does not become another clinic''s appointment'
);
select throws_ok(
  $$
    insert into slot_claims (org_id, resource_id, during, hold_id, expires_at)
    values (pg_temp.id(1, '1'), pg_temp.id(1, '11'), '[2100-01-01, 2100-01-02)', pg_temp.id(2, '41'), now());
    set constraints all immediate;
  $$,
  '23503',
  null,
  'A claim does not belong to another clinic''s hold'
);

select * from finish();
rollback;
