-- Booking: holding a slot, confirming it, moving and cancelling. Every RPC here gives the same answer when it is called again
-- with the same arguments, because Twilio and impatient networks repeat themselves.

-- Holds ---------------------------------------------------------------------------------------------------------------

create function private.hold_json(p_hold public.appointment_holds, p_slot jsonb default null)
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
comment on function private.hold_json(public.appointment_holds, jsonb) is
  'A hold as RPCs tell it; who knows the slot already says so. contact.known: the clinic already has a name under the caller''s number.';

-- Locks a hold in the order of locks: its call first, then the row.
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

create function private.still_owns_its_time(p_hold public.appointment_holds)
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
comment on function private.still_owns_its_time(public.appointment_holds) is
  'Whether a locked hold is live and owns its claims, all of which are locked then: nobody can clear them any more.';

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

create function private.end_hold(p_hold public.appointment_holds, p_status text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.appointment_holds h
  set status = p_status
  where h.org_id = p_hold.org_id
    and h.id = p_hold.id;
  -- If the time was offered to somebody, the waiting list has taken its claims over by now, and there is nothing to release.
  perform private.release_claims(p_hold.org_id, p_hold.id);
end;
$$;
comment on function private.end_hold(public.appointment_holds, text) is
  'Ends a locked hold that nobody confirmed (released or expired); its time is free at once.';

create function private.expire_hold(p_hold public.appointment_holds)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
begin
  if p_hold.status = 'held' then
    perform private.end_hold(p_hold, 'expired');
  end if;
  return private.failure_with_alternatives('hold_expired', p_hold.org_id, p_hold.service_id, p_hold.starts_at);
end;
$$;
comment on function private.expire_hold(public.appointment_holds) is
  'Ends a hold that is past its time and answers hold_expired with what is open instead (perhaps the very same start).';

-- Claiming ------------------------------------------------------------------------------------------------------------

create function private.earlier_hold(
  p_org_id uuid,
  p_call_sid text,
  p_provider_id uuid,
  p_service_id uuid,
  p_starts_at timestamptz
)
returns public.appointment_holds
language plpgsql
stable
set search_path = ''
as $$
declare
  v_hold public.appointment_holds;
begin
  select h.*
  into v_hold
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
  order by h.status = 'confirmed' desc
  limit 1;
  return v_hold;
end;
$$;
comment on function private.earlier_hold(uuid, text, uuid, uuid, timestamptz) is
  'The hold by which a call has already made this very slot an appointment, or else the one that it holds now; a row of nulls when there is neither.';

create function private.new_hold(
  p_org_id uuid,
  p_provider_id uuid,
  p_service_id uuid,
  p_starts_at timestamptz,
  p_ends_at timestamptz,
  p_call_sid text,
  p_minutes integer
)
returns public.appointment_holds
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_hold public.appointment_holds;
begin
  v_hold.id := gen_random_uuid();
  v_hold.org_id := p_org_id;
  v_hold.call_sid := p_call_sid;
  v_hold.provider_id := p_provider_id;
  v_hold.service_id := p_service_id;
  v_hold.starts_at := p_starts_at;
  v_hold.ends_at := p_ends_at;
  v_hold.expires_at := clock_timestamp() + make_interval(mins => p_minutes);
  v_hold.status := 'held';
  v_hold.created_at := now();
  return v_hold;
end;
$$;
comment on function private.new_hold(uuid, uuid, uuid, timestamptz, timestamptz, text, integer) is
  'A hold as it will be written, once its time is claimed.';

create function private.hold_instead(
  p_hold public.appointment_holds,
  p_during tstzrange,
  p_earlier_id uuid
)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  if p_earlier_id is null then
    return private.hold_slot(p_hold, p_during, null);
  end if;
  begin
    update public.appointment_holds h
    set status = case when h.expires_at > clock_timestamp() then 'released' else 'expired' end
    where h.org_id = p_hold.org_id
      and h.id = p_earlier_id
      and h.status = 'held';
    if not private.hold_slot(p_hold, p_during, p_earlier_id) then
      raise exception 'keep the hold that the call has' using errcode = 'FD001';
    end if;
  exception
    when sqlstate 'FD001' then
      return false;
  end;
  return true;
end;
$$;
comment on function private.hold_instead(public.appointment_holds, tstzrange, uuid) is
  'Holds a slot in place of what the call holds, if anything: the old hold goes only when the new one is had, and comes back whole when it is not (false).';

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
  v_start record;
begin
  if p_org_id is null
    or p_provider_id is null
    or p_service_id is null
    or p_starts_at is null
    or not isfinite(p_starts_at)
    or p_call_sid is null
    or not pg_input_is_valid(p_call_sid, 'private.call_sid')
    or p_hold_minutes is null
    or p_hold_minutes not between 1 and 30
  then
    return private.failure('invalid_input');
  end if;
  perform private.enter_clinic(p_org_id, 'claim_slot_atomic', p_call_sid);
  perform private.lock_call(p_org_id, p_call_sid);
  v_earlier := private.earlier_hold(p_org_id, p_call_sid, p_provider_id, p_service_id, p_starts_at);
  if v_earlier.status = 'confirmed' or (
    (v_earlier.provider_id, v_earlier.service_id, v_earlier.starts_at) = (p_provider_id, p_service_id, p_starts_at)
    and v_earlier.expires_at > clock_timestamp()
  ) then
    return private.hold_json(v_earlier);
  end if;

  select c.*
  into v_call
  from public.calls c
  where c.org_id = p_org_id
    and c.call_sid = p_call_sid;
  -- A turn that comes in after the caller has hung up, late or played back, holds nothing: there is nobody to hold it for.
  if v_call.ended_at is not null then
    return private.failure_with_alternatives('not_found', p_org_id, p_service_id, p_starts_at);
  end if;
  v_start := private.check_start(p_org_id, p_service_id, p_provider_id, p_starts_at);
  if v_start.reason is not null then
    return private.failure_with_alternatives(v_start.reason, p_org_id, p_service_id, p_starts_at);
  end if;

  v_hold := private.new_hold(p_org_id, p_provider_id, p_service_id, p_starts_at, v_start.ends_at, p_call_sid, p_hold_minutes);
  if not private.hold_instead(v_hold, v_start.during, v_earlier.id) then
    return private.failure_with_alternatives('slot_taken', p_org_id, p_service_id, p_starts_at);
  end if;
  if v_call.progress <> 'time_held' then
    perform private.note_progress(p_org_id, p_call_sid, 'time_held');
  end if;
  return private.hold_json(v_hold, v_start.slot);
end;
$$;
comment on function public.claim_slot_atomic(uuid, uuid, uuid, timestamptz, text, integer) is
  'Holds one start of a provider for a call, for p_hold_minutes (1 to 30). Answers {hold_id, expires_at, slot, contact}; again with the same arguments, the same hold (with appointment_id and code once it is confirmed). Fails with slot_taken, outside_hours, too_soon, too_far, not_offered, not_found, invalid_input, and up to three alternatives.';
select private.publish('public.claim_slot_atomic');

-- Confirming ----------------------------------------------------------------------------------------------------------

create function public.set_hold_contact(p_org_id uuid, p_hold_id uuid, p_contact jsonb default null)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  v_hold public.appointment_holds;
  v_contact record;
begin
  select *
  into v_contact
  from private.contact_from_json(p_contact);
  if p_org_id is null or p_hold_id is null or not v_contact.is_valid then
    return private.failure('invalid_input');
  end if;
  perform private.enter_clinic(p_org_id, 'set_hold_contact');
  v_hold := private.locked_hold(p_org_id, p_hold_id);
  if v_hold.id is null then
    return private.failure('not_found');
  elsif v_hold.status = 'confirmed' then
    return private.hold_json(v_hold);
  elsif v_hold.status <> 'held' or v_hold.expires_at <= clock_timestamp() then
    return private.expire_hold(v_hold);
  end if;

  update public.appointment_holds h
  set
    contact_name = coalesce(v_contact.name, h.contact_name),
    contact_phone = coalesce(v_contact.phone, h.contact_phone)
  where h.org_id = p_org_id
    and h.id = p_hold_id
  returning h.*
  into v_hold;
  if p_contact is not null then
    perform private.note_progress(p_org_id, v_hold.call_sid, 'details_given');
  end if;
  return private.hold_json(v_hold);
end;
$$;
comment on function public.set_hold_contact(uuid, uuid, jsonb) is
  'Notes on a hold who it is for ({phone?, name?}; null only reads), so that no name or number travels in a URL. Answers as claim_slot_atomic. Fails with hold_expired (and alternatives), not_found, invalid_input.';
select private.publish('public.set_hold_contact');

create function private.book(p_hold public.appointment_holds, p_contact_id uuid)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_appointment_id uuid;
  v_constraint text;
begin
  -- Two bookings of one clinic may draw the same code in the same instant: the second draws again. Nothing else is retried.
  for v_try in 1..5 loop
    begin
      insert into public.appointments (org_id, contact_id, provider_id, service_id, starts_at, ends_at, hold_id)
      values (
        p_hold.org_id, p_contact_id, p_hold.provider_id, p_hold.service_id, p_hold.starts_at, p_hold.ends_at, p_hold.id
      )
      returning id
      into v_appointment_id;
      return v_appointment_id;
    exception
      when unique_violation then
        get stacked diagnostics v_constraint = constraint_name;
        if v_constraint <> 'appointments_open_code' or v_try = 5 then
          raise;
        end if;
    end;
  end loop;
end;
$$;
comment on function private.book(public.appointment_holds, uuid) is
  'Makes the appointment of a hold; its trigger hands the hold''s claims over.';

create function private.confirm(p_hold public.appointment_holds, p_appointment_id uuid, p_outcome text)
returns public.appointment_holds
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_hold public.appointment_holds;
begin
  update public.appointment_holds h
  set status = 'confirmed', appointment_id = p_appointment_id
  where h.org_id = p_hold.org_id
    and h.id = p_hold.id
  returning h.*
  into v_hold;
  perform private.note_outcome(p_hold.org_id, p_hold.call_sid, p_outcome);
  return v_hold;
end;
$$;
comment on function private.confirm(public.appointment_holds, uuid, text) is
  'The hold has become this appointment, and its call has this outcome.';

create function public.confirm_hold(p_org_id uuid, p_hold_id uuid, p_contact jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  v_hold public.appointment_holds;
  v_contact record;
  v_phone text;
  v_contact_id uuid;
begin
  select *
  into v_contact
  from private.contact_from_json(p_contact);
  if p_org_id is null or p_hold_id is null or not v_contact.is_valid then
    return private.failure('invalid_input');
  end if;
  perform private.enter_clinic(p_org_id, 'confirm_hold');
  v_hold := private.locked_hold(p_org_id, p_hold_id);
  if v_hold.id is null then
    return private.failure('not_found');
  elsif v_hold.status = 'confirmed' then
    return private.hold_json(v_hold);
  elsif not private.still_owns_its_time(v_hold) then
    return private.expire_hold(v_hold);
  end if;

  -- A number that the caller gave comes before the one they called from.
  v_phone := coalesce(v_hold.contact_phone, v_contact.phone);
  if v_phone is null then
    return private.failure('invalid_input');
  end if;
  v_contact_id := private.upsert_contact(
    p_org_id, v_phone, coalesce(v_contact.name, v_hold.contact_name), v_contact.date_of_birth
  );
  v_hold := private.confirm(v_hold, private.book(v_hold, v_contact_id), 'booked');
  return private.hold_json(v_hold);
end;
$$;
comment on function public.confirm_hold(uuid, uuid, jsonb) is
  'Makes a hold an appointment of the contact {phone, name, date_of_birth?}; what is missing is taken from what the hold noted. Answers {appointment_id, code, slot, …}, the same when called again. Fails with hold_expired (and alternatives), not_found, invalid_input.';
select private.publish('public.confirm_hold');

-- Ending a hold -------------------------------------------------------------------------------------------------------

create function public.release_hold(p_org_id uuid, p_hold_id uuid)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  v_hold public.appointment_holds;
begin
  if p_org_id is null or p_hold_id is null then
    return private.failure('invalid_input');
  end if;
  perform private.enter_clinic(p_org_id, 'release_hold');
  v_hold := private.locked_hold(p_org_id, p_hold_id);
  if v_hold.id is null then
    return private.failure('not_found');
  end if;
  if v_hold.status = 'held' then
    perform private.end_hold(v_hold, 'released');
  end if;
  return jsonb_build_object('success', true, 'released', v_hold.status <> 'confirmed');
end;
$$;
comment on function public.release_hold(uuid, uuid) is
  'Releases a hold; its time is free at once. Answers {released}: false when it had become an appointment, which stays. Fails with not_found, invalid_input.';
select private.publish('public.release_hold');

create function private.orgs_with_overdue_holds()
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  select distinct h.org_id
  from public.appointment_holds h
  where h.status = 'held'
    and h.expires_at <= now();
$$;
comment on function private.orgs_with_overdue_holds() is
  'The clinics in which a hold is past its end. It runs as its owner and tells ids, no more.';

create function private.expire_overdue_holds(p_org_id uuid)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_hold public.appointment_holds;
  v_expired integer := 0;
begin
  -- A hold or claim that somebody is working on right now is left to them, or to the next run.
  for v_hold in
    select h.*
    from public.appointment_holds h
    where h.org_id = p_org_id
      and h.status = 'held'
      and h.expires_at <= clock_timestamp()
    order by h.id
    for no key update skip locked
  loop
    update public.appointment_holds h
    set status = 'expired'
    where h.org_id = p_org_id
      and h.id = v_hold.id;
    delete from public.slot_claims c
    where c.id in (
      select o.id
      from public.slot_claims o
      where o.org_id = p_org_id
        and o.hold_id = v_hold.id
      for update skip locked
    );
    v_expired := v_expired + 1;
  end loop;
  return v_expired;
end;
$$;
comment on function private.expire_overdue_holds(uuid) is
  'Ends a clinic''s holds that are past their time and frees their claims; how many they were.';

create function public.expire_holds()
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  v_org_id uuid;
  v_expired integer := 0;
begin
  for v_org_id in
    select o
    from private.orgs_with_overdue_holds() o
    order by o
  loop
    perform private.enter_clinic(v_org_id, 'expire_holds');
    v_expired := v_expired + private.expire_overdue_holds(v_org_id);
    perform private.enter_clinic(null);
  end loop;
  return jsonb_build_object('success', true, 'expired', v_expired);
end;
$$;
comment on function public.expire_holds() is
  'Ends every hold that is past its time, in all clinics one after the other, frees its time and passes waitlist offers on. Answers {expired}. Safe to run at any time, also twice at once.';
select private.publish('public.expire_holds');

-- Proof ---------------------------------------------------------------------------------------------------------------

-- Before anything about an appointment is told, the caller proves who they are.

create function private.contact_with_proof(p_org_id uuid, p_phone text, p_date_of_birth date, p_code text)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select c.id
    from public.contacts c
    where c.org_id = p_org_id
      and c.phone = p_phone
      and (
        c.date_of_birth = p_date_of_birth
        -- The clinic has no date of birth of whoever booked by phone for the first time; they were told a code.
        or exists (
          select 1
          from public.appointments a
          where a.org_id = p_org_id
            and a.contact_id = c.id
            and a.code = p_code
            and a.starts_at > now()
            and a.status in ('booked', 'confirmed')
        )
      )
  );
end;
$$;
comment on function private.contact_with_proof(uuid, text, date, text) is
  'The contact with this number whose date of birth it is, or one of whose upcoming appointments has the code; null when neither is right.';

create function private.verify_caller(
  p_org_id uuid,
  p_phone text,
  p_call_sid text,
  p_date_of_birth date,
  p_code text,
  out contact_id uuid,
  out tries_left integer
)
language plpgsql
volatile
set search_path = ''
as $$
declare
  -- An answer that this call already gave is not counted again.
  v_key constant text := case
    when p_call_sid is null then gen_random_uuid()::text
    else encode(sha256(convert_to(p_call_sid || ' ' || p_phone || ' ' || coalesce(p_code, p_date_of_birth::text), 'UTF8')), 'hex')
  end;
begin
  -- One number's tries are counted one after the other, or parallel calls would share a count.
  perform pg_advisory_xact_lock(private.lock_key('proof', p_org_id || ' ' || p_phone));
  tries_left := private.verification_tries_left(p_org_id, p_phone, p_call_sid);
  contact_id := private.contact_with_proof(p_org_id, p_phone, p_date_of_birth, p_code);
  if exists (
    select 1
    from public.verification_attempts a
    where a.org_id = p_org_id
      and a.attempt_key = v_key
  ) then
    return;
  end if;
  -- A number without tries left learns nothing.
  if tries_left = 0 then
    contact_id := null;
    return;
  end if;
  insert into public.verification_attempts (org_id, phone, call_sid, attempt_key, succeeded)
  values (p_org_id, p_phone, p_call_sid, v_key, contact_id is not null);
  tries_left := private.verification_tries_left(p_org_id, p_phone, p_call_sid);
end;
$$;
comment on function private.verify_caller(uuid, text, text, date, text) is
  'Whose date of birth or code it is, if it is right, and how many tries are left. Each wrong answer is counted once.';

create function private.upcoming_appointments_json(p_org_id uuid, p_contact_id uuid, p_code text)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(
      jsonb_agg(
        private.slot(a.org_id, a.service_id, a.provider_id, a.starts_at, a.ends_at)
          || jsonb_build_object('appointment_id', a.id, 'status', a.status)
        order by a.starts_at
      ),
      '[]'
    )
    from public.appointments a
    where a.org_id = p_org_id
      and a.contact_id = p_contact_id
      -- A code is known to whoever was told of its one appointment.
      and (p_code is null or a.code = p_code)
      and a.starts_at > now()
      and a.status in ('booked', 'confirmed')
  );
