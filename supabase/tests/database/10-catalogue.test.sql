-- The catalogue: every table, index, reference, policy, function, sequence, type and grant there is, against the rules that
-- docs/security.md gives. What breaks a rule is listed by name; a new object cannot be forgotten.
begin;
set local search_path = public, extensions;
select plan(51);

-- What there is ---------------------------------------------------------------------------------------------------------

create temporary table our_relations as
select c.oid as table_oid, c.oid::regclass as name, c.relname, c.relkind, c.relowner, c.relacl, c.relrowsecurity
from pg_class c
where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');

create temporary table our_tables as
select *, name = 'public.organizations'::regclass as is_clinic
from our_relations
where relkind in ('r', 'p');

create temporary table our_columns as
select t.table_oid, t.name as table_name, a.attname, a.attnum, a.atttypid, a.attnotnull, a.atthasdef, a.attacl
from our_tables t
join pg_attribute a on a.attrelid = t.table_oid and a.attnum > 0 and not a.attisdropped;

create temporary table our_functions as
select p.oid as function_oid, p.oid::regprocedure as name, p.*
from pg_proc p
where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
  and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e');

create temporary table our_policies as
select
  p.polrelid::regclass as table_name, p.polname, p.polcmd, p.polpermissive,
  array(select coalesce(r.rolname, 'public') from unnest(p.polroles) o left join pg_roles r on r.oid = o) as roles,
  pg_get_expr(p.polqual, p.polrelid) as using_expression,
  pg_get_expr(p.polwithcheck, p.polrelid) as check_expression
from pg_policy p
join our_tables t on t.table_oid = p.polrelid;

-- Who may do what, from every access list: on tables and their columns, sequences, functions, types and schemas.
create temporary table our_grants as
select l.kind, l.object, coalesce(r.rolname, 'public') as grantee, lower(x.privilege_type) as privilege, x.is_grantable, x.grantee = l.owner as is_owner
from (
  select case when relkind = 'S' then 'sequence' else 'table' end as kind, name::text as object, relowner as owner,
    coalesce(relacl, acldefault(case when relkind = 'S' then 's' else 'r' end::"char", relowner)) as acl
  from our_relations
  where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  union all
  select 'column', table_name || '.' || attname, t.relowner, attacl
  from our_columns c
  join our_tables t using (table_oid)
  where attacl is not null
  union all
  select 'function', name::text, proowner, coalesce(proacl, acldefault('f', proowner))
  from our_functions
  union all
  select 'type', y.oid::regtype::text, y.typowner, coalesce(y.typacl, acldefault('T', y.typowner))
  from pg_type y
  left join pg_class c on c.oid = y.typrelid
  where y.typnamespace in ('public'::regnamespace, 'private'::regnamespace)
    -- A table's own row type and an array type have no access list of their own.
    and (y.typtype in ('d', 'e', 'r', 'm') or c.relkind = 'c')
    and y.typcategory <> 'A'
  union all
  select 'schema', nspname::text, nspowner, coalesce(nspacl, acldefault('n', nspowner))
  from pg_namespace
  where nspname in ('public', 'private')
) l
cross join aclexplode(l.acl) x
left join pg_roles r on r.oid = x.grantee;

select isnt_empty('select 1 from our_tables', 'There are tables to look at');
select isnt_empty('select 1 from our_functions', 'There are functions to look at');
select is_empty(
  $$
    select nspname
    from pg_namespace
    where pg_get_userbyid(nspowner) in ('postgres', 'booking_engine')
      and nspname not in ('public', 'private', 'extensions', 'supabase_migrations', 'tests')
      and nspname !~ '^pg_'
  $$,
  'What is ours lies in public and private: there is no other schema that these walks would miss'
);

-- Tables ----------------------------------------------------------------------------------------------------------------

