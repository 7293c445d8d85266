-- Answers: what a patient writes back, and what it does.

create function private.appointment_asked_about(p_org_id uuid, p_contact_id uuid)
returns uuid
language sql
stable
set search_path = ''
as $$
  with texts as (
    select o.appointment_id, o.settled_at
    from public.outbox o
    where o.org_id = p_org_id
      and o.contact_id = p_contact_id
      -- Twilio may have a text although nobody has heard so yet: it is being sent, or the last try ended in silence.
      and (o.status = 'sent' or (o.status in ('pending', 'sending') and o.unsure_since is not null))
      -- A text that never came is not what somebody answers.
      and not exists (
        select 1
        from public.texts t
        where t.org_id = o.org_id
          and t.outbox_id = o.id
          and t.status in ('failed', 'undelivered', 'canceled')
      )
  ),
  -- The last that was sent, and those that may have been.
  last_texts as (
    select t.appointment_id
    from texts t
    where t.settled_at is null
      or t.settled_at >= (select max(s.settled_at) from texts s)
  )
  -- An answer belongs to the text before it, even when that one's appointment is over: never to some other appointment.
  -- Who got no text can only mean the one appointment that they have.
  select case count(distinct l.appointment_id)
    when 1 then (array_agg(l.appointment_id))[1]
    when 0 then (
      select case when count(*) = 1 then (array_agg(a.id))[1] end
      from public.appointments a
      where a.org_id = p_org_id
        and a.contact_id = p_contact_id
        and a.starts_at > now()
        and a.status in ('booked', 'confirmed')
    )
  end
  from last_texts l;
$$;
comment on function private.appointment_asked_about(uuid, uuid) is
  'The appointment that a patient''s 1 or 2 is about; null when there is none, or more than one that it could be.';
revoke all on function private.appointment_asked_about(uuid, uuid) from public;
grant execute on function private.appointment_asked_about(uuid, uuid) to booking_engine;

create function private.confirm_by_text(p_org_id uuid, p_appointment_id uuid)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.appointments a
  set status = 'confirmed'
  where a.org_id = p_org_id
    and a.id = p_appointment_id
    and a.status in ('booked', 'confirmed')
    and a.starts_at > now();
  return found;
end;
$$;
comment on function private.confirm_by_text(uuid, uuid) is
  'The patient will come. False when there is nothing left to confirm.';
revoke all on function private.confirm_by_text(uuid, uuid) from public;
grant execute on function private.confirm_by_text(uuid, uuid) to booking_engine;

create function private.cancel_by_text(p_org_id uuid, p_appointment_id uuid)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  if not (public.cancel_appointment(p_org_id, p_appointment_id, 'by text') -> 'success')::boolean then
    return false;
  end if;
  -- The reply says it; a second text that says the same would only puzzle.
  perform private.withdraw_outbox(p_org_id, p_appointment_id, 'answered', array['cancelled_text']);
  return true;
end;
$$;
comment on function private.cancel_by_text(uuid, uuid) is
  'The patient will not come: the time is free, or kept for the waitlist. False when there is nothing to cancel.';
revoke all on function private.cancel_by_text(uuid, uuid) from public;
grant execute on function private.cancel_by_text(uuid, uuid) to booking_engine;

create function private.pass_text_on(
  p_org_id uuid,
  p_contact_id uuid,
  p_from text,
  p_sid text,
  p_body text,
  p_reason text
)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- People write one thing in several texts: what comes within ten minutes is one task.
  update public.follow_up_tasks t
  set body = left(concat_ws(e'\n', t.body, p_body), 4000)
  where t.id = (
    select e.id
    from public.follow_up_tasks e
    where e.org_id = p_org_id
      and e.from_phone = p_from
      and e.reason = p_reason
      and e.status = 'open'
      and e.created_at > now() - interval '10 minutes'
      and length(e.body) + length(p_body) < 4000
    order by e.created_at desc
    limit 1
  );
  if not found then
    insert into public.follow_up_tasks (org_id, contact_id, from_phone, reason, body, idempotency_key)
    values (p_org_id, p_contact_id, p_from, p_reason, left(p_body, 4000), 'text ' || p_sid)
    on conflict (org_id, idempotency_key) do nothing;
  end if;
end;
$$;
comment on function private.pass_text_on(uuid, uuid, text, text, text, text) is
  'Leaves what a patient wrote to staff, as a task.';
revoke all on function private.pass_text_on(uuid, uuid, text, text, text, text) from public;
grant execute on function private.pass_text_on(uuid, uuid, text, text, text, text) to booking_engine;

create function private.answer_told(p_text public.texts)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'success', true,
    'outcome', (p_text).outcome,
    'is_answered', (p_text).is_answered,
    'clinic', jsonb_build_object('id', o.id, 'name', o.name, 'locale', o.locale),
    'slot', private.slot(a.org_id, a.service_id, a.provider_id, a.starts_at, a.ends_at)
  )
  from public.organizations o
  left join public.appointments a
    on a.org_id = o.id
    and a.id = (p_text).appointment_id
  where o.id = (p_text).org_id;
