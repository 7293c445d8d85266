-- Openings: how a slot is told, which others there are beside one that is taken, and the list that a caller hears.

create function private.slot_told(
  p_provider_id uuid,
  p_provider_name text,
  p_service_id uuid,
  p_service_name text,
  p_starts_at timestamptz,
  p_ends_at timestamptz,
  p_timezone text
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'provider_id', p_provider_id,
    'provider_name', p_provider_name,
    'service_id', p_service_id,
    'service_name', p_service_name,
    'starts_at', p_starts_at,
    'ends_at', p_ends_at,
    'starts_local', p_starts_at at time zone p_timezone,
    'ends_local', p_ends_at at time zone p_timezone
  );
end;
$$;
comment on function private.slot_told(uuid, text, uuid, text, timestamptz, timestamptz, text) is
  'A slot as every RPC tells it: provider, service, instants, and the clinic''s wall clock, so that nobody else converts.';
revoke all on function private.slot_told(uuid, text, uuid, text, timestamptz, timestamptz, text) from public;
grant execute on function private.slot_told(uuid, text, uuid, text, timestamptz, timestamptz, text) to booking_engine;

create function private.slot(
  p_org_id uuid,
  p_service_id uuid,
  p_provider_id uuid,
  p_starts_at timestamptz,
  p_ends_at timestamptz
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select private.slot_told(
      p.id, coalesce(p.spoken_name, r.name), s.id, s.name, p_starts_at, p_ends_at, o.timezone
    )
    from public.organizations o
    join public.resources r on r.org_id = o.id
    join public.providers p on p.org_id = r.org_id and p.id = r.id
    join public.services s on s.org_id = o.id
    where o.id = p_org_id
      and r.id = p_provider_id
      and s.id = p_service_id
  );
end;
$$;
comment on function private.slot(uuid, uuid, uuid, timestamptz, timestamptz) is
  'private.slot_told, with the names and the time zone looked up.';
revoke all on function private.slot(uuid, uuid, uuid, timestamptz, timestamptz) from public;
grant execute on function private.slot(uuid, uuid, uuid, timestamptz, timestamptz) to booking_engine;

create function private.open_slots_told(
  p_org_id uuid,
  p_service_id uuid,
  p_provider_id uuid,
  p_from timestamptz,
  p_to timestamptz,
  p_limit integer
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(
      jsonb_agg(
        private.slot_told(
          p.id, coalesce(p.spoken_name, r.name), s.id, s.name, f.starts_at, f.ends_at, o.timezone
        )
        order by f.nth
      ),
      '[]'
    )
    from private.open_slots(p_org_id, p_service_id, p_provider_id, p_from, p_to, p_limit)
      with ordinality f (provider_id, starts_at, ends_at, nth)
    join public.providers p on p.org_id = p_org_id and p.id = f.provider_id
    join public.resources r on r.org_id = p.org_id and r.id = p.id
    join public.services s on s.org_id = p.org_id and s.id = p_service_id
    join public.organizations o on o.id = p.org_id
  );
end;
$$;
comment on function private.open_slots_told(uuid, uuid, uuid, timestamptz, timestamptz, integer) is
  'private.open_slots as the jsonb array that RPCs answer with.';
revoke all on function private.open_slots_told(uuid, uuid, uuid, timestamptz, timestamptz, integer) from public;
grant execute on function private.open_slots_told(uuid, uuid, uuid, timestamptz, timestamptz, integer) to booking_engine;

create function private.alternatives(p_org_id uuid, p_service_id uuid, p_starts_at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  -- No horizon is longer than two years; a start at the end of time has no week after it.
  v_from constant timestamptz := least(greatest(p_starts_at, now()), now() + interval '2 years');
  v_slots jsonb;
begin
  -- Nearly always the next week has some; only a full clinic pays for the long look.
  v_slots := private.open_slots_told(p_org_id, p_service_id, null, v_from, v_from + interval '7 days', 3);
  if v_slots = '[]' then
    v_slots := private.open_slots_told(p_org_id, p_service_id, null, now(), v_from + interval '90 days', 3);
  end if;
  return v_slots;
end;
$$;
comment on function private.alternatives(uuid, uuid, timestamptz) is
  'Up to three open slots of a service, the first ones from a start on, with any provider: what to offer instead of it.';
revoke all on function private.alternatives(uuid, uuid, timestamptz) from public;
grant execute on function private.alternatives(uuid, uuid, timestamptz) to booking_engine;

create function public.find_open_slots(
  p_org_id uuid,
  p_service_id uuid,
  p_from timestamptz,
  p_to timestamptz,
  p_provider_id uuid default null,
  p_limit integer default 10,
  p_call_sid text default null
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_service public.services;
  v_timezone text;
begin
  if p_org_id is null
    or p_service_id is null
    or p_from is null
    or p_to is null
    or not isfinite(p_from)
    or not isfinite(p_to)
    or p_to < p_from
    or p_limit is null
    or p_limit not between 1 and 5000
  then
    return private.failure('invalid_input');
  end if;
  perform private.enter_clinic(p_org_id, 'find_open_slots', p_call_sid);

  select s.*
  into v_service
  from public.services s
  where s.org_id = p_org_id
    and s.id = p_service_id
    and s.is_active;
  if not found or (
    p_provider_id is not null and not exists (
      select 1
      from public.providers p
      where p.org_id = p_org_id
        and p.id = p_provider_id
    )
  ) then
    return private.failure('not_found');
  end if;
  select o.timezone
  into v_timezone
  from public.organizations o
  where o.id = p_org_id;

  if p_to <= private.bookable_from(v_service) then
    return private.failure('too_soon');
  elsif p_from >= private.bookable_until(v_service, v_timezone) then
    return private.failure('too_far')
      || jsonb_build_object('latest_local', (now() at time zone v_timezone)::date + v_service.horizon_days);
  end if;
  if p_call_sid is not null then
    perform private.note_progress(p_org_id, p_call_sid, 'choosing_time');
  end if;
  return jsonb_build_object(
    'success', true,
    'slots', private.open_slots_told(p_org_id, p_service_id, p_provider_id, p_from, p_to, p_limit),
    'timezone', v_timezone,
    'local_now', date_trunc('second', now() at time zone v_timezone)
  );
end;
$$;
comment on function public.find_open_slots(uuid, uuid, timestamptz, timestamptz, uuid, integer, text) is
  'Open slots of a service that start in [p_from, p_to), soonest first, at most p_limit (1 to 5000); none in an empty span, as a day is that a zone skipped. p_call_sid notes the call''s progress. Fails with invalid_input, not_found, too_soon (the span has passed or lies within the notice), too_far (with latest_local, the last bookable day).';
revoke all on function public.find_open_slots(uuid, uuid, timestamptz, timestamptz, uuid, integer, text) from public, anon, authenticated;
grant execute on function public.find_open_slots(uuid, uuid, timestamptz, timestamptz, uuid, integer, text) to service_role;
alter function public.find_open_slots(uuid, uuid, timestamptz, timestamptz, uuid, integer, text) owner to booking_engine;
