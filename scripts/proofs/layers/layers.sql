-- Every layer of the silo that can be taken away, one a row: what kind it is, from what, and the statements that do it.
-- It reads the catalogue, so the layers of a new table are among them without being listed.
with
  tables as (
    select c.oid, c.oid::regclass::text as name
    from pg_class c
    where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
      and c.relkind = 'r'
  ),
  policies as (
    select p.*, p.polrelid::regclass::text as table_name
    from pg_policy p
    join tables t on t.oid = p.polrelid
  ),
  functions as (
    select p.*, p.oid::regprocedure::text as name, p.pronamespace = 'public'::regnamespace as is_rpc
    from pg_proc p
    where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
  ),
  triggers as (
    select g.tgname, g.tgrelid, t.name as table_name
    from pg_trigger g
    join tables t on t.oid = g.tgrelid
    where g.tgname in (
        'immutable_org', 'audit', 'refuse_truncate', 'append_only', 'append_only_truncate',
        'keep_an_owner_on_delete', 'keep_an_owner_on_update', 'use_up_invitation', 'count_version'
      )
  ),
  references_between as (
    select c.*, c.conrelid::regclass::text as here, c.confrelid::regclass::text as there,
      (
        select a.attname
        from unnest(c.conkey) k
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k
        where a.attname not in ('org_id', 'kind')
        limit 1
      ) as column_name,
      exists (
        select
        from pg_index i
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where i.indrelid = c.confrelid and i.indisunique and i.indnkeyatts = 1 and a.attname = 'id' and i.indpred is null
      ) as id_is_unique
    from pg_constraint c
    join tables t on t.oid = c.conrelid
    where c.contype = 'f'
  )