end;
$$;
comment on function private.upcoming_appointments_json(uuid, uuid, text) is
  'A patient''s upcoming appointments, soonest first; with p_code, the one that has it.';

create function public.list_appointments(
  p_org_id uuid,
  p_phone text,
  p_date_of_birth date,
  p_call_sid text default null,
  p_code text default null
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  v_phone text;
  v_proof record;
begin
  if p_org_id is null
    or coalesce(p_phone, p_call_sid) is null
    or not pg_input_is_valid(p_phone, 'private.e164')
    or num_nonnulls(p_date_of_birth, p_code) <> 1
    or not isfinite(p_date_of_birth)
    or p_code !~ '^[0-9]{6}$'
    or not pg_input_is_valid(p_call_sid, 'private.call_sid')
  then
    return private.failure('invalid_input');
  end if;
  perform private.enter_clinic(p_org_id, 'list_appointments', p_call_sid);
  if private.timezone_of(p_org_id) is null then
    return private.failure('not_found') || '{"tries_left": 0}';
  end if;
  v_phone := coalesce(p_phone, (
    select c.given_phone
    from public.calls c
    where c.org_id = p_org_id
      and c.call_sid = p_call_sid
  ));
  if v_phone is null then
    return private.failure('invalid_input');
  end if;

  v_proof := private.verify_caller(p_org_id, v_phone, p_call_sid, p_date_of_birth, p_code);
  if v_proof.contact_id is null then
    return private.failure('not_found') || jsonb_build_object('tries_left', v_proof.tries_left);
  end if;
  return jsonb_build_object(
    'success', true,
    'contact_id', v_proof.contact_id,
    'appointments', private.upcoming_appointments_json(p_org_id, v_proof.contact_id, p_code)
  );
end;
$$;
comment on function public.list_appointments(uuid, text, date, text, text) is
  'The upcoming appointments of the patient with this number (null: the one noted on the call) and date of birth, soonest first; or, with p_code in place of the date, the one appointment that has this code. Answers {contact_id, appointments}. A wrong date or code, an unknown number and a locked one all answer not_found with tries_left: three a call (p_call_sid), ten a day for a number. Fails also with invalid_input.';
select private.publish('public.list_appointments');

-- Moving and cancelling -----------------------------------------------------------------------------------------------

create function private.appointment_json(p_org_id uuid, p_appointment_id uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'success', true,
      'appointment_id', a.id,
      'code', a.code,
      'status', a.status,
      'slot', private.slot(a.org_id, a.service_id, a.provider_id, a.starts_at, a.ends_at)
    )
    from public.appointments a
    where a.org_id = p_org_id
      and a.id = p_appointment_id
  );
