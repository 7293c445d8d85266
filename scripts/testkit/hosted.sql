-- What a hosted project has beyond roles.sql, as far as migrations and their tests can notice: from the init scripts and
-- migrations of supabase/postgres. For a scratch database of a server of its own, since roles belong to the whole server.

do $$
declare
  name text;
begin
  foreach name in array array[
    'dashboard_user', 'pgbouncer', 'supabase_etl_admin', 'supabase_functions_admin', 'supabase_read_only_user',
    'supabase_realtime_admin', 'supabase_replication_admin', 'supabase_storage_admin'
  ] loop
    execute pg_catalog.format('create role %I noinherit', name);
  end loop;
end
$$;

alter role anon inherit;
alter role authenticated inherit;
alter role service_role inherit;
alter role supabase_read_only_user bypassrls;
grant pg_read_all_data to supabase_read_only_user;
grant anon, authenticated, service_role to supabase_storage_admin;
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';

create schema graphql_public;
create schema realtime;
create schema storage;
create schema vault;
create publication supabase_realtime;

-- Every new table, sequence and function in public is the API roles', whoever makes it.
do $$
declare
  maker text;
begin
  foreach maker in array array['postgres', 'supabase_admin'] loop
    execute pg_catalog.format(
      'alter default privileges for role %I in schema public grant all on tables to postgres, anon, authenticated, service_role',
      maker
    );
    execute pg_catalog.format(
      'alter default privileges for role %I in schema public grant all on sequences to postgres, anon, authenticated, service_role',
      maker
    );
    execute pg_catalog.format(
      'alter default privileges for role %I in schema public grant all on functions to postgres, anon, authenticated, service_role',
      maker
    );
  end loop;
end
$$;