$$;
comment on function private.answer_told(public.texts) is
  'What an inbound text did, as receive_text tells it, the first time and every time after.';
revoke all on function private.answer_told(public.texts) from public;
grant execute on function private.answer_told(public.texts) to booking_engine;

create function public.receive_text(
  p_to text,
  p_from text,
  p_sid text,
  p_intent text,
  p_body text
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  v_org_id uuid;
  v_from constant text := case when p_from ~ '^\+[1-9][0-9]{6,14}$' then p_from end;
  v_contact_id uuid;
  v_appointment_id uuid;
  v_text public.texts;
  v_outcome text := 'passed_on';
begin
  if p_to is null
    or p_sid is null
    or p_sid !~ '^(SM|MM)[0-9a-zA-Z]{32}$'
    or p_intent is null
    or p_intent not in ('confirm', 'cancel', 'stop', 'start', 'late', 'other')
  then
    return private.failure('invalid_input');
  end if;
  v_org_id := private.org_of_phone(p_to);
  if v_org_id is null then
    return private.failure('not_found');
  end if;
  perform private.enter_clinic(v_org_id, 'receive_text');
  -- One number's texts one after the other, also when Twilio brings one twice at once.
  perform pg_advisory_xact_lock(hashtextextended('texts ' || v_org_id::text || ' ' || coalesce(v_from, p_sid), 0));
  select t.*
  into v_text
  from public.texts t
  where t.org_id = v_org_id
    and t.sid = p_sid;
  if found then
    return private.answer_told(v_text);
  end if;

  select c.id
  into v_contact_id
  from public.contacts c
  where c.org_id = v_org_id
    and c.phone = v_from;
  if p_intent in ('confirm', 'cancel') then
    v_appointment_id := private.appointment_asked_about(v_org_id, v_contact_id);
    if p_intent = 'confirm' and private.confirm_by_text(v_org_id, v_appointment_id) then
      v_outcome := 'confirmed';
    elsif p_intent = 'cancel' and private.cancel_by_text(v_org_id, v_appointment_id) then
      v_outcome := 'cancelled';
    end if;
  elsif p_intent = 'stop' and v_from is not null then
    insert into public.opt_outs (org_id, phone, source)
    values (v_org_id, v_from, 'patient')
    on conflict do nothing;
    v_outcome := 'opted_out';
  elsif p_intent = 'start' then
    delete from public.opt_outs o
    where o.org_id = v_org_id
      and o.phone = v_from;
    if found then
      v_outcome := 'opted_in';
    end if;
  end if;

  if v_outcome = 'passed_on' then
    perform private.pass_text_on(v_org_id, v_contact_id, v_from, p_sid, p_body, 'text');
  elsif v_outcome = 'opted_out' and exists (
    -- CANCEL is one of the words that stop all texts, and may have meant the appointment.
    select 1
    from public.appointments a
    where a.org_id = v_org_id
      and a.contact_id = v_contact_id
      and a.starts_at > now()
      and a.status in ('booked', 'confirmed')
  ) then
    perform private.pass_text_on(v_org_id, v_contact_id, v_from, p_sid, p_body, 'text_opt_out');
  end if;

  insert into public.texts (org_id, direction, sid, phone, contact_id, appointment_id, status, outcome, is_answered)
  values (
    v_org_id,
    'in',
    p_sid,
    v_from,
    v_contact_id,
    case when v_outcome in ('confirmed', 'cancelled') then v_appointment_id end,
    'received',
    v_outcome,
    -- Twilio itself answers STOP and START. A machine that answers our answer must not keep us talking.
    v_from is not null
      and p_intent <> 'late'
      and v_outcome in ('confirmed', 'cancelled', 'passed_on')
      and not exists (
        select 1
        from public.opt_outs o
        where o.org_id = v_org_id
          and o.phone = v_from
      )
      and (
        select count(*) < case when v_outcome = 'passed_on' then 1 else 10 end
        from public.texts t
        where t.org_id = v_org_id
          and t.phone = v_from
          and t.direction = 'in'
          and t.is_answered
          and (v_outcome <> 'passed_on' or t.outcome = 'passed_on')
          and t.created_at > now() - interval '1 hour'
      )
  )
  returning *
  into v_text;
  return private.answer_told(v_text);
end;
$$;
comment on function public.receive_text(text, text, text, text, text) is
  'Takes a text that a patient wrote (p_intent: confirm, cancel, stop, start, other), once per p_sid. late: it was brought back some time after it came, so whatever it says is left to staff, and nobody is written back to; its 1 or 2 may be about another appointment by now. Answers {outcome, is_answered, clinic, slot}: confirmed or cancelled name the appointment in slot; passed_on is a task for staff; opted_out and opted_in are remembered for this clinic. is_answered: write back. Fails with not_found (no clinic has the number), invalid_input.';
revoke all on function public.receive_text(text, text, text, text, text) from public, anon, authenticated;
grant execute on function public.receive_text(text, text, text, text, text) to service_role;
alter function public.receive_text(text, text, text, text, text) owner to booking_engine;