end;
$$;
comment on function private.appointment_json(uuid, uuid) is
  'An appointment as RPCs tell it.';

create function public.reschedule_appointment(p_org_id uuid, p_appointment_id uuid, p_hold_id uuid)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  v_hold public.appointment_holds;
  v_appointment public.appointments;
begin
  if p_org_id is null or p_appointment_id is null or p_hold_id is null then
    return private.failure('invalid_input');
  end if;
  perform private.enter_clinic(p_org_id, 'reschedule_appointment');
  v_hold := private.locked_hold(p_org_id, p_hold_id);
  select a.*
  into v_appointment
  from public.appointments a
  where a.org_id = p_org_id
    and a.id = p_appointment_id
  for no key update;
  if v_hold.id is null or v_appointment.id is null then
    return private.failure('not_found');
  elsif v_hold.status = 'confirmed' then
    -- The same move again; or the hold has become another appointment, which is none of this caller's business.
    return case
      when v_hold.appointment_id = p_appointment_id then private.appointment_json(p_org_id, p_appointment_id)
      else private.failure('not_found')
    end;
  elsif v_appointment.status not in ('booked', 'confirmed') or v_appointment.starts_at <= now() then
    return private.failure('not_found');
  elsif not private.still_owns_its_time(v_hold) then
    return private.expire_hold(v_hold);
  end if;

  -- Its trigger frees the old time and hands the hold's over, in this one transaction.
  update public.appointments a
  set
    hold_id = v_hold.id,
    provider_id = v_hold.provider_id,
    service_id = v_hold.service_id,
    starts_at = v_hold.starts_at,
    ends_at = v_hold.ends_at,
    status = 'booked'
  where a.org_id = p_org_id
    and a.id = p_appointment_id;
  perform private.confirm(v_hold, p_appointment_id, 'moved');
  return private.appointment_json(p_org_id, p_appointment_id);
