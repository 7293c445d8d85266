-- The catalogue: what a clinic offers, by whom, with what, and when.

create table public.resources (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  kind text not null check (kind in ('provider', 'room', 'device')),
  name text not null check (length(name) between 1 and 120),
  is_active boolean not null default true,
  unique (org_id, id),
  unique (org_id, id, kind)
);
comment on table public.resources is
  'Whatever can be taken for a while: a provider, a room, a device.';
select private.protect('public.resources');

-- Here staff write the id, since it is the resource's; so the key carries the clinic, or a duplicate would tell of another's.
create table public.providers (
  id uuid not null,
  org_id uuid not null,
  kind text not null default 'provider' check (kind = 'provider'),
  spoken_name text check (length(spoken_name) between 1 and 120),
  menu_position smallint not null default 1,
  primary key (org_id, id),
  foreign key (org_id, id, kind) references public.resources (org_id, id, kind) on delete cascade
);
comment on table public.providers is
  'What only people have, under their resource''s id. `spoken_name` is how the phone says the name when spelling misleads.';
create index providers_resource_idx on public.providers (org_id, id, kind);
select private.protect('public.providers');

create table public.services (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  name text not null check (length(name) between 1 and 120),
  duration_minutes integer not null check (duration_minutes between 5 and 1440),
  buffer_before_minutes integer not null default 0 check (buffer_before_minutes between 0 and 480),
  buffer_after_minutes integer not null default 0 check (buffer_after_minutes between 0 and 480),
  slot_step_minutes integer not null default 15 check (slot_step_minutes between 5 and 480),
  min_notice_minutes integer not null default 60 check (min_notice_minutes between 0 and 525600),
  horizon_days integer not null default 90 check (horizon_days between 1 and 730),
  assignment text not null default 'first_free' check (assignment in ('first_free', 'spread')),
  menu_position smallint not null default 1,
  is_active boolean not null default true,
  unique (org_id, id)
);
comment on table public.services is
  'What can be booked. Buffers are the provider''s time around the patient''s. `assignment`: which provider is named first when several are free at one time: first_free by menu position, spread by fewest appointments that day.';
select private.protect('public.services');

create table public.provider_services (
  org_id uuid not null,
  provider_id uuid not null,
  service_id uuid not null,
  primary key (org_id, provider_id, service_id),
  foreign key (org_id, provider_id) references public.providers (org_id, id) on delete cascade,
  foreign key (org_id, service_id) references public.services (org_id, id) on delete cascade
);
comment on table public.provider_services is
  'Which provider gives which service.';
create index provider_services_service_idx on public.provider_services (org_id, service_id);
select private.protect('public.provider_services');

create table public.service_resources (
  org_id uuid not null,
  service_id uuid not null,
  resource_id uuid not null,
  kind text not null check (kind in ('room', 'device')),
  primary key (org_id, service_id, resource_id),
  foreign key (org_id, service_id) references public.services (org_id, id) on delete cascade,
  foreign key (org_id, resource_id, kind) references public.resources (org_id, id, kind) on delete cascade
);
comment on table public.service_resources is
  'The rooms and devices that suit a service. A service needs one of each kind that is listed for it.';
create index service_resources_resource_idx on public.service_resources (org_id, resource_id, kind);
select private.protect('public.service_resources');

create table public.availability (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  provider_id uuid not null,
  weekday smallint not null check (weekday between 1 and 7),
  opens_at time not null,
  closes_at time not null,
  valid_from date,
  valid_to date,
  unique (org_id, id),
  check (valid_to >= valid_from),
  foreign key (org_id, provider_id) references public.providers (org_id, id) on delete cascade
);
comment on table public.availability is
  'Weekly hours on the clinic''s wall clock; weekday 1 is Monday (ISO). Hours that close at or before they open end on the next day. Starts are counted from opens_at in steps of the service.';
create index availability_provider_idx on public.availability (org_id, provider_id, weekday);
select private.protect('public.availability');

create table public.time_off (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  resource_id uuid,
  starts_at timestamptz not null check (isfinite(starts_at)),
  ends_at timestamptz not null check (isfinite(ends_at)),
  note text check (length(note) <= 300),
  unique (org_id, id),
  check (ends_at > starts_at),
  foreign key (org_id, resource_id) references public.resources (org_id, id) on delete cascade
);
comment on table public.time_off is
  'A span in which a provider, room or device is away; without a resource, the whole clinic.';
create index time_off_resource_idx on public.time_off (org_id, resource_id, starts_at);
select private.protect('public.time_off');

