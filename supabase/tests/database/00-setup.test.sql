-- What several files need before they begin, once. It stays in schema tests until the last file, 99-teardown, drops it.
begin;
drop schema if exists tests cascade;
create schema tests;

create function tests.set_clock(p_now text)
returns void
language plpgsql
as $$
declare
  v_function oid;
  v_default record;
begin
  perform set_config('test.now', p_now, true);
  for v_function in
    select p.oid
    from pg_proc p
    where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
      and p.prokind = 'f'
      and pg_get_functiondef(p.oid) ~ '\m(now|clock_timestamp)\(\)'
  loop
    execute regexp_replace(
      pg_get_functiondef(v_function),
      '\m(now|clock_timestamp)\(\)', 'current_setting(''test.now'')::timestamptz', 'g'
    );
  end loop;
  -- What is written is dated by it, too.
  for v_default in
    select d.adrelid::regclass as table_name, a.attname
    from pg_attrdef d
    join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
    join pg_class c on c.oid = d.adrelid
    where c.relnamespace = 'public'::regnamespace
      and pg_get_expr(d.adbin, d.adrelid) = 'now()'
  loop
    execute format(
      'alter table %s alter column %I set default current_setting(''test.now'')::timestamptz',
      v_default.table_name, v_default.attname
    );
  end loop;
end;
$$;
comment on function tests.set_clock(text) is
  'Until the rollback, every function of ours and every default reads this clock instead of the real one, so that holds expire when told to.';

create function tests.later(p_by interval)
returns void
language sql
as $$ select set_config('test.now', (current_setting('test.now')::timestamptz + p_by)::text, true) $$;

-- The clinics that a file made for itself.
create function tests.use_clinics(p_org uuid, p_other_org uuid)
returns void
language sql
as $$ select set_config('test.org', p_org::text, true), set_config('test.other_org', p_other_org::text, true) $$;

create function tests.org()
returns uuid
language sql
stable
return current_setting('test.org')::uuid;

create function tests.other_org()
returns uuid
language sql
stable
return current_setting('test.other_org')::uuid;

-- How the functions speak to the engine: with the secret key, that is, as service_role.
create function tests.rpc(p_sql text)
returns jsonb
language plpgsql
as $$
declare
  v_role constant text := current_setting('role');
  v_answer jsonb;
begin
  perform set_config('role', 'service_role', true);
  execute 'select public.' || p_sql into v_answer;
  -- In life each call is a transaction of its own, after which no clinic is chosen.
  perform set_config('role', v_role, true), set_config('app.org_id', '', true);
  return v_answer;
end;
$$;

create function tests.short(p_answer jsonb)
returns text
language sql
immutable
return case when p_answer ->> 'success' = 'true' then 'success' else p_answer ->> 'reason' end;

-- The slots offered instead: "Mon 09:30 Lund".
create function tests.instead(p_answer jsonb)
returns text
language sql
as $$
  select string_agg(to_char((s ->> 'starts_local')::timestamp, 'Dy HH24:MI ') || (s ->> 'provider_name'), ', ' order by n)
  from jsonb_array_elements(p_answer -> 'alternatives') with ordinality e (s, n);
$$;

-- All that is stored: how many rows each table has, and a digest of those of the file's clinics.
create function tests.everything()
returns jsonb
language plpgsql
as $$
declare
  v_table record;
  v_rows text;
  v_all jsonb := '{}';
begin
  for v_table in
    select
      c.oid::regclass as name,
      case when a.attname is null then 'false' else 'org_id in (tests.org(), tests.other_org())' end as is_ours
    from pg_class c
    left join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace
      and c.relkind in ('r', 'p')
  loop
    execute format(
      'select count(*) || '' '' || coalesce(md5(string_agg(t::text, '','' order by t::text) filter (where %s)), '''') from %s t',
      v_table.is_ours, v_table.name
    )
    into v_rows;
    v_all := v_all || jsonb_build_object(v_table.name::text, v_rows);
  end loop;
  return v_all;
end;
$$;

-- What an RPC answers, and whether it wrote anything of these clinics.
create function tests.answered(p_call text)
returns text
language plpgsql
as $$
declare
  v_before constant jsonb := tests.everything();
  v_answer text;
begin
  v_answer := tests.short(tests.rpc(p_call));
  return v_answer || case when tests.everything() = v_before then '' else ', but something was written' end;
exception
  when others then
    return format('%s %s', sqlstate, sqlerrm);
end;
$$;

create function tests.resource(p_name text)
returns uuid
language sql
stable
as $$ select id from public.resources where org_id in (tests.org(), tests.other_org()) and name = p_name $$;

create function tests.service(p_name text)
returns uuid
language sql
stable
as $$ select id from public.services where org_id in (tests.org(), tests.other_org()) and name = p_name $$;

create function tests.claim(
  p_call text,
  p_provider text,
  p_starts_at text,
  p_service text default 'Visit',
  p_minutes integer default 5
)
returns jsonb
language sql
as $$
  select tests.rpc(format(
    'claim_slot_atomic(%L, %L, %L, %L, %L, %L)',
    tests.org(), tests.resource(p_provider), tests.service(p_service), p_starts_at, p_call, p_minutes
  ));
$$;

-- The newest hold of a call.
create function tests.hold_of(p_call text)
returns uuid
language sql
as $$
  select id
  from public.appointment_holds
  where org_id = tests.org()
    and call_sid = p_call
  order by status = 'held' desc, created_at desc, expires_at desc
  limit 1;
$$;

create function tests.confirm(p_call text, p_contact text)
returns jsonb
language sql
as $$ select tests.rpc(format('confirm_hold(%L, %L, %L)', tests.org(), tests.hold_of(p_call), p_contact)) $$;

create function tests.open(p_provider text, p_from text, p_to text, p_service text default 'Visit')
returns text
language sql
as $$
  select coalesce(string_agg(to_char((s ->> 'starts_local')::timestamp, 'HH24:MI'), ' ' order by n), '')
  from jsonb_array_elements(tests.rpc(format(
    'find_open_slots(%L, %L, %L, %L, %L, 100)',
    tests.org(), tests.service(p_service), p_from, p_to, tests.resource(p_provider)
  )) -> 'slots') with ordinality e (s, n);
$$;

-- What a hold or an appointment has in the ledger.
create function tests.taken(p_owner uuid)
returns text
language sql
as $$
  select string_agg(
    r.name || ' ' || to_char(lower(c.during), 'HH24:MI') || '-' || to_char(upper(c.during), 'HH24:MI'),
    ', ' order by r.kind = 'provider' desc, r.name
  )
  from public.slot_claims c
  join public.resources r on r.id = c.resource_id
  where p_owner in (c.hold_id, c.appointment_id);
$$;

commit;

begin;
set local search_path = public, extensions;
select plan(1);
select has_schema('tests', 'What the files share is there');
select * from finish();
rollback;
