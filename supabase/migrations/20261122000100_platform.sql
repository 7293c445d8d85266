-- Platform: the schema and the role that everything else uses, the order of locks, and the rules that every later chapter
-- relies on: a row never changes clinic, and the engine sees one clinic at a time.

create schema if not exists private;

comment on schema private is
  'What the Data API must not expose: helpers of policies, triggers and RPCs.';

create extension if not exists btree_gist with schema extensions;
create extension if not exists pg_trgm with schema extensions;

-- The role that owns every RPC. It cannot log in and row security binds it, so a query inside an RPC that forgot its
-- clinic still sees one clinic. Roles outlive a dropped database: hence the guard.
do $$
begin
  if not exists (select 1 from pg_catalog.pg_roles where rolname = 'booking_engine') then
    create role booking_engine nologin noinherit nobypassrls;
  end if;
end;
$$;

-- The role of the worker's own key. Twilio's lists, texts and the clock's work are its business, booking is not: neither key
-- opens what is the other's.
do $$
begin
  if not exists (select 1 from pg_catalog.pg_roles where rolname = 'frontdesk_worker') then
    create role frontdesk_worker nologin noinherit nobypassrls;
  end if;
end;
$$;
grant frontdesk_worker to authenticator;
grant usage on schema public to frontdesk_worker;

-- `alter function … owner to booking_engine` asks that we may become it and that it may create in the schema.
grant booking_engine to postgres;
grant usage, create on schema public, private to booking_engine;
grant usage on schema private to authenticated;

-- Postgres lets everybody execute a new function and use a new type, and hosted Supabase hands every new object in public to
-- the API roles. Here nobody gets anything by default, except that the engine may execute what is in private: each table and
-- each RPC says who may use it.
alter default privileges revoke execute on functions from public;
alter default privileges revoke usage on types from public;
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;
alter default privileges in schema private grant execute on functions to booking_engine;

-- Functions that every claim runs are plpgsql even where SQL would do: plpgsql keeps its plans for the session, while an SQL
-- function with a search_path of its own is planned again at each call. Measured: 0.1 to 0.3 ms a call.

-- Words that many tables use ------------------------------------------------------------------------------------------

create domain private.e164 as text
  check (value ~ '^\+[1-9][0-9]{6,14}$');
comment on domain private.e164 is
  'A phone number in E.164: plus, country code, at most 15 digits.';

create domain private.call_sid as text
  check (value ~ '^[A-Za-z0-9_-]{1,64}$');
comment on domain private.call_sid is
  'The id of a call, as Twilio or another channel gives it.';

create domain private.message_sid as text
  check (value ~ '^(SM|MM)[0-9a-zA-Z]{32}$');
comment on domain private.message_sid is
  'Twilio''s id of a text.';

create function private.failure(p_reason text)
returns jsonb
language sql
immutable
set search_path = ''
return jsonb_build_object('success', false, 'reason', p_reason);
comment on function private.failure(text) is
  'A business outcome that is not success: a value, never an exception.';

-- The order of locks --------------------------------------------------------------------------------------------------

-- Whoever takes several locks takes them in this order, so that nobody who waits holds what somebody before them waits for.
--
--  1. `alerts`              advisory, only tried: one evaluation of the alert rules at a time.
--  2. `call` clinic, call   advisory: the turns of one call come one after the other.
--  3. `proof` clinic, phone advisory: the tries of one number are counted one after the other.
--  4. `texts` clinic, phone advisory: the texts of one number are taken one after the other.
--  5. Rows of calls, appointment_holds, appointments, in this order, FOR NO KEY UPDATE. That keeps off everybody who would
--     change the row, but not a foreign key that makes sure of it, which happens in any order. For the same reason none of
--     their unique columns ever changes.
--  6. `absences` clinic     advisory: shared by whoever writes an appointment's time, exclusive for whoever writes time off or
--     a holiday, so that neither misses the other.
--  7. Claims: the provider's first, then those of each kind of room or device by name. `shift` resource, advisory, comes just
--     before the claims of that resource, for whoever shifts a claim of their own. Whoever replaces a claim takes the new time
--     before releasing the old. Several claims that exist are locked in this same order.
--  8. Rows of waitlist_entries and outbox, then texts and follow_up_tasks. Whoever looks for work there uses SKIP LOCKED.
--  9. Counts of requests, by minute, function and bucket.
-- 10. `owners` clinic       advisory, with rows of memberships: nobody who takes it takes another.
create type private.lock_space as enum ('alerts', 'call', 'proof', 'texts', 'absences', 'shift', 'owners');
comment on type private.lock_space is
  'The advisory locks there are, in the order in which they are taken.';