select is_empty(
  $$ select name from our_relations where relkind in ('v', 'm', 'f') $$,
  'There is no view, materialised view or foreign table: each would be a way past row security'
);
select is_empty(
  $$
    select name
    from our_tables
    where not is_clinic
      and not exists (
        select
        from our_columns c
        where c.table_oid = our_tables.table_oid
          and c.attname = 'org_id'
          and c.atttypid = 'uuid'::regtype
          and c.attnotnull
          and not c.atthasdef
      )
      -- A table of the system as a whole is no business of the Data API.
      and not (
        name::text like 'private.%'
        and not exists (
          select
          from our_grants g
          where g.object = name::text
            and g.grantee not in ('postgres', 'booking_engine')
        )
      )
  $$,
  'Every table says whose row it is: org_id, a uuid, never null and never by default; one without it lies in private, out of everybody''s reach'
);
create temporary table tenant_tables as
select t.*
from our_tables t
join our_columns c using (table_oid)
where c.attname = 'org_id';

select is_empty('select name from our_tables where not relrowsecurity', 'Every table has row security enabled');
select is_empty(
  $$ select name, pg_get_userbyid(relowner) from our_tables where pg_get_userbyid(relowner) <> 'postgres' $$,
  'Every table is owned by postgres: row security does not bind an owner, so neither the engine nor the API may be one'
);
select is_empty(
  $$
    select name
    from tenant_tables
    where not exists (
      select
      from pg_index i
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
      where i.indrelid = table_oid
        and i.indisvalid
        and i.indpred is null
        and a.attname = 'org_id'
    )
  $$,
  'Every tenant table has a whole index that leads with org_id'
);
select is_empty(
  $$
    select i.indexrelid::regclass, a.attname
    from pg_index i
    join tenant_tables t on t.table_oid = i.indrelid
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey::int2[])
    where (i.indisunique or i.indisexclusion)
      and i.indkey[0] <> (select o.attnum from our_columns o where o.table_oid = t.table_oid and o.attname = 'org_id')
      and (
        has_column_privilege('authenticated', i.indrelid, a.attnum, 'insert')
        or has_column_privilege('authenticated', i.indrelid, a.attnum, 'update')
      )
  $$,
  'What must be unique over all clinics is not written by staff: a refused duplicate would tell what another clinic has'
);
select is_empty(
  $$
    select name
    from tenant_tables
    where not exists (
      select
      from pg_trigger g
      where g.tgrelid = table_oid
        and g.tgenabled = 'A'
        and pg_get_triggerdef(g.oid) = format(
          'CREATE TRIGGER immutable_org BEFORE UPDATE ON %s FOR EACH ROW WHEN ((old.org_id IS DISTINCT FROM new.org_id)) EXECUTE FUNCTION private.forbid_org_change()',
          (select n.nspname from pg_namespace n join pg_class c on c.relnamespace = n.oid where c.oid = table_oid) || '.' || relname
        )
    )
  $$,
  'Every tenant table has the immutable-org trigger, the same everywhere, enabled always'
);
select is_empty(
  $$
    select 'organizations'
    where not exists (
      select
      from pg_trigger
      where tgrelid = 'public.organizations'::regclass
        and tgfoid = 'private.count_organization_version'::regproc
        and tgenabled = 'A'
        and tgqual is null
    )
  $$,
  'A clinic keeps its id by a trigger that is enabled always'
);
select is_empty(
  $$
    select name
    from our_tables
    where (is_clinic or table_oid in (select t.table_oid from tenant_tables t))
      and name <> 'public.audit_log'::regclass
      and not exists (
        select
        from pg_trigger
        where tgrelid = table_oid
          and tgfoid = 'private.record_change'::regproc
          and tgenabled = 'A'
          and tgqual is null
          -- Row, after, insert, delete, update.
          and tgtype = 1 + 4 + 8 + 16
      )
  $$,
  'Every tenant table is on the audit trail, with every insert, update and delete, enabled always'
);
select is_empty(
  $$
    select name
    from our_tables
    where (is_clinic or table_oid in (select t.table_oid from tenant_tables t))
      and not exists (
        select
        from pg_trigger
        where tgrelid = table_oid
          and tgfoid in ('private.refuse_truncate'::regproc, 'private.keep_audit_log'::regproc)
          and tgenabled = 'A'
          -- Before, truncate.
          and tgtype = 2 + 32
      )
  $$,
  'No tenant table can be truncated past the audit trail'
);
select is_empty(
  $$
    select 'audit_log'
    where not exists (
      select
      from pg_trigger
      where tgrelid = 'public.audit_log'::regclass
        and tgfoid = 'private.keep_audit_log'::regproc
        and tgenabled = 'A'
        and tgqual is null
        -- Row, before, delete, update.
        and tgtype = 1 + 2 + 8 + 16
    )
  $$,
  'The audit trail is append-only by a trigger that is enabled always'
);
select set_eq(
  $$
    select tgname::text
    from pg_trigger
    where tgrelid = 'public.memberships'::regclass
      and tgfoid = 'private.keep_an_owner'::regproc
      and tgenabled = 'A'
  $$,
  array['keep_an_owner_on_delete', 'keep_an_owner_on_update'],
  'A clinic keeps an owner by triggers that are enabled always'
);
select is_empty(
  $$
    select t.name, g.tgname
    from pg_trigger g
    join our_tables t on t.table_oid = g.tgrelid
    join pg_proc p on p.oid = g.tgfoid
    where not g.tgisinternal
      and p.pronamespace <> 'private'::regnamespace
  $$,
  'Triggers run what lies in private, and nothing else'
);
select is_empty(
  $$ select t.name, r.rulename from pg_rewrite r join our_tables t on t.table_oid = r.ev_class $$,
  'No rule rewrites what is asked of a table'
);
select is_empty(
  $$
    select p.pubname, r.prrelid::regclass
    from pg_publication p
    left join pg_publication_rel r on r.prpubid = p.oid
    where p.puballtables
      or exists (select from our_tables t where t.table_oid = r.prrelid)
      or exists (
        select
        from pg_publication_namespace n
        where n.pnpubid = p.oid
          and n.pnnspid in ('public'::regnamespace, 'private'::regnamespace)
      )
  $$,
  'No table is published, to Realtime or elsewhere'
);