select kind, object, statements
from (
  select 'drop a policy' as kind, format('%s on %s', polname, table_name) as object,
    format('drop policy %I on %s', polname, table_name) as statements
  from policies
  union all
  select 'let a policy pass all rows', format('%s on %s', polname, table_name),
    format(
      'alter policy %I on %s %s %s', polname, table_name,
      case when polcmd <> 'a' then 'using (true)' end, case when polcmd in ('a', 'w', '*') then 'with check (true)' end
    )
  from policies
  -- What belongs to no clinic is held back by grants alone.
  where pg_get_expr(polqual, polrelid) is distinct from 'true'
  union all
  select 'give a policy to everybody', format('%s on %s', polname, table_name),
    format('alter policy %I on %s to public', polname, table_name)
  from policies
  union all
  select 'disable row security', name, format('alter table %s disable row level security', name)
  from tables
  union all
  select 'grant a table to ' || r, name, format('grant select on %s to %s', name, r)
  from tables, unnest(array['service_role', 'anon', 'public']) r
  union all
  select 'let staff truncate', name, format('grant truncate on %s to authenticated', name)
  from tables
  union all
  select 'let the planner tell', format('%s of %s', c.column_name, t.name),
    format('alter table %s alter column %I set statistics 100', t.name, c.column_name)
  from tables t
  cross join lateral private.identifying_columns(t.oid) c
  where c.is_hidden
    and has_table_privilege('authenticated', t.oid, 'select')
  union all
  select 'drop a trigger', format('%s on %s', tgname, table_name), format('drop trigger %I on %s', tgname, table_name)
  from triggers
  union all
  select 'let a trigger be passed by', format('%s on %s', tgname, table_name), format('alter table %s enable trigger %I', table_name, tgname)
  from triggers
  where tgname <> 'use_up_invitation'
  union all
  select 'make a reference simple', format('%s of %s', conname, here),
    format('alter table %s drop constraint %I, add foreign key (%I) references %s (id)', here, conname, column_name, there)
  from references_between
  where cardinality(conkey) > 1
    and id_is_unique
    and column_name <> 'call_sid'
  union all
  select 'drop a reference', format('%s of %s', conname, here), format('alter table %s drop constraint %I', here, conname)
  from references_between
  where column_name like '%\_id'
    and there like any (array['%appointments', '%holds', '%contacts', '%services', '%resources', '%providers'])
    -- What two references tie is still tied when one is gone.
    and not exists (
      select
      from references_between r
      where r.conrelid = references_between.conrelid
        and r.oid <> references_between.oid
        and r.column_name = references_between.column_name
    )
  union all
  select 'let staff choose an id', name, format('grant insert (id) on %s to authenticated', name)
  from tables
  where exists (
      select
      from pg_index i
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
      where i.indrelid = tables.oid and i.indisprimary and i.indnkeyatts = 1 and a.attname = 'id'
    )
  union all
  select 'let ' || r || ' execute a function', name, format('grant execute on function %s to %s', name, r)
  from functions, unnest(array['anon', 'authenticated', 'public']) r
  where is_rpc
  union all
  select 'let ' || r || ' execute a helper', name, format('grant execute on function %s to %s', name, r)
  from functions, unnest(array['anon', 'service_role', 'public']) r
  where not is_rpc
    and prosecdef
  union all
  select 'run an RPC as the owner of the tables', name, format('alter function %s owner to postgres', name)
  from functions
  where is_rpc
  union all
  select 'let the caller choose what names mean', name, format('alter function %s reset search_path', name)
  from functions
  where prosecdef
  union all
  select * from (values
    ('make the engine pass row security', 'booking_engine', 'alter role booking_engine bypassrls'),
    ('let the engine log in', 'booking_engine', 'alter role booking_engine login'),
    ('let somebody become the engine', 'authenticator', 'grant booking_engine to authenticator'),
    ('let staff become service_role', 'authenticated', 'grant service_role to authenticated'),
    ('let the engine own a table', 'public.contacts', 'alter table public.contacts owner to booking_engine'),
    ('show private to the API', 'anon', 'grant usage on schema private to anon'),
    ('show private to the API', 'service_role', 'grant usage on schema private to service_role'),
    ('let staff create', 'public', 'grant create on schema public to authenticated'),
    ('let staff write the trail', 'public.audit_log', 'grant insert on public.audit_log to authenticated'),
    ('show the trail to staff', 'public.audit_log',
      'alter policy members_select on public.audit_log using (org_id = any (array(select private.my_org_ids())))'),
    ('let an owner name any user', 'public.memberships', 'grant insert (user_id) on public.memberships to authenticated'),
    ('let staff promote', 'public.memberships',
      'alter policy members_update on public.memberships using (org_id = any (array(select private.my_org_ids()))) with check (org_id = any (array(select private.my_org_ids())))'),
    ('publish a table', 'public.appointments', 'create publication all_changes for table public.appointments'),
    ('forget what the platform grants', 'tables', 'alter default privileges for role postgres in schema public grant select on tables to anon'),
    ('forget what Postgres grants', 'functions', 'alter default privileges for role postgres grant execute on functions to public'),
    ('count over all clinics', 'slot_claims', 'alter table public.slot_claims add number bigint generated always as identity'),
    ('forget a rule in a new table', 'no org_id', 'create table public.notes (id uuid primary key); alter table public.notes enable row level security; alter table public.notes owner to postgres'),
    ('forget a rule in a new table', 'org_id alone',
      'create table public.notes (id uuid primary key, org_id uuid not null references public.organizations (id)); alter table public.notes owner to postgres'),
    ('forget a rule in a new table', 'no index, no trail',
      'create table public.notes (id uuid primary key, org_id uuid not null references public.organizations (id)); alter table public.notes owner to postgres; alter table public.notes enable row level security; select private.keep_org_immutable(''public.notes'')'),
    ('make a view', 'public.names', 'create view public.names as select name from public.contacts'),
    ('make a function that says nothing', 'public.peek', 'create function public.peek() returns jsonb language sql return ''{}''::jsonb'),
    ('make a hole for a trigger', 'private.is_not_a_member_of', 'create or replace function private.is_not_a_member_of(p_org_id uuid) returns boolean language sql stable security definer set search_path = '''' return false'),
    ('make everybody a member', 'private.my_org_ids',
      'create or replace function private.my_org_ids(p_roles text[] default ''{owner,staff,viewer}'') returns setof uuid language sql stable security definer set search_path = '''' as ''select id from public.organizations'''),
    ('forget who is removed', 'private.my_org_ids',
      'create or replace function private.my_org_ids(p_roles text[] default ''{owner,staff,viewer}'') returns setof uuid language sql stable security definer set search_path = '''' as ''select org_id from public.audit_log where table_name = ''''memberships'''' and row_id = (select auth.uid())::text'''),
    ('ask an RPC for no clinic', 'public.release_hold',
      'create or replace function public.release_hold(p_org_id uuid, p_hold_id uuid) returns jsonb language sql security definer set search_path = '''' as ''select jsonb_build_object(''''success'''', true)''')
  ) others (kind, object, statements)
) layers
order by kind, object
