-- Calls: where a call arrived, how it goes on and ends, and what it leaves for staff.

create table public.calls (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  call_sid private.call_sid not null,
  from_phone private.e164,
  given_phone private.e164,
  to_phone private.e164,
  status text not null default 'ringing'
    check (status in ('queued', 'ringing', 'in-progress', 'completed', 'busy', 'failed', 'no-answer', 'canceled')),
  status_sequence integer not null default -1,
  status_at timestamptz not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  duration_seconds integer check (duration_seconds >= 0),
  progress text not null default 'menu' check (progress in ('menu', 'choosing_time', 'time_held', 'details_given')),
  outcome text check (outcome in ('booked', 'moved', 'cancelled', 'waitlisted', 'answered', 'message', 'abandoned')),
  unique (org_id, id),
  unique (org_id, call_sid)
);
comment on table public.calls is
  'One row a call. Its status is that of the newest event by the event''s own clock and sequence, never by arrival. `progress` is how far the caller came, `outcome` what came of it; abandoned: they hung up without one. given_phone is the number that a caller keyed in who withholds theirs; it proves nothing.';
create index calls_call_sid_idx on public.calls (call_sid);
comment on index public.calls_call_sid_idx is
  'A status callback names the call alone.';
create index calls_from_phone_idx on public.calls (org_id, from_phone);
comment on index public.calls_from_phone_idx is
  'The calls of one number, when its patient is erased.';
select private.protect('public.calls', 'select, insert, update');
select private.allow_members('public.calls', 'select', '{owner,staff,viewer}');

create table public.call_events (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  call_sid text not null,
  sequence integer not null check (sequence between 0 and 100000),
  status text not null,
  created_at timestamptz not null,
  received_at timestamptz not null default now(),
  unique (org_id, id),
  unique (org_id, call_sid, sequence, status),
  foreign key (org_id, call_sid) references public.calls (org_id, call_sid) on delete cascade
);
comment on table public.call_events is
  'The inbox of Twilio''s call-progress callbacks: each is kept once. created_at is Twilio''s clock, received_at ours.';
select private.protect('public.call_events', 'select, insert');
select private.allow_members('public.call_events', 'select', '{owner,staff,viewer}');

create function private.org_of_call(p_call_sid text)
returns uuid
language sql
stable
security definer
set search_path = ''
as $$
  select c.org_id
  from public.calls c
  where c.call_sid = p_call_sid
  order by c.started_at, c.org_id
  limit 1;
$$;
comment on function private.org_of_call(text) is
  'The clinic that a call reached, or null: a status callback names the call alone.';