select is_empty(
  $$
    select t.name, c.column_name
    from our_tables t
    cross join lateral private.identifying_columns(t.name) c
    where has_table_privilege('authenticated', t.table_oid, 'select')
      and not c.is_hidden
  $$,
  'No statistics are kept of what identifies somebody, so that no planner''s guess tells what another clinic has'
);

-- References ------------------------------------------------------------------------------------------------------------

create temporary table our_references as
select
  c.conname, c.conrelid, c.conrelid::regclass as here, c.confrelid::regclass as there, c.convalidated,
  exists (
    select
    from unnest(c.conkey, c.confkey) k (here, there)
    join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.here
    join pg_attribute b on b.attrelid = c.confrelid and b.attnum = k.there
    where a.attname = 'org_id'
      and b.attname = case when c.confrelid = 'public.organizations'::regclass then 'id' else 'org_id' end
  ) as carries_the_clinic,
  array(select a.attname from unnest(c.conkey) k join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k) as columns
from pg_constraint c
join our_tables t on t.table_oid = c.conrelid
where c.contype = 'f';

select is_empty(
  $$
    select here, conname
    from our_references
    where not carries_the_clinic
      and not (here = 'public.memberships'::regclass and there = 'auth.users'::regclass)
      -- Between tables of the system as a whole there is no clinic to carry.
      and not (here::text like 'private.%' and there::text like 'private.%')
  $$,
  'Every reference carries the clinic with it; only a membership points out of the silo, to the account'
);
select is_empty('select here, conname from our_references where not convalidated', 'Every reference holds for every row');
select is_empty(
  $$
    select least(here::text, there::text), greatest(here::text, there::text)
    from our_references
    -- The hold whose time an appointment took last, and the holds that it came from, are two things; one has to say which.
    where not (here in ('appointments'::regclass, 'appointment_holds'::regclass) and there in ('appointments'::regclass, 'appointment_holds'::regclass))
    group by 1, 2
    having count(*) > 1
  $$,
  'Between two other tables there is one reference at most, so that the Data API embeds one in the other without being told how'
);
select is_empty(
  $$
    select name
    from tenant_tables
    where name <> 'public.audit_log'::regclass
      and not exists (select from our_references r where r.conrelid = table_oid and r.carries_the_clinic)
  $$,
  'Every tenant table belongs to a clinic that exists; the audit trail alone may outlive one for a moment'
);
-- Ids that remember something and point at nothing that must be there.
create temporary table free_ids as
select *
from (
  values
    ('audit_log', 'user_id'),
    ('waitlist_entries', 'offered_provider_id'),
    ('outbox', 'claim_id')
) f (table_name, column_name);
select is_empty(
  $$
    select table_name, attname
    from our_columns c
    where attname like '%\_id'
      and atttypid = 'uuid'::regtype
      and not exists (select from our_references r where r.conrelid = c.table_oid and c.attname = any (r.columns))
      and (table_name::text, attname::text) not in (select f.table_name, f.column_name from free_ids f)
      and not (table_name = 'public.audit_log'::regclass and attname = 'org_id')
  $$,
  'Every column that holds an id is part of a reference, but for the few that are listed as free'
);

