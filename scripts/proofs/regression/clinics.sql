-- Gives both demo clinics a row in every table, alike in what may be alike and told apart in what may not, so that every
-- attack has something to find. What is there already stays.
do $$
declare
  v_clinic record;
  v_contact_id uuid;
  v_appointment_id uuid;
  v_hold_id uuid;
  v_outbox_id uuid;
  v_start timestamptz := date_trunc('hour', now()) + interval '400 days';
begin
  for v_clinic in
    select o.id, o.name as word, r.id as provider_id, s.id as service_id,
      'CA' || md5(o.id::text) as call_sid,
      case when o.locale = 'en-GB' then '+44207946017' else '+1212555017' end || '1' as phone
    from public.organizations o
    join lateral (select r.id from public.resources r where r.org_id = o.id and r.kind = 'provider' order by r.name limit 1) r on true
    join lateral (select s.id from public.services s where s.org_id = o.id order by s.menu_position limit 1) s on true
    where o.id in ('a0000000-0000-4000-8000-000000000001', 'b0000000-0000-4000-8000-000000000001')
  loop
    insert into public.resources (org_id, kind, name)
    select v_clinic.id, 'room', v_clinic.word || ' room'
    where not exists (select from public.resources r where r.org_id = v_clinic.id and r.kind = 'room');
    insert into public.service_resources (org_id, service_id, resource_id, kind)
    select v_clinic.id, s.id, r.id, 'room'
    from public.services s, public.resources r
    where s.org_id = v_clinic.id and r.org_id = v_clinic.id and r.kind = 'room'
    order by s.menu_position desc, r.name
    limit 1
    on conflict do nothing;
    insert into public.time_off (org_id, resource_id, starts_at, ends_at, note)
    select v_clinic.id, v_clinic.provider_id, v_start + interval '90 days', v_start + interval '91 days', v_clinic.word || ' trip'
    where not exists (select from public.time_off t where t.org_id = v_clinic.id);
    insert into public.invitations (org_id, email, role)
    values (v_clinic.id, 'invited-' || left(md5(v_clinic.word), 8) || '@clinic.test', 'staff')
    on conflict do nothing;
    insert into public.contacts (org_id, phone, name, date_of_birth)
    values (v_clinic.id, v_clinic.phone, 'Patient of ' || v_clinic.word, '1980-04-01')
    on conflict (org_id, phone) do update set name = excluded.name
    returning id into v_contact_id;
    insert into public.calls (org_id, call_sid, from_phone, to_phone, status_at, started_at)
    values (v_clinic.id, v_clinic.call_sid, v_clinic.phone, null, now(), now())
    on conflict do nothing;
    insert into public.call_events (org_id, call_sid, sequence, status, created_at)
    values (v_clinic.id, v_clinic.call_sid, 0, 'ringing', now())
    on conflict do nothing;

    select a.id into v_appointment_id from public.appointments a where a.org_id = v_clinic.id and a.contact_id = v_contact_id;
    if v_appointment_id is null then
      insert into public.appointments (org_id, contact_id, provider_id, service_id, starts_at)
      values (v_clinic.id, v_contact_id, v_clinic.provider_id, v_clinic.service_id, v_start)
      returning id into v_appointment_id;
    end if;
    -- A live hold, which outlasts the attacks, with its claim.
    select h.id into v_hold_id from public.appointment_holds h where h.org_id = v_clinic.id and h.call_sid = v_clinic.call_sid;
    if v_hold_id is null then
      insert into public.appointment_holds (org_id, call_sid, provider_id, service_id, starts_at, ends_at, expires_at, contact_name, contact_phone)
      values (
        v_clinic.id, v_clinic.call_sid, v_clinic.provider_id, v_clinic.service_id, v_start + interval '1 day',
        v_start + interval '1 day 30 minutes', now() + interval '1 day', 'Caller of ' || v_clinic.word, v_clinic.phone
      )
      returning id into v_hold_id;
      insert into public.slot_claims (org_id, resource_id, during, hold_id, expires_at)
      values (
        v_clinic.id, v_clinic.provider_id, tstzrange(v_start + interval '1 day', v_start + interval '1 day 30 minutes'), v_hold_id,
        now() + interval '1 day'
      );
    end if;
    insert into public.follow_up_tasks (org_id, call_sid, contact_id, appointment_id, from_phone, reason, body, assignee, idempotency_key)
    select
      v_clinic.id, v_clinic.call_sid, v_contact_id, v_appointment_id, v_clinic.phone, 'message', 'Message for ' || v_clinic.word,
      m.user_id, 'regression ' || v_clinic.word
    from public.memberships m
    where m.org_id = v_clinic.id and m.role = 'owner'
    limit 1
    on conflict do nothing;
    insert into public.waitlist_entries (org_id, contact_id, service_id, provider_id, wanted)
    values (v_clinic.id, v_contact_id, v_clinic.service_id, v_clinic.provider_id, tstzrange(v_start, null))
    on conflict do nothing;
    insert into public.verification_attempts (org_id, phone, call_sid, attempt_key, succeeded)
    values (v_clinic.id, v_clinic.phone, v_clinic.call_sid, md5(v_clinic.word), false)
    on conflict do nothing;
    insert into public.opt_outs (org_id, phone)
    values (v_clinic.id, v_clinic.phone)
    on conflict do nothing;
    insert into public.outbox (org_id, kind, appointment_id, contact_id, idempotency_key, due_at, not_after)
    values (
      v_clinic.id, 'reminder_text', v_appointment_id, v_contact_id, 'regression ' || v_clinic.word, v_start, v_start + interval '1 hour'
    )
    on conflict (org_id, idempotency_key) do update set due_at = excluded.due_at
    returning id into v_outbox_id;
    insert into public.texts (org_id, direction, sid, phone, contact_id, appointment_id, outbox_id, status)
    values (
      v_clinic.id, 'out', 'SM' || md5(v_clinic.word), v_clinic.phone, v_contact_id, v_appointment_id, v_outbox_id, 'delivered'
    )
    on conflict do nothing;
  end loop;
end;
$$;