create function private.lock_key(p_space private.lock_space, p_key text)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
begin
  return hashtextextended(p_space || ' ' || p_key, 0);
end;
$$;
comment on function private.lock_key(private.lock_space, text) is
  'The key of an advisory lock. All of them are named here, and taken in the order of locks.';

-- One clinic at a time ------------------------------------------------------------------------------------------------

-- The clinic that the engine works for in this transaction.
create function private.current_org_id()
returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
  return nullif(current_setting('app.org_id', true), '')::uuid;
end;
$$;
comment on function private.current_org_id() is
  'The clinic chosen for this transaction (app.org_id), or null when none is.';

create function private.enter_clinic(p_org_id uuid, p_function text default null, p_call_sid text default null)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform
    set_config('app.org_id', coalesce(p_org_id::text, ''), true),
    set_config('app.function', coalesce(p_function, ''), true),
    set_config('app.call_sid', coalesce(p_call_sid, ''), true);
end;
$$;
comment on function private.enter_clinic(uuid, text, text) is
  'Puts one clinic into app.org_id until the transaction ends, and for the audit trail the RPC and its call, when it is told them. Every RPC calls it before it reads or writes.';

create function private.forbid_org_change()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise exception 'A row of % never changes clinic.', tg_table_name
    using errcode = 'insufficient_privilege';
end;
$$;
comment on function private.forbid_org_change() is
  'Refuses an update that moves a row to another clinic. Its triggers are ENABLE ALWAYS: owner and service_role are bound too.';

create function private.keep_org_immutable(p_table regclass)
returns void
language plpgsql
set search_path = ''
as $$
begin
  execute format(
    'create trigger immutable_org before update on %s for each row '
    'when (old.org_id is distinct from new.org_id) execute function private.forbid_org_change()',
    p_table
  );
  execute format('alter table %s enable always trigger immutable_org', p_table);
end;
$$;
comment on function private.keep_org_immutable(regclass) is
  'For migrations: gives a tenant table its immutable_org trigger, so that every table has the very same one.';

-- The engine's own silo, the same on every tenant table; see docs/security.md. The setting is read in the policy itself:
-- a claim runs some thirty statements, and calling private.current_org_id() in each made it take twice as long.
create function private.bind_engine(p_table regclass, p_verbs text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  execute format(
    'create policy engine on %s to booking_engine '
    'using (org_id = nullif((select current_setting(''app.org_id'', true)), '''')::uuid) '
    'with check (org_id = nullif((select current_setting(''app.org_id'', true)), '''')::uuid)',
    p_table
  );
  execute format('grant %s on %s to booking_engine', p_verbs, p_table);
end;
$$;
comment on function private.bind_engine(regclass, text) is
  'For migrations: grants the engine the named verbs on a tenant table and binds it to the clinic in app.org_id.';

-- For migrations ------------------------------------------------------------------------------------------------------

create function private.protect_system_table(p_table regclass, p_verbs text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  execute format('alter table %s enable row level security', p_table);
  execute format('create policy engine on %s to booking_engine using (true) with check (true)', p_table);
  execute format('grant %s on %s to booking_engine', p_verbs, p_table);
end;
$$;
comment on function private.protect_system_table(regclass, text) is
  'For migrations: a table of the system as a whole, which belongs to no clinic, is reached by the engine alone.';

create function private.publish(p_function regproc, p_roles name[] default '{service_role}')
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_role name;
begin
  foreach v_role in array p_roles
  loop
    execute format('grant execute on function %s to %I', p_function::regprocedure, v_role);
  end loop;
  execute format('alter function %s owner to booking_engine', p_function::regprocedure);
end;
$$;
comment on function private.publish(regproc, name[]) is
  'For migrations: makes a function an RPC, which runs as the engine and is executed by these roles alone: service_role (the secret key), frontdesk_worker (the worker''s), authenticated (staff).';