end;
$$;
comment on function public.reschedule_appointment(uuid, uuid, uuid) is
  'Moves an upcoming appointment to the time of a hold; the old time is free in the same transaction. Answers {appointment_id, code, status, slot}, the same when called again. Fails with hold_expired (and alternatives; the old time stays), not_found, invalid_input.';
select private.publish('public.reschedule_appointment');

create function public.cancel_appointment(
  p_org_id uuid,
  p_appointment_id uuid,
  p_reason text default null,
  p_call_sid text default null
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  v_appointment public.appointments;
begin
  if p_org_id is null or p_appointment_id is null or not pg_input_is_valid(p_call_sid, 'private.call_sid') then
    return private.failure('invalid_input');
  end if;
  perform private.enter_clinic(p_org_id, 'cancel_appointment', p_call_sid);
  select a.*
  into v_appointment
  from public.appointments a
  where a.org_id = p_org_id
    and a.id = p_appointment_id
  for no key update;
  if v_appointment.id is null
    or v_appointment.status not in ('booked', 'confirmed', 'cancelled')
    or (v_appointment.status <> 'cancelled' and v_appointment.starts_at <= now())
  then
    return private.failure('not_found');
  end if;
  update public.appointments a
  set status = 'cancelled', cancel_reason = left(p_reason, 300)
  where a.org_id = p_org_id
    and a.id = p_appointment_id
    and a.status <> 'cancelled';
  perform private.note_outcome(p_org_id, p_call_sid, 'cancelled');
  return private.appointment_json(p_org_id, p_appointment_id);
end;
$$;
comment on function public.cancel_appointment(uuid, uuid, text, text) is
  'Cancels an upcoming appointment and frees its time at once, or keeps it for the waitlist''s first match; p_call_sid notes the call''s outcome. Answers {appointment_id, code, status, slot}, the same when called again. Fails with not_found, invalid_input.';
select private.publish('public.cancel_appointment');
