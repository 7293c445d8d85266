-- Confirming: a held time is noted for somebody, becomes an appointment, or is let go.

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
    return private.hold_told(v_hold);
  elsif v_hold.status <> 'held' or v_hold.expires_at <= clock_timestamp() then
    return private.hold_over(v_hold);
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
  return private.hold_told(v_hold);
end;
$$;
comment on function public.set_hold_contact(uuid, uuid, jsonb) is
  'Notes on a hold who it is for ({phone?, name?}; null only reads), so that no name or number travels in a URL. Answers as claim_slot_atomic. Fails with hold_expired (and alternatives), not_found, invalid_input.';
revoke all on function public.set_hold_contact(uuid, uuid, jsonb) from public, anon, authenticated;
grant execute on function public.set_hold_contact(uuid, uuid, jsonb) to service_role;
alter function public.set_hold_contact(uuid, uuid, jsonb) owner to booking_engine;

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
    return private.hold_told(v_hold);
  elsif not private.still_has_its_time(v_hold) then
    return private.hold_over(v_hold);
  end if;

  -- A number that the caller gave comes before the one they called from.
  v_phone := coalesce(v_hold.contact_phone, v_contact.phone);
  if v_phone is null then
    return private.failure('invalid_input');
  end if;
  v_contact_id := private.known_contact(
    p_org_id, v_phone, coalesce(v_contact.name, v_hold.contact_name), v_contact.date_of_birth
  );
  v_hold.appointment_id := private.book(v_hold, v_contact_id);
  update public.appointment_holds h
  set status = 'confirmed', appointment_id = v_hold.appointment_id
  where h.org_id = p_org_id
    and h.id = p_hold_id
  returning h.*
  into v_hold;
  update public.waitlist_entries w
  set status = 'booked'
  where w.org_id = p_org_id
    and w.hold_id = p_hold_id;
  perform private.note_outcome(p_org_id, v_hold.call_sid, 'booked');
  return private.hold_told(v_hold);
end;
$$;

create function private.book(p_hold public.appointment_holds, p_contact_id uuid)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_appointment_id uuid;
begin
  -- Two bookings of one clinic may draw the same code in the same instant: the second draws again.
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
        if v_try = 5 then
          raise;
        end if;
    end;
  end loop;
end;
$$;
comment on function private.book(public.appointment_holds, uuid) is
  'Makes the appointment of a hold; its trigger hands the hold''s claims over.';
revoke all on function private.book(public.appointment_holds, uuid) from public;
grant execute on function private.book(public.appointment_holds, uuid) to booking_engine;

comment on function public.confirm_hold(uuid, uuid, jsonb) is
  'Makes a hold an appointment of the contact {phone, name, date_of_birth?}; what is missing is taken from what the hold noted. Answers {appointment_id, code, slot, …}, the same when called again. Fails with hold_expired (and alternatives), not_found, invalid_input.';
revoke all on function public.confirm_hold(uuid, uuid, jsonb) from public, anon, authenticated;
grant execute on function public.confirm_hold(uuid, uuid, jsonb) to service_role;
alter function public.confirm_hold(uuid, uuid, jsonb) owner to booking_engine;

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
    update public.appointment_holds h
    set status = 'released'
    where h.org_id = p_org_id
      and h.id = p_hold_id;
    if not private.end_offer(v_hold) then
      perform private.let_go(p_org_id, p_hold_id);
    end if;
  end if;
  return jsonb_build_object('success', true, 'released', v_hold.status <> 'confirmed');
end;
$$;
comment on function public.release_hold(uuid, uuid) is
  'Lets a hold go; its time is free at once. Answers {released}: false when it had become an appointment, which stays. Fails with not_found, invalid_input.';
revoke all on function public.release_hold(uuid, uuid) from public, anon, authenticated;
grant execute on function public.release_hold(uuid, uuid) to service_role;
alter function public.release_hold(uuid, uuid) owner to booking_engine;
