-- Booking: holding a slot. Every function here and in the next chapter gives the same answer when it is called again with the
-- same arguments, because Twilio and impatient networks repeat themselves.

create function private.lock_call(p_org_id uuid, p_call_sid text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform
    pg_advisory_xact_lock(hashtextextended('call ' || p_org_id::text || ' ' || p_call_sid, 0)),
    set_config('app.call_sid', p_call_sid, true);
end;
$$;
comment on function private.lock_call(uuid, text) is
  'First in the order of locks: one call''s turns come one after the other, even when Twilio sends one twice. From here on the audit trail names the call.';
revoke all on function private.lock_call(uuid, text) from public;
grant execute on function private.lock_call(uuid, text) to booking_engine;

create function private.contact_from_json(p_contact jsonb)
returns table (is_valid boolean, phone text, name text, date_of_birth date)
language plpgsql
immutable
set search_path = ''
as $$
begin
  is_valid := p_contact is null or jsonb_typeof(p_contact) in ('object', 'null');
  if is_valid and jsonb_typeof(p_contact) = 'object' then
    phone := p_contact ->> 'phone';
    -- Whatever was heard or typed becomes one line of at most 120 characters.
    name := nullif(btrim(regexp_replace(left(p_contact ->> 'name', 120), '[[:cntrl:][:space:]]+', ' ', 'g')), '');
    if coalesce(p_contact ->> 'date_of_birth', '') <> '' then
      is_valid := p_contact ->> 'date_of_birth' ~ '^[12][09][0-9]{2}-[0-9]{2}-[0-9]{2}$'
        and pg_input_is_valid(p_contact ->> 'date_of_birth', 'date');
      if is_valid then
        date_of_birth := (p_contact ->> 'date_of_birth')::date;
        is_valid := date_of_birth between '1900-01-01' and '2200-01-01';
      end if;
    end if;
    is_valid := is_valid and coalesce(phone ~ '^\+[1-9][0-9]{6,14}$', true);
  end if;
  return next;
end;
$$;
comment on function private.contact_from_json(jsonb) is
  'Reads {phone?, name?, date_of_birth?}; is_valid is false when a part cannot be what it should be.';
revoke all on function private.contact_from_json(jsonb) from public;
grant execute on function private.contact_from_json(jsonb) to booking_engine;

create function private.known_contact(p_org_id uuid, p_phone text, p_name text, p_date_of_birth date)
returns uuid
language sql
volatile
set search_path = ''
as $$
  insert into public.contacts as known (org_id, phone, name, date_of_birth)
  values (p_org_id, p_phone, p_name, p_date_of_birth)
  on conflict (org_id, phone) do update
  set
    name = coalesce(known.name, excluded.name),
    date_of_birth = coalesce(known.date_of_birth, excluded.date_of_birth)
  returning known.id;
$$;
comment on function private.known_contact(uuid, text, text, date) is
  'The contact with this number, made if new. What the clinic already knows of them stays: a caller fills gaps, no more.';
revoke all on function private.known_contact(uuid, text, text, date) from public;
grant execute on function private.known_contact(uuid, text, text, date) to booking_engine;

create function private.hold_told(p_hold public.appointment_holds, p_slot jsonb default null)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_phone constant text := coalesce(p_hold.contact_phone, (
    select c.from_phone
    from public.calls c
    where c.org_id = p_hold.org_id
      and c.call_sid = p_hold.call_sid
  ));
  v_told constant jsonb := jsonb_build_object(
    'success', true,
    'hold_id', p_hold.id,
    'expires_at', p_hold.expires_at,
    'slot', coalesce(
      p_slot,
      private.slot(p_hold.org_id, p_hold.service_id, p_hold.provider_id, p_hold.starts_at, p_hold.ends_at)
    ),
    'contact', jsonb_build_object(
      'known', exists (
        select 1
        from public.contacts k
        where k.org_id = p_hold.org_id
          and k.phone = v_phone
          and k.name is not null
      ),
      'name', p_hold.contact_name,
      'has_phone', v_phone is not null
    )
  );
begin
  if p_hold.appointment_id is null then
    return v_told;
  end if;
  return v_told || jsonb_build_object('appointment_id', p_hold.appointment_id, 'code', (
    select a.code
    from public.appointments a
    where a.org_id = p_hold.org_id
      and a.id = p_hold.appointment_id
  ));
end;
$$;
comment on function private.hold_told(public.appointment_holds, jsonb) is
  'A hold as RPCs tell it; who knows the slot already says so. contact.known: the clinic already has a name under the caller''s number.';
revoke all on function private.hold_told(public.appointment_holds, jsonb) from public;
grant execute on function private.hold_told(public.appointment_holds, jsonb) to booking_engine;

create function private.hold_over(p_hold public.appointment_holds)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
begin
  if p_hold.status = 'held' then
    update public.appointment_holds h
    set status = 'expired'
    where h.org_id = p_hold.org_id
      and h.id = p_hold.id;
    if not private.end_offer(p_hold) then
      perform private.let_go(p_hold.org_id, p_hold.id);
    end if;
  end if;
  return private.failure('hold_expired')
    || jsonb_build_object('alternatives', private.alternatives(p_hold.org_id, p_hold.service_id, p_hold.starts_at));
end;
$$;
comment on function private.hold_over(public.appointment_holds) is
  'Ends a hold that is past its time and answers hold_expired with what is open instead (perhaps the very same start).';
revoke all on function private.hold_over(public.appointment_holds) from public;
grant execute on function private.hold_over(public.appointment_holds) to booking_engine;

-- Locks a hold in the fixed order: its call first, then the row.
create function private.locked_hold(p_org_id uuid, p_hold_id uuid)
returns public.appointment_holds
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_hold public.appointment_holds;
begin
  perform private.lock_call(p_org_id, h.call_sid)
  from public.appointment_holds h
  where h.org_id = p_org_id
    and h.id = p_hold_id;
  select h.*
  into v_hold
  from public.appointment_holds h
  where h.org_id = p_org_id
    and h.id = p_hold_id
  for no key update;
  return v_hold;
end;
$$;
comment on function private.locked_hold(uuid, uuid) is
  'The hold, locked after its call; a row of nulls when the clinic has no such hold.';
revoke all on function private.locked_hold(uuid, uuid) from public;
grant execute on function private.locked_hold(uuid, uuid) to booking_engine;

create function private.still_has_its_time(p_hold public.appointment_holds)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  if p_hold.status <> 'held' or p_hold.expires_at <= clock_timestamp() then
    return false;
  end if;
  -- The clock is asked again: while this waited for the lock, the hold may have ended and others taken a part of its time.
  return private.lock_claims(p_hold.org_id, p_hold.id) <> '{}' and p_hold.expires_at > clock_timestamp();
end;
$$;
comment on function private.still_has_its_time(public.appointment_holds) is
  'Whether a locked hold is live and owns its claims, all of which are locked then: nobody can clear them any more.';
revoke all on function private.still_has_its_time(public.appointment_holds) from public;
grant execute on function private.still_has_its_time(public.appointment_holds) to booking_engine;

create function private.hold_slot(p_hold public.appointment_holds, p_during tstzrange, p_replaces uuid)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- The claim first: whoever loses it has written nothing.
  if not private.claim_time(
    row(p_hold.org_id, p_hold.id, null, p_hold.expires_at, p_replaces)::private.claimant,
    p_hold.provider_id,
    p_hold.service_id,
    p_during
  ) then
    return false;
  end if;
  insert into public.appointment_holds
  values (p_hold.*);
  return true;
end;
$$;
comment on function private.hold_slot(public.appointment_holds, tstzrange, uuid) is
  'Claims a hold''s time and writes the hold; false when the time is taken. p_replaces: the hold whose claims may give way.';
revoke all on function private.hold_slot(public.appointment_holds, tstzrange, uuid) from public;
grant execute on function private.hold_slot(public.appointment_holds, tstzrange, uuid) to booking_engine;

create function public.claim_slot_atomic(
  p_org_id uuid,
  p_provider_id uuid,
  p_service_id uuid,
  p_starts_at timestamptz,
  p_call_sid text,
  p_hold_minutes integer default 5
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  v_hold public.appointment_holds;
  v_earlier public.appointment_holds;
  v_call public.calls;
  v_judged record;
  v_claimed boolean;
begin
  if p_org_id is null
    or p_provider_id is null
    or p_service_id is null
    or p_starts_at is null
    or not isfinite(p_starts_at)
    or p_call_sid is null
    or p_call_sid !~ '^[A-Za-z0-9_-]{1,64}$'
    or p_hold_minutes is null
    or p_hold_minutes not between 1 and 30
  then
    return private.failure('invalid_input');
  end if;
  perform private.enter_clinic(p_org_id, 'claim_slot_atomic', p_call_sid);
  perform private.lock_call(p_org_id, p_call_sid);

  -- The same claim again: this call holds that slot, or has already made it an appointment. Else what it holds instead.
  select h.*
  into v_earlier
  from public.appointment_holds h
  where h.org_id = p_org_id
    and h.call_sid = p_call_sid
    and (
      h.status = 'held'
      or (
        h.status = 'confirmed'
        and (h.provider_id, h.service_id, h.starts_at) = (p_provider_id, p_service_id, p_starts_at)
        and exists (
          select 1
          from public.appointments a
          where a.org_id = h.org_id
            and a.id = h.appointment_id
            and a.hold_id = h.id
            and a.status in ('booked', 'confirmed', 'arrived')
        )
      )
    )
  order by h.status
  limit 1;
  if v_earlier.status = 'confirmed' or (
    (v_earlier.provider_id, v_earlier.service_id, v_earlier.starts_at) = (p_provider_id, p_service_id, p_starts_at)
    and v_earlier.expires_at > clock_timestamp()
  ) then
    return private.hold_told(v_earlier);
  end if;

  select c.*
  into v_call
  from public.calls c
  where c.org_id = p_org_id
    and c.call_sid = p_call_sid;
  -- A turn that comes in after the caller has hung up, late or played back, holds nothing: there is nobody to hold it for.
  if v_call.ended_at is not null then
    return private.failure('not_found') || '{"alternatives": []}';
  end if;

  v_judged := private.judge_start(p_org_id, p_service_id, p_provider_id, p_starts_at);
  if v_judged.reason is not null then
    return private.failure(v_judged.reason) || jsonb_build_object(
      'alternatives',
      case
        when v_judged.reason = 'not_found' then '[]'
        else private.alternatives(p_org_id, p_service_id, p_starts_at)
      end
    );
  end if;

  v_hold.id := gen_random_uuid();
  v_hold.org_id := p_org_id;
  v_hold.call_sid := p_call_sid;
  v_hold.provider_id := p_provider_id;
  v_hold.service_id := p_service_id;
  v_hold.starts_at := p_starts_at;
  v_hold.ends_at := v_judged.ends_at;
  v_hold.expires_at := clock_timestamp() + make_interval(mins => p_hold_minutes);
  v_hold.status := 'held';
  v_hold.created_at := now();

  if v_earlier.id is null then
    v_claimed := private.hold_slot(v_hold, v_judged.during, null);
  else
    -- One live hold per call. The old one goes only when the new one is had, and comes back whole when it is not.
    begin
      update public.appointment_holds h
      set status = case when h.expires_at > clock_timestamp() then 'released' else 'expired' end
      where h.org_id = p_org_id
        and h.id = v_earlier.id
        and h.status = 'held';
      v_claimed := private.hold_slot(v_hold, v_judged.during, v_earlier.id);
      if not v_claimed then
        raise exception 'keep the hold that the call has' using errcode = 'FD001';
      end if;
    exception
      when sqlstate 'FD001' then
        v_claimed := false;
    end;
  end if;

  if not v_claimed then
    return private.failure('slot_taken')
      || jsonb_build_object('alternatives', private.alternatives(p_org_id, p_service_id, p_starts_at));
  end if;
  if v_call.progress <> 'time_held' then
    perform private.note_progress(p_org_id, p_call_sid, 'time_held');
  end if;
  return private.hold_told(v_hold, v_judged.slot);
end;
$$;

comment on function public.claim_slot_atomic(uuid, uuid, uuid, timestamptz, text, integer) is
  'Holds one start of a provider for a call, for p_hold_minutes (1 to 30). Answers {hold_id, expires_at, slot, contact}; again with the same arguments, the same hold (with appointment_id and code once it is confirmed). Fails with slot_taken, outside_hours, too_soon, too_far, not_offered, not_found, invalid_input, and up to three alternatives.';
revoke all on function public.claim_slot_atomic(uuid, uuid, uuid, timestamptz, text, integer) from public, anon, authenticated;
grant execute on function public.claim_slot_atomic(uuid, uuid, uuid, timestamptz, text, integer) to service_role;
alter function public.claim_slot_atomic(uuid, uuid, uuid, timestamptz, text, integer) owner to booking_engine;
