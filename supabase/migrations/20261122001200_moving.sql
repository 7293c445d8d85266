-- Moving and cancelling. Before anything about an appointment is told, the caller proves who they are.

create table public.verification_attempts (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  phone private.e164 not null,
  call_sid text check (call_sid ~ '^[A-Za-z0-9_-]{1,64}$'),
  attempt_key text not null,
  succeeded boolean not null,
  created_at timestamptz not null default now(),
  unique (org_id, id),
  unique (org_id, attempt_key)
);
comment on table public.verification_attempts is
  'Who tried to prove that they are a patient. attempt_key is a digest of call and answer: a turn that Twilio sends twice is one try, and the answer itself is not kept.';
create index verification_attempts_phone_idx on public.verification_attempts (org_id, phone, created_at);
create index verification_attempts_call_idx on public.verification_attempts (org_id, call_sid);
select private.keep_org_immutable('public.verification_attempts');

alter table public.verification_attempts enable row level security;
select private.bind_engine('public.verification_attempts', 'select, insert');
select private.allow_members('public.verification_attempts', 'select', '{owner}');

create function private.verification_tries_left(p_org_id uuid, p_phone text, p_call_sid text)
returns integer
language sql
stable
set search_path = ''
as $$
  -- Three a call, so that an honest slip is forgiven; ten a day for a number, so that calling again does not help.
  select greatest(0, least(
    3 - count(*) filter (where a.call_sid = p_call_sid),
    10 - count(*) filter (where a.phone = p_phone and a.created_at > now() - interval '1 day')
  ))::integer
  from public.verification_attempts a
  where a.org_id = p_org_id
    and not a.succeeded
    and (a.call_sid = p_call_sid or a.phone = p_phone);
$$;
comment on function private.verification_tries_left(uuid, text, text) is
  'How many wrong dates of birth or codes a call and a number may still give.';
revoke all on function private.verification_tries_left(uuid, text, text) from public;
grant execute on function private.verification_tries_left(uuid, text, text) to booking_engine;

-- Who withholds their number gives one on the keypad. It may not travel in a URL, so the call keeps it.
create function public.note_caller_phone(p_org_id uuid, p_call_sid text, p_phone text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
begin
  if p_org_id is null
    or p_call_sid is null
    or p_call_sid !~ '^[A-Za-z0-9_-]{1,64}$'
    or p_phone is null
    or p_phone !~ '^\+[1-9][0-9]{6,14}$'
  then
    return private.failure('invalid_input');
  end if;
  perform private.enter_clinic(p_org_id, 'note_caller_phone', p_call_sid);
  update public.calls c
  set given_phone = p_phone
  where c.org_id = p_org_id
    and c.call_sid = p_call_sid;
  if not found then
    return private.failure('not_found');
  end if;
  return jsonb_build_object('success', true);
end;
$$;
comment on function public.note_caller_phone(uuid, text, text) is
  'Notes on a call the number that its caller keyed in; the last one counts. It answers the same whether or not the clinic knows the number. Fails with not_found (no such call), invalid_input.';
revoke all on function public.note_caller_phone(uuid, text, text) from public, anon, authenticated;
grant execute on function public.note_caller_phone(uuid, text, text) to service_role;
alter function public.note_caller_phone(uuid, text, text) owner to booking_engine;

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
  v_phone text := p_phone;
  v_key text;
  v_contact_id uuid;
  v_tries_left integer;
begin
  if p_org_id is null
    or coalesce(p_phone, p_call_sid) is null
    or p_phone !~ '^\+[1-9][0-9]{6,14}$'
    or num_nonnulls(p_date_of_birth, p_code) <> 1
    or not isfinite(p_date_of_birth)
    or p_code !~ '^[0-9]{6}$'
    or p_call_sid !~ '^[A-Za-z0-9_-]{1,64}$'
  then
    return private.failure('invalid_input');
  end if;
  perform private.enter_clinic(p_org_id, 'list_appointments', p_call_sid);
  if not exists (
    select 1
    from public.organizations o
    where o.id = p_org_id
  ) then
    return private.failure('not_found') || '{"tries_left": 0}';
  end if;
  if v_phone is null then
    select c.given_phone
    into v_phone
    from public.calls c
    where c.org_id = p_org_id
      and c.call_sid = p_call_sid;
    if v_phone is null then
      return private.failure('invalid_input');
    end if;
  end if;
  v_key := case
    when p_call_sid is null then gen_random_uuid()::text
    else encode(sha256(convert_to(p_call_sid || ' ' || v_phone || ' ' || coalesce(p_code, p_date_of_birth::text), 'UTF8')), 'hex')
  end;

  -- One number's tries are counted one after the other, or parallel calls would share a count.
  perform pg_advisory_xact_lock(hashtextextended('verify ' || p_org_id::text || ' ' || v_phone, 0));

  v_tries_left := private.verification_tries_left(p_org_id, v_phone, p_call_sid);
  select c.id
  into v_contact_id
  from public.contacts c
  where c.org_id = p_org_id
    and c.phone = v_phone
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
    );
  -- An answer that this call already gave is not counted again; a number without tries left learns nothing.
  if not exists (
    select 1
    from public.verification_attempts a
    where a.org_id = p_org_id
      and a.attempt_key = v_key
  ) then
    if v_tries_left = 0 then
      return private.failure('not_found') || '{"tries_left": 0}';
    end if;
    insert into public.verification_attempts (org_id, phone, call_sid, attempt_key, succeeded)
    values (p_org_id, v_phone, p_call_sid, v_key, v_contact_id is not null);
    v_tries_left := private.verification_tries_left(p_org_id, v_phone, p_call_sid);
  end if;
  if v_contact_id is null then
    return private.failure('not_found') || jsonb_build_object('tries_left', v_tries_left);
  end if;

  return jsonb_build_object(
    'success', true,
    'contact_id', v_contact_id,
    'appointments', (
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
        and a.contact_id = v_contact_id
        -- A code is known to whoever was told of its one appointment.
        and (p_code is null or a.code = p_code)
        and a.starts_at > now()
        and a.status in ('booked', 'confirmed')
    )
  );