-- Policies --------------------------------------------------------------------------------------------------------------

select is_empty(
  $$ select table_name, polname, roles from our_policies where roles not in ('{authenticated}', '{booking_engine}') or not polpermissive $$,
  'Every policy is for staff or for the engine, never for everybody'
);
select is_empty(
  $$
    select table_name, polname
    from our_policies
    cross join format(
      '(%s = (NULLIF(( SELECT current_setting(''app.org_id''::text, true) AS current_setting), ''''::text))::uuid)',
      case when table_name = 'public.organizations'::regclass then 'id' else 'org_id' end
    ) chosen_clinic
    where roles = '{booking_engine}'
      -- On a table of the system as a whole there is no clinic to compare with.
      and table_name::text not in (
        select name::text
        from our_tables
        where name::text like 'private.%'
          and not exists (select from our_columns c where c.table_oid = our_tables.table_oid and c.attname = 'org_id')
      )
      and (
        polname <> 'engine'
        or polcmd <> '*'
        or using_expression is distinct from chosen_clinic
        or coalesce(check_expression, chosen_clinic) <> chosen_clinic
      )
  $$,
  'The engine''s policy is the same on every table: the clinic in app.org_id, for reading and for writing'
);
-- These three ask something more than which clinics are mine; 13-members.test.sql tries them.
create temporary table particular_policies as
select *
from (
  values
    ('memberships', 'members_insert'),
    ('memberships', 'members_delete'),
    ('invitations', 'members_select')
) p (table_name, policy);
select is_empty(
  $$
    select table_name, polname
    from our_policies
    cross join format(
      '^\(%s = ANY \(ARRAY\( SELECT private\.my_org_ids\(''\{(owner|owner,staff|owner,staff,viewer)\}''::text\[\]\) AS my_org_ids\)\)\)$',
      case when table_name = 'public.organizations'::regclass then 'id' else 'org_id' end
    ) mine
    where roles = '{authenticated}'
      and (table_name::text, polname::text) not in (select p.table_name, p.policy from particular_policies p)
      and (
        polname is distinct from 'members_' || case polcmd
          when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete'
        end
        or (polcmd <> 'a' and using_expression !~ mine)
        or (polcmd in ('a', 'w') and coalesce(check_expression, '') !~ mine)
        or (polcmd = 'w' and using_expression <> check_expression)
      )
  $$,
  'Staff''s policies are one a verb and ask which clinics are theirs, before a change and after it'
);
select is_empty(
  $$
    select table_name, polname
    from our_policies
    where roles = '{authenticated}'
      and polcmd <> 'r'
      and (table_name::text, polname::text) not in (select p.table_name, p.policy from particular_policies p)
      and coalesce(using_expression, check_expression) like '%viewer%'
  $$,
  'No policy lets a viewer write'
);
select is(
  (select array_agg(using_expression) from our_policies where table_name = 'public.audit_log'::regclass),
  array[$$(org_id = ANY (ARRAY( SELECT private.my_org_ids('{owner}'::text[]) AS my_org_ids)))$$],
  'The audit trail is read by the clinic''s owner alone'
);
select is_empty(
  $$
    select t.name, v.verb, r.role
    from our_tables t
    cross join (values ('select', 'r'), ('insert', 'a'), ('update', 'w'), ('delete', 'd')) v (verb, command)
    cross join unnest(array['authenticated', 'booking_engine']) r (role)
    cross join lateral (
      select has_table_privilege(r.role, t.table_oid, v.verb)
        or case when v.verb <> 'delete' then has_any_column_privilege(r.role, t.table_oid, v.verb) else false end as granted
    ) g
    where granted <> exists (
      select
      from our_policies p
      where p.table_name = t.name
        and p.roles = array[r.role]::name[]
        and (p.polcmd = v.command::"char" or (p.polcmd = '*' and granted))
    )
  $$,
  'For every verb that staff or the engine are granted there is a policy, and for every policy a grant'
);

-- Grants ----------------------------------------------------------------------------------------------------------------

select is_empty(
  $$ select kind, object, privilege from our_grants where grantee = 'anon' and not (kind = 'schema' and object = 'public') $$,
  'anon is granted nothing on any table, column, sequence, function or type'
);
select is_empty(
  $$
    select kind, object, privilege
    from our_grants
    where grantee = 'service_role'
      and kind <> 'function'
      and not (kind = 'schema' and object = 'public')
  $$,
  'service_role is granted nothing but functions'
);
select is_empty(
  $$
    select kind, object, privilege
    from our_grants
    where grantee = 'public'
      and not (kind = 'schema' and object = 'public' and privilege = 'usage')
  $$,
  'Nothing is granted to everybody'
);
select is_empty(
  $$
    select kind, object, grantee, privilege
    from our_grants
    where kind <> 'schema'
      and not is_owner
      and grantee not in ('anon', 'authenticated', 'service_role', 'booking_engine', 'public')
  $$,
  'No other role is granted anything of ours'
);
select set_eq(
  $$
    select privilege || ' ' || object
    from our_grants
    where grantee = 'authenticated'
      and kind in ('table', 'column')
      and object ~ '^(memberships|invitations)\M'
  $$,
  array[
    'select memberships', 'insert memberships.org_id', 'insert memberships.role', 'update memberships.role', 'delete memberships',
    'select invitations', 'insert invitations.org_id', 'insert invitations.email', 'insert invitations.role',
    'update invitations.role', 'delete invitations'
  ],
  'Who a member is, nobody writes: whoever inserts a membership is its member'
);
select is_empty(
  $$
    select object, grantee, privilege
    from our_grants
    where kind in ('table', 'column')
      and not is_owner
      and privilege not in ('select', 'insert', 'update', 'delete')
  $$,
  'Nobody may truncate, refer to or put triggers on a table of ours'
);
select is_empty(
  $$ select kind, object, grantee from our_grants where is_grantable and not is_owner and kind <> 'schema' $$,
  'Nobody may pass on what they were granted'
);
select is_empty(
  $$ select name from our_relations where relkind = 'S' $$,
  'There is no sequence: a number that counts over all clinics would tell each how busy the others are'
);
select set_eq(
  $$ select grantee::text, privilege from our_grants where kind = 'schema' and object = 'private' and not is_owner $$,
  $$ values ('booking_engine', 'usage'), ('booking_engine', 'create'), ('authenticated', 'usage') $$,
  'Only the engine, and staff for their policies, look into schema private'
);
select is_empty(
  $$
    select object, grantee
    from our_grants
    where kind = 'schema'
      and privilege = 'create'
      and grantee in ('anon', 'authenticated', 'service_role', 'authenticator', 'public')
  $$,
  'Nobody who comes through the API creates anything'
);
select is_empty(
  $$
    select d.defaclnamespace::regnamespace, d.defaclobjtype, coalesce(r.rolname, 'public'), x.privilege_type
    from pg_default_acl d
    cross join aclexplode(d.defaclacl) x
    left join pg_roles r on r.oid = x.grantee
    where pg_get_userbyid(d.defaclrole) in ('postgres', 'booking_engine')
      and d.defaclnamespace in (0, 'public'::regnamespace, 'private'::regnamespace)
      and coalesce(r.rolname, 'public') in ('public', 'anon', 'authenticated', 'service_role')
  $$,
  'What a later migration makes is granted to nobody by default'
);
select isnt_empty(
  $$
    select 1
    from pg_default_acl
    where pg_get_userbyid(defaclrole) = 'postgres'
      and defaclnamespace = 0
      and defaclobjtype = 'f'
  $$,
  'Not even execution, which Postgres by itself grants to everybody'
);

-- Functions -------------------------------------------------------------------------------------------------------------

select is_empty(
  $$
    select name
    from our_functions
    where pronamespace = 'public'::regnamespace
      and not (
        prosecdef
        and pg_get_userbyid(proowner) = 'booking_engine'
        and prorettype = 'jsonb'::regtype
        and not proretset
        and array(
          select g.grantee::text from our_grants g where g.kind = 'function' and g.object = name::text and not g.is_owner
        ) = '{service_role}'
      )
  $$,
  'Every public function is an RPC: it runs as the engine, answers jsonb, and is executed by service_role alone'
);
-- Those named here touch no clinic's row: health, the counts and alerts of the system, the worker's timetable, and which of Twilio's
-- sids are here.
select is_empty(
  $$
    select name
    from our_functions
    where pronamespace = 'public'::regnamespace
      and prosrc !~ ('private\.enter_clinic\([a-z_]+' || case when provolatile = 'v' then ', ''' || proname || '''' else '' end)
      and proname not in (
        'check_health', 'record_requests', 'evaluate_alerts', 'claim_alert_notices', 'record_alert_notice', 'claim_chores', 'tidy_counts',
        'start_reconciliation', 'find_unsettled', 'finish_reconciliation'
      )
  $$,
  'Every RPC chooses a clinic, and one that writes tells the audit trail its name'
);
select is_empty(
  $$ select name from our_functions where not 'search_path=""' = any (coalesce(proconfig, '{}')) $$,
  'Every function has an empty search_path: what it names is what it means'
);
select is_empty(
  $$ select name from our_functions where obj_description(function_oid, 'pg_proc') is null $$,
  'Every function says what it is for'
);
select is_empty(
  $$
    select name
    from our_functions
    join pg_language l on l.oid = prolang
    where l.lanname not in ('sql', 'plpgsql')
      or pg_get_userbyid(proowner) not in ('postgres', 'booking_engine')
  $$,
  'Every function is plain SQL or PL/pgSQL, and is the engine''s or the owner''s'
);
-- A SECURITY DEFINER function of postgres looks past row security. Each is here because it must, and tells little.
select set_eq(
  $$ select proname::text from our_functions where prosecdef and pg_get_userbyid(proowner) <> 'booking_engine' $$,
  array[
    -- Which clinics are the signed-in user's; asking memberships under its own policy would never end.
    'my_org_ids', 'is_not_a_member_of',
    -- Who the signed-in user is, and where they are invited.
    'my_email', 'my_invitations',
    -- Which clinic is meant, before one is chosen: each tells an id or some.
    'org_of_phone', 'org_of_call', 'org_of_outbox', 'orgs_with_overdue_holds', 'orgs_with_due_outbox',
    -- How the system fares as a whole: each tells counts, two instants, or names of tables.
    'double_bookings', 'tables_without_rls', 'backlog',
    -- Which of the asker's own sids are here, in whichever clinic.
    'settled_calls', 'settled_recordings', 'settled_texts',
    -- What no role may do by itself: write the trail, count owners, use an invitation up, give a new clinic its settings,
    -- count its version up.
    'record_change', 'keep_an_owner', 'use_up_invitation', 'give_text_settings', 'count_offer_change',
    -- The engine may not look into schema extensions.
    'title_similarity'
  ],
  'The functions that look past the silo are these, and no more'
);
select set_eq(
  $$ select proname::text from our_functions where has_function_privilege('authenticated', function_oid, 'execute') $$,
  array['my_org_ids', 'my_email', 'my_invitations'],
  'Staff execute what their policies ask, and no more'
);

-- Roles -----------------------------------------------------------------------------------------------------------------

select is(
  (
    select (rolcanlogin, rolsuper, rolbypassrls, rolinherit, rolcreaterole, rolcreatedb, rolreplication)::text
    from pg_roles
    where rolname = 'booking_engine'
  ),
  '(f,f,f,f,f,f,f)',
  'booking_engine cannot log in, is bound by row security and may nothing else'
);
select is_empty(
  $$
    select roleid::regrole, member::regrole
    from pg_auth_members
    where (roleid = 'booking_engine'::regrole and member::regrole::text not in ('postgres', 'supabase_admin'))
      or member::regrole::text in ('anon', 'authenticated', 'service_role', 'booking_engine')
  $$,
  'Nobody but postgres becomes the engine, and neither it nor an API role becomes anybody else'
);

select * from finish();
rollback;
