-- What a call asks besides booking: where it arrived, how it goes on, and what it leaves for staff.

create function public.begin_call(
  p_to text,
  p_from text,
  p_call_sid text,
  p_created_at timestamptz default now()
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
  v_created_at constant timestamptz := case when isfinite(p_created_at) then p_created_at else now() end;
  v_org public.organizations;
  v_call public.calls;
  v_contact public.contacts;
begin
  if p_to is null or p_call_sid is null or p_call_sid !~ '^[A-Za-z0-9_-]{1,64}$' then
    return private.failure('invalid_input');
  end if;
  v_org_id := private.org_of_phone(p_to);
  if v_org_id is null then
    return private.failure('not_found');
  end if;
  perform private.enter_clinic(v_org_id, 'begin_call', p_call_sid);

  select o.*
  into v_org
  from public.organizations o
  where o.id = v_org_id;
  insert into public.calls as call (org_id, call_sid, from_phone, to_phone, status_at, started_at)
  values (v_org_id, p_call_sid, v_from, p_to, v_created_at, v_created_at)
  on conflict (org_id, call_sid) do update
  set
    status = case call.status when 'queued' then 'ringing' else call.status end,
    started_at = least(call.started_at, excluded.started_at)
  where call.status = 'queued'
    or call.started_at > excluded.started_at;
  select c.*
  into v_call
  from public.calls c
  where c.org_id = v_org_id
    and c.call_sid = p_call_sid;
  select c.*
  into v_contact
  from public.contacts c
  where c.org_id = v_org_id
    and c.phone = v_call.from_phone;

  return jsonb_build_object(
    'success', true,
    'call', jsonb_build_object('sid', v_call.call_sid, 'status', v_call.status),
    'clinic', jsonb_build_object(
      'id', v_org.id,
      'name', v_org.name,
      'timezone', v_org.timezone,
      'locale', v_org.locale,
      'greeting', v_org.greeting,
      'emergency_number', v_org.emergency_number,
      'address', v_org.address,
      'version', v_org.version,
      'local_now', date_trunc('second', now() at time zone v_org.timezone)
    ),
    'services', (
      select coalesce(
        jsonb_agg(
          jsonb_build_object('id', s.id, 'name', s.name, 'duration_minutes', s.duration_minutes)
          order by s.menu_position, s.name, s.id
        ),
        '[]'
      )
      from public.services s
      where s.org_id = v_org_id
        and s.is_active
    ),
    'providers', (
      select coalesce(
        jsonb_agg(
          jsonb_build_object('id', p.id, 'name', coalesce(p.spoken_name, r.name))
          order by p.menu_position, r.name, p.id
        ),
        '[]'
      )
      from public.providers p
      join public.resources r
        on r.org_id = p.org_id
        and r.id = p.id
      where p.org_id = v_org_id
        and r.is_active
    ),
    'caller', jsonb_build_object(
      'phone', v_call.from_phone,
      'known', v_contact.name is not null,
      'name', v_contact.name
    ),
    'next_appointment', (
      select private.slot(a.org_id, a.service_id, a.provider_id, a.starts_at, a.ends_at)
        || jsonb_build_object('appointment_id', a.id)
      from public.appointments a
      where a.org_id = v_org_id
        and a.contact_id = v_contact.id
        and a.starts_at > now()
        and a.status in ('booked', 'confirmed')
      order by a.starts_at
      limit 1
    )
  );
end;
$$;
comment on function public.begin_call(text, text, text, timestamptz) is
  'Which clinic a dialled number (E.164) reaches, what it offers and who is calling; p_from null or not E.164: withheld. Writes the call once; asked again by later turns. Fails with not_found (no clinic has the number), invalid_input.';
revoke all on function public.begin_call(text, text, text, timestamptz) from public, anon, authenticated;
grant execute on function public.begin_call(text, text, text, timestamptz) to service_role;
alter function public.begin_call(text, text, text, timestamptz) owner to booking_engine;

-- The end of a call. A recording may be reported after it: take_message then turns this task into the message's.
create function private.close_call(p_org_id uuid, p_call_sid text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_hold_id uuid;
  v_call public.calls;
begin
  -- A call has at most one.
  update public.appointment_holds h
  set status = 'released'
  where h.org_id = p_org_id
    and h.call_sid = p_call_sid
    and h.status = 'held'
  returning h.id
  into v_hold_id;
  perform private.let_go(p_org_id, v_hold_id);

  update public.calls c
  set outcome = coalesce(c.outcome, 'abandoned')
  where c.org_id = p_org_id
    and c.call_sid = p_call_sid
  returning c.*
  into v_call;
  if v_call.outcome = 'abandoned' then
    insert into public.follow_up_tasks as task (org_id, call_sid, contact_id, from_phone, reason, body, idempotency_key)
    values (
      p_org_id,
      p_call_sid,
      (select k.id from public.contacts k where k.org_id = p_org_id and k.phone = v_call.from_phone),
      coalesce(v_call.from_phone, v_call.given_phone),
      case when v_call.status = 'completed' then 'abandoned' else 'failed_call' end,
      v_call.progress,
      private.call_end_key(p_call_sid)
    )
    on conflict (org_id, idempotency_key) do update
    set reason = excluded.reason
    where task.reason <> excluded.reason;
  end if;
end;
$$;
comment on function private.close_call(uuid, text) is
  'Lets go of what an ended call still holds and, when nothing came of it, leaves staff one task that says how far the caller came.';
revoke all on function private.close_call(uuid, text) from public;
grant execute on function private.close_call(uuid, text) to booking_engine;

create function private.call_end_key(p_call_sid text)
returns text
language sql
immutable
set search_path = ''
return 'call end ' || p_call_sid;
comment on function private.call_end_key(text) is
  'The idempotency key of the task that a call without an outcome leaves.';
revoke all on function private.call_end_key(text) from public;
grant execute on function private.call_end_key(text) to booking_engine;

create function public.record_call_event(
  p_call_sid text,
  p_status text,
  p_sequence integer,
  p_created_at timestamptz,
  p_to text default null,
  p_from text default null,
  p_duration_seconds integer default null
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
  v_newest public.call_events;
  v_is_end boolean;
  v_call public.calls;
begin
  if p_call_sid is null
    or p_call_sid !~ '^[A-Za-z0-9_-]{1,64}$'
    or p_status is null
    or p_status not in ('queued', 'initiated', 'ringing', 'in-progress', 'completed', 'busy', 'failed', 'no-answer', 'canceled')
    or p_sequence is null
    or p_sequence not between 0 and 100000
    or p_created_at is null
    or not isfinite(p_created_at)
    or p_duration_seconds < 0
  then
    return private.failure('invalid_input');
  end if;
  v_org_id := coalesce(private.org_of_phone(p_to), private.org_of_call(p_call_sid));
  if v_org_id is null then
    return private.failure('not_found');
  end if;
  perform private.enter_clinic(v_org_id, 'record_call_event', p_call_sid);
  perform private.lock_call(v_org_id, p_call_sid);

  insert into public.calls (org_id, call_sid, from_phone, to_phone, status, status_at, started_at)
  values (
    v_org_id,
    p_call_sid,
    case when p_from ~ '^\+[1-9][0-9]{6,14}$' then p_from end,
    case when p_to ~ '^\+[1-9][0-9]{6,14}$' then p_to end,
    'queued',
    p_created_at,
    p_created_at
  )
  on conflict (org_id, call_sid) do nothing;
  insert into public.call_events (org_id, call_sid, sequence, status, created_at)
  values (v_org_id, p_call_sid, p_sequence, case p_status when 'initiated' then 'queued' else p_status end, p_created_at)
  on conflict (org_id, call_sid, sequence, status) do nothing;

  -- The state is a function of all the events, not of the order in which they came: an end stays an end, and among the
  -- rest the newest by its own clock counts. A turn makes the call ring, and no event from before takes that back.
  select e.*
  into v_newest
  from public.call_events e
  where e.org_id = v_org_id
    and e.call_sid = p_call_sid
  order by
    e.status in ('completed', 'busy', 'failed', 'no-answer', 'canceled') desc,
    e.created_at desc,
    e.sequence desc,
    e.status desc
  limit 1;
  v_is_end := v_newest.status in ('completed', 'busy', 'failed', 'no-answer', 'canceled');
  select c.*
  into v_call
  from public.calls c
  where c.org_id = v_org_id
    and c.call_sid = p_call_sid;
  if v_newest.status <> 'queued' or v_call.status <> 'ringing' then
    v_call.status := v_newest.status;
  end if;
  update public.calls c
  set
    status = v_call.status,
    status_sequence = v_newest.sequence,
    status_at = v_newest.created_at,
    ended_at = case when v_is_end then v_newest.created_at end,
    started_at = least(c.started_at, p_created_at),
    duration_seconds = greatest(c.duration_seconds, p_duration_seconds)
  where c.org_id = v_org_id
    and c.call_sid = p_call_sid;
  if v_is_end then
    perform private.close_call(v_org_id, p_call_sid);
  end if;
  return jsonb_build_object('success', true, 'status', v_call.status);
end;
$$;
comment on function public.record_call_event(text, text, integer, timestamptz, text, text, integer) is
  'Takes one of Twilio''s call-progress callbacks, once, in any order, and answers the call''s status after it. p_created_at is Twilio''s clock; p_to finds the clinic when no turn has come yet. Fails with not_found, invalid_input.';
revoke all on function public.record_call_event(text, text, integer, timestamptz, text, text, integer) from public, anon, authenticated;
grant execute on function public.record_call_event(text, text, integer, timestamptz, text, text, integer) to service_role;
alter function public.record_call_event(text, text, integer, timestamptz, text, text, integer) owner to booking_engine;

create function public.take_message(
  p_org_id uuid,
  p_call_sid text,
  p_from text,
  p_reason text,
  p_body text,
  p_recording_url text,
  p_to text default null
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  v_org_id constant uuid := coalesce(p_org_id, private.org_of_phone(p_to), private.org_of_call(p_call_sid));
  v_from constant text := case when p_from ~ '^\+[1-9][0-9]{6,14}$' then p_from end;
  -- One recording is one message, whoever reports it and however often.
  v_key constant text := coalesce(
    substring(p_recording_url from 'RE[0-9a-f]{32}'),
    p_call_sid || ' ' || coalesce(p_reason, 'message') || ' ' || md5(coalesce(p_recording_url, p_body, ''))
  );
  v_task_id uuid;
  v_call public.calls;
begin
  if p_call_sid is null
    or p_call_sid !~ '^[A-Za-z0-9_-]{1,64}$'
    or coalesce(p_reason, 'message') !~ '^[a-z][a-z_]{1,39}$'
    or length(p_recording_url) > 600
  then
    return private.failure('invalid_input');
  end if;
  perform private.enter_clinic(v_org_id, 'take_message', p_call_sid);
  if not exists (
    select 1
    from public.organizations o
    where o.id = v_org_id
  ) then
    return private.failure('not_found');
  end if;

  perform private.lock_call(v_org_id, p_call_sid);
  -- It may be the first that we hear of its call, whose end must find what came of it.
  insert into public.calls as call (org_id, call_sid, from_phone, to_phone, status_at, started_at)
  values (v_org_id, p_call_sid, v_from, case when p_to ~ '^\+[1-9][0-9]{6,14}$' then p_to end, now(), now())
  on conflict (org_id, call_sid) do update
  set status = 'ringing'
  where call.status = 'queued';
  select c.*
  into v_call
  from public.calls c
  where c.org_id = v_org_id
    and c.call_sid = p_call_sid;

  -- A message that comes in after its call ended takes the place of the task that the end had left, even when somebody
  -- was done with that: nobody has heard the message yet.
  update public.follow_up_tasks t
  set
    reason = coalesce(p_reason, 'message'),
    body = left(p_body, 4000),
    recording_url = p_recording_url,
    status = case t.status when 'done' then 'open' else t.status end,
    idempotency_key = v_key
  where t.org_id = v_org_id
    and t.idempotency_key = private.call_end_key(p_call_sid)
    and not exists (
      select 1
      from public.follow_up_tasks m
      where m.org_id = v_org_id
        and m.idempotency_key = v_key
    );
  insert into public.follow_up_tasks as task (
    org_id, call_sid, contact_id, from_phone, reason, body, recording_url, idempotency_key
  )
  values (
    v_org_id,
    p_call_sid,
    (select c.id from public.contacts c where c.org_id = v_org_id and c.phone = coalesce(v_from, v_call.from_phone)),
    -- A number that was keyed in proves nothing, but it is the one to call back.
    coalesce(v_from, v_call.from_phone, v_call.given_phone),
    coalesce(p_reason, 'message'),
    left(p_body, 4000),
    p_recording_url,
    v_key
  )
  on conflict (org_id, idempotency_key) do update
  -- Who brings it back from Twilio does not know why the caller was asked for a message.
  set reason = case task.reason when 'message' then excluded.reason else task.reason end
  returning task.id
  into v_task_id;
  perform private.note_outcome(v_org_id, p_call_sid, 'message');
  return jsonb_build_object('success', true, 'task_id', v_task_id);
end;
$$;
comment on function public.take_message(uuid, text, text, text, text, text, text) is
  'Leaves staff a task with a caller''s message; the same message again is the same task. Without p_org_id the clinic is found by the dialled number (p_to) or the call. Fails with not_found, invalid_input.';
revoke all on function public.take_message(uuid, text, text, text, text, text, text) from public, anon, authenticated;
grant execute on function public.take_message(uuid, text, text, text, text, text, text) to service_role;
alter function public.take_message(uuid, text, text, text, text, text, text) owner to booking_engine;