end;
$$;
comment on function public.list_appointments(uuid, text, date, text, text) is
  'The coming appointments of the patient with this number (null: the one noted on the call) and date of birth, soonest first; or, with p_code in place of the date, the one appointment that has this code. A wrong date or code, an unknown number and a locked one all answer not_found with tries_left: three a call (p_call_sid), ten a day for a number. Fails also with invalid_input.';
revoke all on function public.list_appointments(uuid, text, date, text, text) from public, anon, authenticated;
grant execute on function public.list_appointments(uuid, text, date, text, text) to service_role;
alter function public.list_appointments(uuid, text, date, text, text) owner to booking_engine;

create function private.appointment_told(p_org_id uuid, p_appointment_id uuid)
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
comment on function private.appointment_told(uuid, uuid) is
  'An appointment as RPCs tell it.';
revoke all on function private.appointment_told(uuid, uuid) from public;
grant execute on function private.appointment_told(uuid, uuid) to booking_engine;

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
      when v_hold.appointment_id = p_appointment_id then private.appointment_told(p_org_id, p_appointment_id)
      else private.failure('not_found')
    end;
  elsif v_appointment.status not in ('booked', 'confirmed') or v_appointment.starts_at <= now() then
    return private.failure('not_found');
  elsif not private.still_has_its_time(v_hold) then
    return private.hold_over(v_hold);
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
  update public.appointment_holds h
  set status = 'confirmed', appointment_id = p_appointment_id
  where h.org_id = p_org_id
    and h.id = p_hold_id;
  perform private.note_outcome(p_org_id, v_hold.call_sid, 'moved');
  return private.appointment_told(p_org_id, p_appointment_id);
end;
$$;
comment on function public.reschedule_appointment(uuid, uuid, uuid) is
  'Moves a coming appointment to the time of a hold; the old time is free in the same transaction. Answers {appointment_id, code, status, slot}, the same when called again. Fails with hold_expired (and alternatives; the old time stays), not_found, invalid_input.';
revoke all on function public.reschedule_appointment(uuid, uuid, uuid) from public, anon, authenticated;
grant execute on function public.reschedule_appointment(uuid, uuid, uuid) to service_role;
alter function public.reschedule_appointment(uuid, uuid, uuid) owner to booking_engine;

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
  if p_org_id is null or p_appointment_id is null or p_call_sid !~ '^[A-Za-z0-9_-]{1,64}$' then
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
  return private.appointment_told(p_org_id, p_appointment_id);
end;
$$;
comment on function public.cancel_appointment(uuid, uuid, text, text) is
  'Cancels a coming appointment and frees its time at once, or keeps it for the waitlist''s first match; p_call_sid notes the call''s outcome. Answers {appointment_id, code, status, slot}, the same when called again. Fails with not_found, invalid_input.';
revoke all on function public.cancel_appointment(uuid, uuid, text, text) from public, anon, authenticated;
grant execute on function public.cancel_appointment(uuid, uuid, text, text) to service_role;
alter function public.cancel_appointment(uuid, uuid, text, text) owner to booking_engine;