create table public.holidays (
  org_id uuid not null references public.organizations (id) on delete cascade,
  day date not null,
  name text not null check (length(name) between 1 and 120),
  primary key (org_id, day)
);
comment on table public.holidays is
  'Days on which the clinic is closed from midnight to midnight on its own wall clock.';
select private.protect('public.holidays');

-- Everybody of the clinic reads; the owner changes what the clinic offers, staff change who is away.
do $$
declare
  v_table regclass;
begin
  foreach v_table in array array[
    'public.resources', 'public.providers', 'public.services', 'public.provider_services', 'public.service_resources',
    'public.availability', 'public.time_off', 'public.holidays'
  ]::regclass[]
  loop
    execute format('alter table %s enable row level security', v_table);
    perform private.bind_engine(v_table, 'select');
    perform private.allow_members(v_table, 'select', '{owner,staff,viewer}');
    perform private.allow_members(v_table, verb, case
      when v_table = 'public.time_off'::regclass then '{owner,staff}'::text[]
      else '{owner}'::text[]
    end)
    from unnest(array['insert', 'update', 'delete']) verb;
  end loop;
end;
$$;

-- A call keeps what it heard of its clinic for a while. What it offers is part of that, so a change of it counts as one of
-- the clinic. It runs as its owner: staff may change a service, never the count.
create function private.count_offer_change()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.organizations o
  set version = o.version
  where o.id in (
    select c.org_id
    from changed c
  );
  return null;
end;
$$;
comment on function private.count_offer_change() is
  'Counts up organizations.version, once a statement and clinic, when what the clinic offers has changed; the count itself is organizations'' own trigger.';

do $$
declare
  v_table text;
  v_verb text;
begin
  foreach v_table in array array['resources', 'providers', 'services']
  loop
    foreach v_verb in array array['insert', 'update', 'delete']
    loop
      execute format(
        'create trigger count_offer_%1$s after %1$s on public.%2$I referencing %3$s table as changed '
        'for each statement execute function private.count_offer_change()',
        v_verb, v_table, case v_verb when 'delete' then 'old' else 'new' end
      );
    end loop;
  end loop;
end;
$$;

create function private.timezone_of(p_org_id uuid)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select o.timezone
    from public.organizations o
    where o.id = p_org_id
  );
end;
$$;
comment on function private.timezone_of(uuid) is
  'The time zone of a clinic, or null when there is no such clinic.';

create function private.active_service(p_org_id uuid, p_service_id uuid)
returns public.services
language plpgsql
stable
set search_path = ''
as $$
declare
  v_service public.services;
begin
  select s.*
  into v_service
  from public.services s
  where s.org_id = p_org_id
    and s.id = p_service_id
    and s.is_active;
  return v_service;
end;
$$;
comment on function private.active_service(uuid, uuid) is
  'A service that the clinic offers; a row of nulls when there is none.';

create function private.is_provider(p_org_id uuid, p_provider_id uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select 1
    from public.providers p
    where p.org_id = p_org_id
      and p.id = p_provider_id
  );
end;
$$;
comment on function private.is_provider(uuid, uuid) is
  'Whether the clinic has such a provider.';

-- Absences ------------------------------------------------------------------------------------------------------------

create function private.is_away(p_org_id uuid, p_resource_id uuid, p_during tstzrange)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select 1
    from public.time_off t
    where t.org_id = p_org_id
      and t.resource_id = p_resource_id
      and tstzrange(t.starts_at, t.ends_at) && p_during
  );
end;
$$;
comment on function private.is_away(uuid, uuid, tstzrange) is
  'Whether a room or device is out of use at any moment of a span.';

create function private.absences(
  p_org_id uuid,
  p_resource_id uuid,
  p_timezone text,
  p_from timestamptz,
  p_to timestamptz
)
returns tstzmultirange
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(range_agg(span), '{}')
    from (
      select tstzrange(t.starts_at, t.ends_at) as span
      from public.time_off t
      where t.org_id = p_org_id
        and (t.resource_id = p_resource_id or t.resource_id is null)
      union all
      select tstzrange(
        h.day::timestamp at time zone p_timezone,
        (h.day + 1)::timestamp at time zone p_timezone
      )
      from public.holidays h
      where h.org_id = p_org_id
        and h.day between (p_from at time zone p_timezone)::date - 1 and (p_to at time zone p_timezone)::date + 1
    ) spans
    where span && tstzrange(p_from, p_to)
  );
end;
$$;
comment on function private.absences(uuid, uuid, text, timestamptz, timestamptz) is
  'When a provider, room or device is away within a span: its own time off, the clinic''s, and holidays.';