create function private.lock_call(p_org_id uuid, p_call_sid text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform
    pg_advisory_xact_lock(private.lock_key('call', p_org_id || ' ' || p_call_sid)),
    set_config('app.call_sid', p_call_sid, true);
end;
$$;
comment on function private.lock_call(uuid, text) is
  'One call''s turns come one after the other, even when Twilio sends one twice. From here on the audit trail names the call.';

create function private.note_progress(p_org_id uuid, p_call_sid text, p_progress text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.calls c
  set progress = p_progress
  where c.org_id = p_org_id
    and c.call_sid = p_call_sid
    and c.progress <> p_progress
    and c.ended_at is null;
end;
$$;
comment on function private.note_progress(uuid, text, text) is
  'Notes how far a call has come, for staff who call back when it breaks off. Whoever sends a turn again after the end changes nothing.';

create function private.note_outcome(p_org_id uuid, p_call_sid text, p_outcome text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.calls c
  set outcome = p_outcome
  where c.org_id = p_org_id
    and c.call_sid = p_call_sid
    and c.outcome is distinct from p_outcome
    and (c.ended_at is null or c.outcome is null or c.outcome = 'abandoned' or p_outcome = 'message');
end;
$$;
comment on function private.note_outcome(uuid, text, text) is
  'Notes what came of a call; the last outcome counts. After its end only a message, of which one hears late, takes the place of another.';

create function private.note_call(
  p_org_id uuid,
  p_call_sid text,
  p_from text,
  p_to text,
  p_status text,
  p_started_at timestamptz
)
returns public.calls
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_call public.calls;
begin
  insert into public.calls as call (org_id, call_sid, from_phone, to_phone, status, status_at, started_at)
  values (
    p_org_id,
    p_call_sid,
    case when pg_input_is_valid(p_from, 'private.e164') then p_from end,
    case when pg_input_is_valid(p_to, 'private.e164') then p_to end,
    p_status,
    p_started_at,
    p_started_at
  )
  on conflict (org_id, call_sid) do update
  set
    status = case call.status when 'queued' then excluded.status else call.status end,
    started_at = least(call.started_at, excluded.started_at)
  where (call.status = 'queued' and excluded.status <> 'queued')
    or call.started_at > excluded.started_at;
  select c.*
  into v_call
  from public.calls c
  where c.org_id = p_org_id
    and c.call_sid = p_call_sid;
  return v_call;
end;
$$;
comment on function private.note_call(uuid, text, text, text, text, timestamptz) is
  'The call, written when it is new. Whatever we hear of a call first writes it; a turn makes one that was queued ring.';

-- A call comes in -----------------------------------------------------------------------------------------------------

create function private.clinic_json(p_org_id uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'id', o.id,
      'name', o.name,
      'timezone', o.timezone,
      'locale', o.locale,
      'greeting', o.greeting,
      'emergency_number', o.emergency_number,
      'address', o.address,
      'version', o.version,
      'local_now', date_trunc('second', now() at time zone o.timezone)
    )
    from public.organizations o
    where o.id = p_org_id
  );
end;
$$;
comment on function private.clinic_json(uuid) is
  'A clinic as a call hears of it.';

create function private.services_json(p_org_id uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(
      jsonb_agg(
        jsonb_build_object('id', s.id, 'name', s.name, 'duration_minutes', s.duration_minutes)
        order by s.menu_position, s.name, s.id
      ),
      '[]'
    )
    from public.services s
    where s.org_id = p_org_id
      and s.is_active
  );
end;
$$;
comment on function private.services_json(uuid) is
  'The services that a clinic offers, in the order of its menu.';

create function private.providers_json(p_org_id uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
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
    where p.org_id = p_org_id
      and r.is_active
  );
end;
$$;
comment on function private.providers_json(uuid) is
  'The providers of a clinic, in the order of its menu.';

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
  v_call public.calls;
begin
  if p_to is null or p_call_sid is null or not pg_input_is_valid(p_call_sid, 'private.call_sid') then
    return private.failure('invalid_input');
  end if;
  v_org_id := private.org_of_phone(p_to);
  if v_org_id is null then
    return private.failure('not_found');
  end if;
  perform private.enter_clinic(v_org_id, 'begin_call', p_call_sid);
  v_call := private.note_call(
    v_org_id, p_call_sid, p_from, p_to, 'ringing', case when isfinite(p_created_at) then p_created_at else now() end
  );
  return jsonb_build_object(
    'success', true,
    'call', jsonb_build_object('sid', v_call.call_sid, 'status', v_call.status),
    'clinic', private.clinic_json(v_org_id),
    'services', private.services_json(v_org_id),
    'providers', private.providers_json(v_org_id)
  );
end;
$$;
comment on function public.begin_call(text, text, text, timestamptz) is
  'Which clinic a dialled number (E.164) reaches and what it offers; nothing about who is calling. p_from null or not E.164: withheld. Writes the call once; asked again by later turns. Answers {call, clinic, services, providers}. Fails with not_found (no clinic has the number), invalid_input.';
select private.publish('public.begin_call');

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
    or not pg_input_is_valid(p_call_sid, 'private.call_sid')
    or p_phone is null
    or not pg_input_is_valid(p_phone, 'private.e164')
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
select private.publish('public.note_caller_phone');

-- What is left for people ---------------------------------------------------------------------------------------------

create table public.follow_up_tasks (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  call_sid private.call_sid,
  contact_id uuid,
  appointment_id uuid,
  from_phone private.e164,
  reason text not null check (reason ~ '^[a-z][a-z_]{1,39}$'),
  body text check (length(body) <= 4000),
  recording_url text check (length(recording_url) <= 600),
  status text not null default 'open' check (status in ('open', 'in_progress', 'done')),
  assignee uuid,
  due_at timestamptz not null default now() + interval '1 day',
  idempotency_key text not null default gen_random_uuid()::text,
  created_at timestamptz not null default now(),
  unique (org_id, id),
  unique (org_id, idempotency_key),
  foreign key (org_id, contact_id) references public.contacts (org_id, id) on delete cascade,
  foreign key (org_id, appointment_id) references public.appointments (org_id, id) on delete cascade,
  foreign key (org_id, assignee) references public.memberships (org_id, user_id) on delete set null (assignee)
);
comment on table public.follow_up_tasks is
  'What a person has to do after a call: return a message, look after a call that ended badly. One cause makes one task (idempotency_key).';
create index follow_up_tasks_open_idx on public.follow_up_tasks (org_id, due_at)
  where status <> 'done';
comment on index public.follow_up_tasks_open_idx is
  'Staffs list of what is left to do, by when it is due.';
create index follow_up_tasks_call_idx on public.follow_up_tasks (org_id, call_sid);
comment on index public.follow_up_tasks_call_idx is
  'The tasks that one call left, beside the call and when its patient is erased.';
create index follow_up_tasks_contact_idx on public.follow_up_tasks (org_id, contact_id);
create index follow_up_tasks_appointment_idx on public.follow_up_tasks (org_id, appointment_id);
create index follow_up_tasks_assignee_idx on public.follow_up_tasks (org_id, assignee);
select private.protect('public.follow_up_tasks', 'select, insert, update');
select private.allow_members('public.follow_up_tasks', 'select', '{owner,staff,viewer}');
select private.allow_members('public.follow_up_tasks', 'insert', '{owner,staff}');
select private.allow_members('public.follow_up_tasks', 'update', '{owner,staff}');

create function private.contact_of_phone(p_org_id uuid, p_phone text)
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
  );
end;
$$;
comment on function private.contact_of_phone(uuid, text) is
  'The contact with this number, or null.';

-- A call ends ---------------------------------------------------------------------------------------------------------

create function private.call_end_key(p_call_sid text)
returns text
language sql
immutable
set search_path = ''
return 'call end ' || p_call_sid;
comment on function private.call_end_key(text) is
  'The idempotency key of the task that a call without an outcome leaves.';

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
  perform private.release_claims(p_org_id, v_hold_id);

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
      private.contact_of_phone(p_org_id, v_call.from_phone),
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

create function private.is_call_end(p_status text)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return p_status in ('completed', 'busy', 'failed', 'no-answer', 'canceled');
end;
$$;
comment on function private.is_call_end(text) is
  'Whether a call with this status is over.';

create function private.newest_call_event(p_org_id uuid, p_call_sid text)
returns public.call_events
language plpgsql
stable
set search_path = ''
as $$
declare
  v_newest public.call_events;
begin
  select e.*
  into v_newest
  from public.call_events e
  where e.org_id = p_org_id
    and e.call_sid = p_call_sid
  order by
    private.is_call_end(e.status) desc,
    e.created_at desc,
    e.sequence desc,
    e.status desc
  limit 1;
  return v_newest;
end;
$$;
comment on function private.newest_call_event(uuid, text) is
  'The event that says how a call is. An end stays an end; among the rest the newest by its own clock counts, never by arrival.';

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
  v_call public.calls;
begin
  if p_call_sid is null
    or not pg_input_is_valid(p_call_sid, 'private.call_sid')
    or p_status is null
    or (p_status not in ('queued', 'initiated', 'ringing', 'in-progress') and not private.is_call_end(p_status))
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
  v_call := private.note_call(v_org_id, p_call_sid, p_from, p_to, 'queued', p_created_at);
  insert into public.call_events (org_id, call_sid, sequence, status, created_at)
  values (v_org_id, p_call_sid, p_sequence, case p_status when 'initiated' then 'queued' else p_status end, p_created_at)
  on conflict (org_id, call_sid, sequence, status) do nothing;

  -- The state is a function of all the events. A turn makes the call ring, and no event from before takes that back.
  v_newest := private.newest_call_event(v_org_id, p_call_sid);
  if v_newest.status <> 'queued' or v_call.status <> 'ringing' then
    v_call.status := v_newest.status;
  end if;
  update public.calls c
  set
    status = v_call.status,
    status_sequence = v_newest.sequence,
    status_at = v_newest.created_at,
    ended_at = case when private.is_call_end(v_newest.status) then v_newest.created_at end,
    duration_seconds = greatest(c.duration_seconds, p_duration_seconds)
  where c.org_id = v_org_id
    and c.call_sid = p_call_sid;
  if private.is_call_end(v_newest.status) then
    perform private.close_call(v_org_id, p_call_sid);
  end if;
  return jsonb_build_object('success', true, 'status', v_call.status);
end;
$$;
comment on function public.record_call_event(text, text, integer, timestamptz, text, text, integer) is
  'Takes one of Twilio''s call-progress callbacks, once, in any order, and answers {status}, the call''s after it. p_created_at is Twilio''s clock; p_to finds the clinic when no turn has come yet. Fails with not_found, invalid_input.';
select private.publish('public.record_call_event');

-- A caller leaves a message -------------------------------------------------------------------------------------------

create function private.file_message(
  p_call public.calls,
  p_from text,
  p_reason text,
  p_body text,
  p_recording_url text,
  p_key text
)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_task_id uuid;
begin
  -- A message that comes in after its call ended takes the place of the task that the end had left, even when somebody
  -- was done with that: nobody has heard the message yet.
  update public.follow_up_tasks t
  set
    reason = p_reason,
    body = p_body,
    recording_url = p_recording_url,
    status = case t.status when 'done' then 'open' else t.status end,
    idempotency_key = p_key
  where t.org_id = p_call.org_id
    and t.idempotency_key = private.call_end_key(p_call.call_sid)
    and not exists (
      select 1
      from public.follow_up_tasks m
      where m.org_id = p_call.org_id
        and m.idempotency_key = p_key
    );
  insert into public.follow_up_tasks as task (
    org_id, call_sid, contact_id, from_phone, reason, body, recording_url, idempotency_key
  )
  values (
    p_call.org_id,
    p_call.call_sid,
    private.contact_of_phone(p_call.org_id, coalesce(p_from, p_call.from_phone)),
    -- A number that was keyed in proves nothing, but it is the one to call back.
    coalesce(p_from, p_call.from_phone, p_call.given_phone),
    p_reason,
    p_body,
    p_recording_url,
    p_key
  )
  on conflict (org_id, idempotency_key) do update
  -- Who brings it back from Twilio does not know why the caller was asked for a message.
  set reason = case task.reason when 'message' then excluded.reason else task.reason end
  returning task.id
  into v_task_id;
  return v_task_id;
end;
$$;
comment on function private.file_message(public.calls, text, text, text, text, text) is
  'The task that a message makes: one for each key, in place of the one that the call''s end had left.';

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
  v_reason constant text := coalesce(p_reason, 'message');
  -- One recording is one message, whoever reports it and however often.
  v_key constant text := coalesce(
    substring(p_recording_url from 'RE[0-9a-f]{32}'),
    p_call_sid || ' ' || v_reason || ' ' || md5(coalesce(p_recording_url, p_body, ''))
  );
  v_call public.calls;
  v_task_id uuid;
begin
  if p_call_sid is null
    or not pg_input_is_valid(p_call_sid, 'private.call_sid')
    or v_reason !~ '^[a-z][a-z_]{1,39}$'
    or length(p_recording_url) > 600
  then
    return private.failure('invalid_input');
  end if;
  perform private.enter_clinic(v_org_id, 'take_message', p_call_sid);
  if private.timezone_of(v_org_id) is null then
    return private.failure('not_found');
  end if;
  perform private.lock_call(v_org_id, p_call_sid);
  -- It may be the first that we hear of its call, whose end must find what came of it.
  v_call := private.note_call(v_org_id, p_call_sid, p_from, p_to, 'ringing', now());
  v_task_id := private.file_message(
    v_call,
    case when pg_input_is_valid(p_from, 'private.e164') then p_from end,
    v_reason,
    left(p_body, 4000),
    p_recording_url,
    v_key
  );
  perform private.note_outcome(v_org_id, p_call_sid, 'message');
  return jsonb_build_object('success', true, 'task_id', v_task_id);
end;
$$;
comment on function public.take_message(uuid, text, text, text, text, text, text) is
  'Leaves staff a task with a caller''s message; the same message again is the same task. Without p_org_id the clinic is found by the dialled number (p_to) or the call. Answers {task_id}. Fails with not_found, invalid_input.';
select private.publish('public.take_message');
