-- Tenancy: a clinic, the numbers that patients dial to reach it, and the people who work for it.

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
revoke all on function private.count_organization_version() from public;

create trigger count_version
before update on public.organizations
for each row execute function private.count_organization_version();
alter table public.organizations enable always trigger count_version;

create table public.phone_numbers (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  phone private.e164 not null unique,
  created_at timestamptz not null default now(),
  unique (org_id, id)
);
comment on table public.phone_numbers is
  'The numbers that patients dial: each leads to exactly one clinic.';
select private.keep_org_immutable('public.phone_numbers');

create table public.memberships (
  org_id uuid not null references public.organizations (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null check (role in ('owner', 'staff', 'viewer')),
  created_at timestamptz not null default now(),
  primary key (org_id, user_id)
);
comment on table public.memberships is
  'Who works for which clinic: owner (settings, members), staff (appointments, contacts, tasks), viewer (reads).';
create index memberships_user_id_idx on public.memberships (user_id);
select private.keep_org_immutable('public.memberships');

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
revoke all on function private.my_org_ids(text[]) from public;
grant execute on function private.my_org_ids(text[]) to authenticated;

-- For triggers that run as the engine: they come before row security has looked at a new row, so they ask for themselves.
create function private.is_stranger_to(p_org_id uuid)
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
comment on function private.is_stranger_to(uuid) is
  'Whether this is a request of staff who are no members of the clinic. Scripts and the engine''s own requests are no strangers.';
revoke all on function private.is_stranger_to(uuid) from public;
grant execute on function private.is_stranger_to(uuid) to booking_engine;

-- The Data API tells whoever asks for `count=planned` how many rows the planner expects, and the planner goes by what is
-- common in the whole table: it would tell how many rows any clinic has, and whose number is often seen elsewhere. So of
-- such columns no statistics are kept. Plans do without: at a million rows each query still goes by an index of org_id.
create function private.hide_from_guesses(p_table regclass)
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
comment on function private.hide_from_guesses(regclass) is
  'For migrations: keeps no statistics of a table''s identifying columns, so that no estimate tells what other clinics have.';
revoke all on function private.hide_from_guesses(regclass) from public;

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
      a.atttypid in ('uuid'::regtype, 'date'::regtype, 'private.e164'::regtype)
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
revoke all on function private.identifying_columns(regclass) from public;

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
    perform private.hide_from_guesses(p_table);
  end if;
end;
$$;
comment on function private.allow_members(regclass, text, text[], text) is
  'For migrations: lets a clinic''s members with one of the roles use one verb on a tenant table, by policy and by grant. What may be written is p_columns, or all but ids, times of making and the like.';
revoke all on function private.allow_members(regclass, text, text[], text) from public;

alter table public.organizations enable row level security;
select private.allow_members('public.organizations', 'select', '{owner,staff,viewer}');
select private.allow_members('public.organizations', 'update', '{owner}');
create policy engine on public.organizations to booking_engine
  using (id = nullif((select current_setting('app.org_id', true)), '')::uuid);
grant select on public.organizations to booking_engine;

alter table public.phone_numbers enable row level security;
select private.allow_members('public.phone_numbers', 'select', '{owner,staff,viewer}');
select private.bind_engine('public.phone_numbers', 'select');

-- Who becomes a member, and how one leaves, is a chapter of its own.
alter table public.memberships enable row level security;
select private.allow_members('public.memberships', 'select', '{owner,staff,viewer}');

-- The one question that must be asked before a clinic is chosen. It runs as its owner and tells an id, no more.
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
revoke all on function private.org_of_phone(text) from public;
grant execute on function private.org_of_phone(text) to booking_engine;
