-- Tenancy: a clinic, the numbers that patients dial to reach it, the people who work for it, and the trail of who changed what.

create table public.organizations (
  id uuid primary key default gen_random_uuid(),
  name text not null check (length(name) between 1 and 120),
  -- `at time zone` raises on a zone that Postgres does not know, so this check is the list of valid zones.
  timezone text not null check (timestamp '2000-01-01 00:00' at time zone timezone is not null),
  locale text not null default 'en-US' check (locale in ('en-US', 'en-GB')),
  greeting text check (length(greeting) <= 600),
  emergency_number text not null default '911' check (emergency_number ~ '^[0-9]{3,6}$'),
  address text check (length(address) <= 300),
  version bigint not null default 1,
  created_at timestamptz not null default now()
);
comment on table public.organizations is
  'A clinic. `version` counts its changes and those of what it offers, so that a cached copy can tell that it is old.';

create function private.count_organization_version()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if new.id is distinct from old.id then
    raise exception 'A clinic never changes its id.' using errcode = 'insufficient_privilege';
  end if;
  new.version := old.version + 1;
  return new;
end;
$$;
comment on function private.count_organization_version() is
  'Counts up organizations.version at each change and keeps the clinic''s id.';

create trigger count_version
before update on public.organizations
for each row execute function private.count_organization_version();
alter table public.organizations enable always trigger count_version;

create table public.memberships (
  org_id uuid not null references public.organizations (id) on delete cascade,
  -- Whoever inserts a membership is its member.
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  role text not null check (role in ('owner', 'staff', 'viewer')),
  created_at timestamptz not null default now(),
  primary key (org_id, user_id)
);
comment on table public.memberships is
  'Who works for which clinic: owner (settings, members), staff (appointments, contacts, tasks), viewer (reads).';
create index memberships_user_id_idx on public.memberships (user_id);

-- The audit trail -----------------------------------------------------------------------------------------------------

-- Who changed which row of a clinic, when, and which columns. Never what they hold: the trail may be kept and read without
-- becoming a second copy of the patients.
--
-- No foreign key to organizations: its check would lock the clinic's row once more at every write. And a uuid, since a
-- number counted over all clinics would tell each how busy the others are. The primary key is the order of reading.
create table public.audit_log (
  id uuid not null default gen_random_uuid(),
  org_id uuid not null,
  at timestamptz not null default clock_timestamp(),
  actor text not null,
  user_id uuid,
  call_sid text,
  via text not null,
  table_name text not null,
  row_id text not null,
  verb text not null,
  changed text[],
  primary key (org_id, at, id)
);
comment on table public.audit_log is
  'Every insert, update and delete on a tenant row, append-only for everybody, written by the trigger audit on each table.';
comment on column public.audit_log.actor is
  'What kind of somebody it was: staff (user_id), call (call_sid), function (via), or role (via).';
comment on column public.audit_log.via is
  'The RPC that did it, or the database role for what came another way.';
comment on column public.audit_log.row_id is
  'The row''s primary key without the clinic; several columns are joined by a space.';
comment on column public.audit_log.changed is
  'The names of the columns that an update changed. Null for an insert or a delete, which is about the whole row.';

create function private.keep_audit_log()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- The trail of a clinic that exists stays, whoever asks. When the clinic itself has been erased, its trail may follow.
  if tg_op = 'DELETE' then
    if not exists (
      select 1
      from public.organizations o
      where o.id = old.org_id
    ) then
      return old;
    end if;
  end if;
  raise exception 'The audit trail is append-only.' using errcode = 'insufficient_privilege';
end;
$$;
comment on function private.keep_audit_log() is
  'Refuses to change the audit trail or to remove an entry of a clinic that exists. Its triggers are ENABLE ALWAYS: the owner is bound too.';

create trigger append_only
before update or delete on public.audit_log
for each row execute function private.keep_audit_log();
alter table public.audit_log enable always trigger append_only;
create trigger append_only_truncate
before truncate on public.audit_log
for each statement execute function private.keep_audit_log();
alter table public.audit_log enable always trigger append_only_truncate;

