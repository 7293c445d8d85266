-- The rest of schema auth, around the tables that the Auth server brings (they exist when this runs). The functions are
-- written as on Supabase: claims come as one JSON setting, or as one setting per claim.

create or replace function auth.uid() returns uuid language sql stable as $$
  select coalesce(
    nullif(pg_catalog.current_setting('request.jwt.claim.sub', true), ''),
    nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
  )::uuid
$$;

create or replace function auth.role() returns text language sql stable as $$
  select coalesce(
    nullif(pg_catalog.current_setting('request.jwt.claim.role', true), ''),
    nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
  )
$$;

create or replace function auth.email() returns text language sql stable as $$
  select coalesce(
    nullif(pg_catalog.current_setting('request.jwt.claim.email', true), ''),
    nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'
  )
$$;

create or replace function auth.jwt() returns jsonb language sql stable as $$
  select coalesce(
    nullif(pg_catalog.current_setting('request.jwt.claim', true), ''),
    nullif(pg_catalog.current_setting('request.jwt.claims', true), '')
  )::jsonb
$$;

-- Columns of hosted Supabase that the Auth server here does without; a seed that fills them works on both.
alter table auth.users add column if not exists instance_id uuid;
alter table auth.users add column if not exists is_super_admin boolean;
alter table auth.identities alter column id set default gen_random_uuid();

-- Owners as on Supabase: `postgres` may read, fill and refer to these tables, and may not change what they are.
alter schema auth owner to supabase_auth_admin;
do $$
declare
  owned record;
begin
  for owned in
    select pg_catalog.format('table auth.%I', tablename) as object from pg_catalog.pg_tables where schemaname = 'auth'
    union all
    select pg_catalog.format('function %s', oid::regprocedure) from pg_catalog.pg_proc where pronamespace = 'auth'::regnamespace
  loop
    execute pg_catalog.format('alter %s owner to supabase_auth_admin', owned.object);
  end loop;
end
$$;

grant usage on schema auth to anon, authenticated, service_role, postgres;
grant select, insert, update, delete, truncate, references, trigger on all tables in schema auth to postgres;