-- It runs as its owner, so that nobody needs the right to write entries, and nobody can make one up.
--
-- Row by row: most statements on the way of a booking change one row or none, and a trigger for each statement would run
-- for none as well. Measured beside an insert of 66 µs: 33 µs an insert, of which the entry itself takes 20.
create function private.record_change()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  -- Not auth.uid() alone: claims may outlive the request of staff that brought them, and the engine saves the parsing.
  v_user_id constant uuid := case when current_setting('role') = 'authenticated' then auth.uid() end;
  v_call_sid constant text := nullif(current_setting('app.call_sid', true), '');
  v_function constant text := nullif(current_setting('app.function', true), '');
  v_org_id uuid;
  v_row_id text;
  v_old jsonb;
  v_changed text[];
begin
  if tg_op = 'UPDATE' then
    if old is not distinct from new then
      return null;
    end if;
    v_old := to_jsonb(old);
    select array_agg(n.key order by n.key)
    into v_changed
    from jsonb_each(to_jsonb(new)) n
    where n.value is distinct from v_old -> n.key;
  end if;

  -- Nearly every table's key is id; reading the field beats turning the row into JSON.
  if tg_nargs = 0 and tg_op = 'DELETE' then
    v_org_id := old.org_id;
    v_row_id := old.id;
  elsif tg_nargs = 0 then
    v_org_id := new.org_id;
    v_row_id := new.id;
  else
    v_old := case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
    v_org_id := v_old ->> tg_argv[0];
    v_row_id := (select string_agg(v_old ->> k.name, ' ' order by k.nth) from unnest(tg_argv[1:]) with ordinality k (name, nth));
  end if;

  insert into public.audit_log (org_id, actor, user_id, call_sid, via, table_name, row_id, verb, changed)
  values (
    v_org_id,
    case
      when v_user_id is not null then 'staff'
      when v_call_sid is not null then 'call'
      when v_function is not null then 'function'
      else 'role'
    end,
    v_user_id,
    v_call_sid,
    -- As its owner this function cannot see who called it; the role that was set, or that logged in, is still known.
    coalesce(v_function, nullif(current_setting('role'), 'none'), session_user),
    tg_table_name,
    v_row_id,
    lower(tg_op),
    v_changed
  );
  return null;
end;
$$;
comment on function private.record_change() is
  'Writes the audit trail''s entry for a changed row. Without arguments the row is named by org_id and id; else by the column of the clinic and those of the row in it.';

create function private.refuse_truncate()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise exception 'Truncating % would leave no trail; delete its rows.', tg_table_name
    using errcode = 'insufficient_privilege';
end;
$$;
comment on function private.refuse_truncate() is
  'Refuses to empty a table of clinics'' rows past the audit trail.';

create function private.keep_audited(p_table regclass)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_clinic constant text := case when p_table = 'public.organizations'::regclass then 'id' else 'org_id' end;
  v_key constant text[] := array(
    select a.attname
    from pg_index i
    cross join unnest(i.indkey) with ordinality k (attnum, nth)
    join pg_attribute a
      on a.attrelid = i.indrelid
      and a.attnum = k.attnum
    where i.indrelid = p_table
      and i.indisprimary
      -- The key may be the clinic alone, when it has one such row.
      and (a.attname <> 'org_id' or i.indnkeyatts = 1)
    order by k.nth
  );
begin
  execute format(
    'create trigger audit after insert or update or delete on %s for each row execute function private.record_change(%s)',
    p_table,
    (
      select string_agg(quote_literal(argument), ', ')
      from unnest(v_clinic || v_key) argument
      where (v_clinic, v_key) <> ('org_id', '{id}')
    )
  );
  execute format('alter table %s enable always trigger audit', p_table);
  execute format(
    'create trigger refuse_truncate before truncate on %s for each statement execute function private.refuse_truncate()',
    p_table
  );
  execute format('alter table %s enable always trigger refuse_truncate', p_table);
end;
$$;
comment on function private.keep_audited(regclass) is
  'For migrations: puts a tenant table on the audit trail, and sees that it is not emptied past it.';

-- Whose rows are whose ------------------------------------------------------------------------------------------------

create function private.protect(p_table regclass, p_engine_verbs text default null)
returns void
language plpgsql
set search_path = ''
as $$
begin
  execute format('alter table %s enable row level security', p_table);
  perform private.keep_org_immutable(p_table);
  perform private.keep_audited(p_table);
  if p_engine_verbs is not null then
    perform private.bind_engine(p_table, p_engine_verbs);
  end if;
end;
$$;
comment on function private.protect(regclass, text) is
  'For migrations: what every tenant table needs. Row security, rows that never change clinic, the audit trail, and the engine''s verbs. Staff''s verbs are given by private.allow_members.';

-- Policies call this once per statement, as `= any (array(select …))`: the planner turns that into one array it can look
-- up in an index, where `in (select …)` would become a filter over every clinic's rows.
create function private.my_org_ids(p_roles text[] default '{owner,staff,viewer}')
returns setof uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return query
  select m.org_id
  from public.memberships m
  where m.user_id = (select auth.uid())
    and m.role = any (p_roles);
end;
$$;
comment on function private.my_org_ids(text[]) is
  'The clinics in which the signed-in user has one of the roles; none for anybody else. Read at each request, so a removed membership counts at once.';
grant execute on function private.my_org_ids(text[]) to authenticated;

create function private.identifying_columns(p_table regclass)
returns table (column_name name, is_hidden boolean)
language sql
stable
set search_path = ''
as $$
  select a.attname, coalesce(a.attstattarget = 0, false)
  from pg_attribute a
  where a.attrelid = p_table
    and a.attnum > 0
    and not a.attisdropped
    and (
      a.atttypid in ('uuid'::regtype, 'date'::regtype, 'private.e164'::regtype, 'private.call_sid'::regtype, 'private.message_sid'::regtype)
      -- Text, but for a vocabulary that is the same at every clinic.
      or (a.atttypid = 'text'::regtype and not exists (
        select 1
        from pg_constraint c
        where c.conrelid = a.attrelid
          and c.contype = 'c'
          and a.attnum = any (c.conkey)
          and pg_get_constraintdef(c.oid) like '%= ANY (ARRAY[%'
      ))
    );
$$;
comment on function private.identifying_columns(regclass) is
  'The columns of a table whose values belong to somebody: ids, numbers, names, days, words; and whether statistics are kept of them.';

-- The Data API tells whoever asks for `count=planned` how many rows the planner expects, and the planner goes by what is
-- common in the whole table: it would tell how many rows any clinic has, and whose number is often seen elsewhere. So of
-- such columns no statistics are kept. Plans do without: at a million rows each query still goes by an index of org_id.
create function private.drop_statistics(p_table regclass)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_column name;
begin
  for v_column in
    select c.column_name
    from private.identifying_columns(p_table) c
  loop
    execute format('alter table %s alter column %I set statistics 0', p_table, v_column);
  end loop;
end;
$$;
comment on function private.drop_statistics(regclass) is
  'For migrations: keeps no statistics of a table''s identifying columns, so that no estimate tells what other clinics have.';

-- Staff's side of the silo, the same on every tenant table; the engine's side is private.bind_engine.
create function private.allow_members(p_table regclass, p_verb text, p_roles text[], p_columns text default null)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_mine constant text := format(
    '(%I = any (array(select private.my_org_ids(%L))))',
    case when p_table = 'public.organizations'::regclass then 'id' else 'org_id' end,
    p_roles
  );
  -- Staff write every column but those that the database fills. An id above all is never chosen from outside: that one is
  -- refused as a duplicate would tell that another clinic has it.
  v_columns constant text := case
    when p_verb in ('insert', 'update') then coalesce(p_columns, (
      select string_agg(quote_ident(a.attname), ', ' order by a.attnum)
      from pg_attribute a
      where a.attrelid = p_table
        and a.attnum > 0
        and not a.attisdropped
        and a.attgenerated = ''
        and a.attname not in ('created_at', 'updated_at', 'version')
        and (a.attname <> 'id' or (p_verb = 'insert' and not a.atthasdef))
    ))
  end;
begin
  execute format('create policy %I on %s for %s to authenticated %s %s', 'members_' || p_verb, p_table, p_verb,
    case when p_verb <> 'insert' then 'using ' || v_mine end,
    case when p_verb in ('insert', 'update') then 'with check ' || v_mine end);
  execute format('grant %s %s on %s to authenticated', p_verb, '(' || v_columns || ')', p_table);
  if p_verb = 'select' then
    perform private.drop_statistics(p_table);
  end if;
end;
$$;
comment on function private.allow_members(regclass, text, text[], text) is
  'For migrations: lets a clinic''s members with one of the roles use one verb on a tenant table, by policy and by grant. What may be written is p_columns, or all but ids, times of making and the like.';

-- A clinic has its own id where other tables have org_id.
alter table public.organizations enable row level security;
select private.keep_audited('public.organizations');
create policy engine on public.organizations to booking_engine
  using (id = nullif((select current_setting('app.org_id', true)), '')::uuid);
grant select on public.organizations to booking_engine;
select private.allow_members('public.organizations', 'select', '{owner,staff,viewer}');
select private.allow_members('public.organizations', 'update', '{owner}');

-- The trail does not record itself.
alter table public.audit_log enable row level security;
select private.keep_org_immutable('public.audit_log');
select private.allow_members('public.audit_log', 'select', '{owner}');

create table public.phone_numbers (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  phone private.e164 not null unique,
  created_at timestamptz not null default now(),
  unique (org_id, id)
);
comment on table public.phone_numbers is
  'The numbers that patients dial: each leads to exactly one clinic.';
select private.protect('public.phone_numbers', 'select');
select private.allow_members('public.phone_numbers', 'select', '{owner,staff,viewer}');

-- The one question that must be asked before a clinic is chosen. It runs as its owner and gives an id, no more.
create function private.org_of_phone(p_phone text)
returns uuid
language sql
stable
security definer
set search_path = ''
as $$
  select n.org_id
  from public.phone_numbers n
  where n.phone = p_phone;
$$;
comment on function private.org_of_phone(text) is
  'The clinic that a dialled number belongs to, or null.';

-- Triggers that act for the engine ------------------------------------------------------------------------------------

-- For triggers that run as the engine: they come before row security has looked at a new row, so they ask for themselves.
create function private.is_not_a_member_of(p_org_id uuid)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select current_setting('role') = 'authenticated' and not exists (
    select 1
    from public.memberships m
    where m.org_id = p_org_id
      and m.user_id = (select auth.uid())
  );
$$;
comment on function private.is_not_a_member_of(uuid) is
  'Whether this is a request of staff who are no members of the clinic. Never so for scripts and the engine''s own requests.';

-- A trigger runs for staff (no clinic chosen yet) and inside an RPC (one chosen). It never leaves the chosen clinic: a
-- careless RPC that writes another clinic's row is refused here too.
create function private.enter_clinic_of_row(p_org_id uuid)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  if private.current_org_id() is null then
    -- Looking anything up for somebody who is no member would let errors tell what the other clinic has.
    if private.is_not_a_member_of(p_org_id) then
      raise exception 'This row belongs to another clinic.' using errcode = 'insufficient_privilege';
    end if;
    perform private.enter_clinic(p_org_id);
    return true;
  elsif private.current_org_id() <> p_org_id then
    raise exception 'This row belongs to another clinic.' using errcode = 'insufficient_privilege';
  end if;
  return false;
end;
$$;
comment on function private.enter_clinic_of_row(uuid) is
  'For triggers of the engine: enters the row''s clinic when none is chosen (true: leave it again), refuses any other.';

create function private.leave_clinic_of_row(p_entered boolean)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if p_entered then
    perform private.enter_clinic(null);
  end if;
end;
$$;
comment on function private.leave_clinic_of_row(boolean) is
  'For triggers of the engine: leaves the clinic that private.enter_clinic_of_row entered, when it did.';

-- Members -------------------------------------------------------------------------------------------------------------

-- A clinic's owner says who works there and as what. The owner invites an address; whoever signs in with it makes the
-- membership themselves. So nobody joins unasked, and inviting tells nobody whether an address has an account.

create table public.invitations (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  email text not null check (length(email) <= 254 and email = lower(email) and email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
  role text not null check (role in ('owner', 'staff', 'viewer')),
  expires_at timestamptz not null default now() + interval '14 days',
  created_at timestamptz not null default now(),
  unique (org_id, email)
);
comment on table public.invitations is
  'Who may become a member of a clinic, and as what: used up by the membership, or void after two weeks.';
create index invitations_email_idx on public.invitations (email);
comment on index public.invitations_email_idx is
  'Where an address that has just signed in is invited.';
select private.protect('public.invitations');

-- auth.users and not the token, so that an address counts from the moment it is confirmed and no longer than it is theirs.
create function private.my_email()
returns text
language sql
stable
security definer
set search_path = ''
as $$
  select lower(u.email)
  from auth.users u
  where u.id = (select auth.uid())
    and u.email_confirmed_at is not null;
$$;
comment on function private.my_email() is
  'The confirmed address of the signed-in user, in lower case; null for anybody else.';
grant execute on function private.my_email() to authenticated;

create function private.my_invitations()
returns table (org_id uuid, role text)
language sql
stable
security definer
set search_path = ''
as $$
  select i.org_id, i.role
  from public.invitations i
  where i.email = (select private.my_email())
    and i.expires_at > now();
$$;
comment on function private.my_invitations() is
  'Where the signed-in user may become a member now, and as what.';
grant execute on function private.my_invitations() to authenticated;

-- One policy a verb: the owner sees the clinic's invitations, the invited theirs.
create policy members_select on public.invitations for select to authenticated
  using (
    org_id = any (array(select private.my_org_ids('{owner}')))
    or email = (select private.my_email())
  );
grant select on public.invitations to authenticated;
select private.drop_statistics('public.invitations');
select private.allow_members('public.invitations', 'insert', '{owner}', 'org_id, email, role');
select private.allow_members('public.invitations', 'update', '{owner}', 'role');
select private.allow_members('public.invitations', 'delete', '{owner}');

-- Memberships: the owner changes and ends them, everybody may end their own, and only the invited make one.
select private.protect('public.memberships');
select private.allow_members('public.memberships', 'select', '{owner,staff,viewer}');
create policy members_insert on public.memberships for insert to authenticated
  with check (
    user_id = (select auth.uid())
    and (org_id, role) in (
      select i.org_id, i.role
      from private.my_invitations() i
    )
  );
-- Without user_id: whoever inserts is the member.
grant insert (org_id, role) on public.memberships to authenticated;
select private.allow_members('public.memberships', 'update', '{owner}', 'role');
create policy members_delete on public.memberships for delete to authenticated
  using (
    org_id = any (array(select private.my_org_ids('{owner}')))
    or (user_id = (select auth.uid()) and org_id = any (array(select private.my_org_ids('{owner,staff,viewer}'))))
  );
grant delete on public.memberships to authenticated;

create function private.use_up_invitation()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from public.invitations i
  using auth.users u
  where u.id = new.user_id
    and i.org_id = new.org_id
    and i.email = lower(u.email);
  return null;
end;
$$;
comment on function private.use_up_invitation() is
  'An invitation is good for one membership: whoever is removed later does not come back by it.';

create trigger use_up_invitation
after insert on public.memberships
for each row execute function private.use_up_invitation();

create function private.keep_an_owner()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Owners of one clinic leave one after the other: whoever comes second sees that the first has gone.
  perform pg_advisory_xact_lock(private.lock_key('owners', old.org_id::text));
  -- Locking the one who stays makes sure that they do until we commit. One who is being removed at this moment does not
  -- count, and is not waited for; in a transaction with an old snapshot, one who has been removed raises 40001.
  perform 1
  from public.memberships m
  where m.org_id = old.org_id
    and m.role = 'owner'
  limit 1
  for share skip locked;
  if found then
    return null;
  end if;
  -- The clinic itself is being erased, and its members with it.
  if not exists (
    select 1
    from public.organizations o
    where o.id = old.org_id
  ) then
    return null;
  end if;
  raise exception 'The last owner of a clinic cannot leave.'
    using errcode = 'PT409', hint = 'Make somebody else an owner first.';
end;
$$;
comment on function private.keep_an_owner() is
  'Refuses to remove or demote a clinic''s last owner (PT409, HTTP 409), by whatever way: staff, Auth''s deletion of a user, an administrator.';

create trigger keep_an_owner_on_delete
after delete on public.memberships
for each row when (old.role = 'owner') execute function private.keep_an_owner();
alter table public.memberships enable always trigger keep_an_owner_on_delete;

create trigger keep_an_owner_on_update
after update on public.memberships
for each row when (old.role = 'owner' and new.role <> 'owner') execute function private.keep_an_owner();
alter table public.memberships enable always trigger keep_an_owner_on_update;
